//! Paths that a patch names.

/// How a line begins that names a file: unified and context differences (POSIX.1-2017 diff), Index lines (patch(1)), and the
/// extended headers of git-diff(1).
const NAMING: [&str; 8] =
    ["--- ", "+++ ", "*** ", "Index: ", "rename from ", "rename to ", "copy from ", "copy to "];

/// Of one file's changes.
const OF_GIT: &str = "diff --git ";

/// Whether this line belongs to the changes themselves and no longer to what is said about them.
pub(super) fn begins(line: &str) -> bool {
    line.starts_with("@@ ")
        || line.starts_with("diff ")
        || NAMING.iter().any(|beginning| line.starts_with(beginning))
}

/// The first path that leads out of the directory that a patch is applied to, with its line, from 1. patch(1) refuses such
/// paths too, but in its own words and with a patch applied in part.
pub(super) fn outside(patch: &[u8]) -> Option<(usize, String)> {
    let mut hunk = Hunk::default();
    for (number, line) in patch.split(|byte| *byte == b'\n').enumerate() {
        if hunk.takes(line) {
            continue;
        }
        let line = String::from_utf8_lossy(line);
        let line = line.trim_end_matches('\r');
        if let Some(found) = Hunk::of(line) {
            hunk = found;
            continue;
        }
        if let Some(path) = paths(line).into_iter().find(|path| leads_out(path)) {
            return Some((number + 1, path.to_owned()));
        }
    }
    None
}

/// The lines that the hunk at hand still has, of either side.
#[derive(Debug, Default, PartialEq, Eq)]
struct Hunk {
    old: u64,
    new: u64,
}

impl Hunk {
    /// That of a line `@@ -START,COUNT +START,COUNT @@`; a count that is not there is 1.
    fn of(line: &str) -> Option<Self> {
        let (old, rest) = line.strip_prefix("@@ -")?.split_once(" +")?;
        let (new, _) = rest.split_once(" @@")?;
        let count = |range: &str| range.split_once(',').map_or(Some(1), |(_, count)| count.parse().ok());
        Some(Self { old: count(old)?, new: count(new)? })
    }

    /// Whether this line is one of it. A line that cannot be one ends it.
    fn takes(&mut self, line: &[u8]) -> bool {
        if self.old == 0 && self.new == 0 {
            return false;
        }
        let (old, new) = match line.first() {
            Some(b' ') | None => (1, 1),
            Some(b'-') => (1, 0),
            Some(b'+') => (0, 1),
            Some(b'\\') => (0, 0),
            Some(_) => {
                *self = Self::default();
                return false;
            }
        };
        (self.old, self.new) = (self.old.saturating_sub(old), self.new.saturating_sub(new));
        true
    }
}

fn paths(line: &str) -> Vec<&str> {
    if let Some(both) = line.strip_prefix(OF_GIT) {
        return both.split(' ').collect();
    }
    let named = NAMING.iter().find_map(|beginning| line.strip_prefix(beginning));
    // A time may follow.
    named.map(|path| path.split('\t').next().unwrap_or_default().trim()).into_iter().collect()
}

/// Paths with odd bytes stand in double quotes.
fn leads_out(path: &str) -> bool {
    let path = path.trim_matches('"');
    path != "/dev/null" && (path.starts_with('/') || path.split('/').any(|part| part == ".."))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_path_that_leads_out_is_found_wherever_it_is_named() {
        let lines = [
            "--- ../x",
            "+++ b/../../x\t2025-01-01",
            "--- /etc/passwd",
            "*** /etc/passwd\tFri",
            "diff --git a/x b/../../x",
            "rename to ../x",
            "copy from /x",
            "Index: ../x",
            "+++ \"b/../../\\303\"",
        ];
        for line in lines {
            let found = outside(format!("words\n{line}\n@@ -1 +1 @@\n-a\n+b\n").as_bytes());
            assert_eq!(found.map(|(line, _)| line), Some(2), "{line}");
        }
    }

    #[test]
    fn changed_lines_are_not_taken_for_paths() {
        let patch = "--- a/x\n+++ /dev/null\n@@ -1,3 +0,0 @@\n--- ../x\n--- /etc/passwd\n-c\n--- ../y\n";
        assert_eq!(outside(patch.as_bytes()), Some((7, "../y".to_owned())));
        let context = "--- a/x\n+++ b/x\n@@ -1,2 +1,3 @@ f()\n \n\n+++ ../x\n\\ No newline at end of file\n";
        assert_eq!(outside(context.as_bytes()), None);
    }

    #[test]
    fn directories_with_dots_in_their_names_stay() {
        assert_eq!(outside(b"--- a/..x/y..\n+++ b/x\n--- original\n---\n*** 1,5 ****\n"), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_to_their_end(text in "(@@ -[0-9],[0-9] \\+[0-9] @@\n|--- \\PC|\\+\\PC|\\PC|\n){0,20}") {
            let _ = outside(text.as_bytes());
        }
    }
}
