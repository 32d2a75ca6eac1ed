//! The file that names patches in their order (quilt(1), "SERIES FILES").

/// A line that names a patch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) strip: u8,
    /// From 1.
    pub(super) line: usize,
}

/// Names of compressed patches end so; quilt reads them, dpkg-source does not.
const COMPRESSED: [&str; 5] = [".gz", ".bz2", ".xz", ".lzma", ".zst"];

/// Reads a series: a patch a line, with options after it, and comments from a `#` on.
///
/// # Errors
/// The first line that is not understood, by its number, and what is wrong with it.
pub(super) fn parse(text: &str) -> Result<Vec<Entry>, (usize, String)> {
    let mut entries: Vec<Entry> = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let line_number = number + 1;
        let mut words = line.split_whitespace().take_while(|word| !word.starts_with('#'));
        let Some(name) = words.next() else { continue };
        let wrong = |problem: String| (line_number, problem);
        check(name).map_err(wrong)?;
        let mut strip = 1;
        for option in words {
            strip = strip_of(name, option).map_err(wrong)?;
        }
        if let Some(first) = entries.iter().find(|entry| entry.name == name) {
            return Err(wrong(format!("patch {name:?} is named in line {} already", first.line)));
        }
        entries.push(Entry { name: name.to_owned(), strip, line: line_number });
    }
    Ok(entries)
}

fn check(name: &str) -> Result<(), String> {
    if name.starts_with('/') || name.split('/').any(|part| part == "..") {
        return Err(format!("refusing {name:?}, which leads out of debian/patches"));
    }
    match COMPRESSED.iter().any(|suffix| name.ends_with(suffix)) {
        true => Err(format!("patch {name:?} is compressed, which dpkg-source does not read either")),
        false => Ok(()),
    }
}

/// The number that an option asks for.
fn strip_of(name: &str, option: &str) -> Result<u8, String> {
    match option.strip_prefix("-p") {
        // Both sides of a change below a directory of their own, whatever it is called.
        Some("ab") => Ok(1),
        Some(number) if number.len() == 1 && number.bytes().all(|b| b.is_ascii_digit()) => {
            Ok(number.as_bytes()[0] - b'0')
        }
        _ if option == "-R" => {
            Err(format!("patch {name:?} is to be applied in reverse (-R), which is not done"))
        }
        _ => Err(format!("patch {name:?} has the option {option:?}; -p0 to -p9 and -pab are understood")),
    }
}

#[cfg(test)]
mod tests;
