//! What of a directory tree counts: neither the history of a version control system nor what an editor puts there while
//! it is open.

/// Directories and files of version control systems.
const HISTORY: [&str; 4] = [".git", ".hg", ".jj", ".svn"];

/// Whether a file of this name is an editor's own: a lock, a backup or a swap file (Emacs: `.#x`, `#x#`, `x~`; Vim:
/// `.x.swp` and its successors, `x~`; Kate: `.x.kate-swp`).
pub fn is_editors_file(name: &str) -> bool {
    let swap = |end: &str| matches!(end.as_bytes(), [b's', b'w', b'l'..=b'p']) || end == "kate-swp";
    name.starts_with(".#")
        || (name.ends_with('~') && name.len() > 1)
        || (name.len() > 2 && name.starts_with('#') && name.ends_with('#'))
        || (name.starts_with('.')
            && name.rsplit_once('.').is_some_and(|(stem, end)| stem.len() > 1 && swap(end)))
}

/// Tells what of a working tree is taken: all of it but version control, editors' files, and what it is told to leave
/// out.
///
/// A pattern without `/` means every file and directory of that name, wherever it lies; one with `/` is a path from the
/// tree's top. `*` stands for any characters but `/`, `?` for one of them. A directory goes with all that is in it.
#[derive(Debug, Clone, Default)]
pub struct TreeFilter<'a> {
    exclude: Vec<&'a str>,
}

impl<'a> TreeFilter<'a> {
    /// A filter that leaves out these patterns.
    pub fn new(exclude: &'a [String]) -> Self {
        Self { exclude: exclude.iter().map(String::as_str).collect() }
    }

    /// Whether the file or directory at this path below the top is taken, given that what it lies in is.
    pub fn takes(&self, path: &str) -> bool {
        let name = path.rsplit('/').next().unwrap_or(path);
        let excluded = |pattern: &&str| match pattern.contains('/') {
            true => matches(pattern.trim_matches('/').as_bytes(), path.as_bytes()),
            false => matches(pattern.as_bytes(), name.as_bytes()),
        };
        !HISTORY.contains(&name) && !is_editors_file(name) && !self.exclude.iter().any(excluded)
    }
}

/// Whether a text fits a pattern with `*` and `?`.
fn matches(pattern: &[u8], text: &[u8]) -> bool {
    let (mut at, mut from) = (0, 0);
    // Where the last `*` is, and how far its part of the text reaches so far.
    let mut star: Option<(usize, usize)> = None;
    while from < text.len() {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at, from));
                at += 1;
                continue;
            }
            Some(b'?') if text[from] != b'/' => (at, from) = (at + 1, from + 1),
            Some(byte) if *byte == text[from] => (at, from) = (at + 1, from + 1),
            _ => match star {
                Some((before, reached)) if text[reached] != b'/' => {
                    star = Some((before, reached + 1));
                    (at, from) = (before + 1, reached + 1);
                }
                _ => return false,
            },
        }
    }
    pattern[at..].iter().all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests;
