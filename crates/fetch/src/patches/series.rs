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
mod tests {
    use super::*;

    fn entry(name: &str, strip: u8, line: usize) -> Entry {
        Entry { name: name.to_owned(), strip, line }
    }

    #[test]
    fn patches_options_and_comments_are_read() {
        let text = "# one\n\na.patch\n  sub/b.diff -p0 # why\n#c.patch\nd -pab\ne\t-p2\r\nno#comment\n";
        let expected = [
            entry("a.patch", 1, 3),
            entry("sub/b.diff", 0, 4),
            entry("d", 1, 6),
            entry("e", 2, 7),
            entry("no#comment", 1, 8),
        ];
        assert_eq!(parse(text).unwrap(), expected);
        assert_eq!(parse("").unwrap(), []);
        assert_eq!(parse("# nothing\n \n").unwrap(), []);
    }

    #[test]
    fn what_is_not_understood_is_refused_with_its_line() {
        let refused = [
            ("a\n../b\n", 2, "refusing \"../b\", which leads out of debian/patches"),
            ("/etc/passwd\n", 1, "refusing \"/etc/passwd\", which leads out of debian/patches"),
            ("x/../../b\n", 1, "refusing \"x/../../b\", which leads out of debian/patches"),
            ("a -R\n", 1, "patch \"a\" is to be applied in reverse (-R), which is not done"),
            (
                "a -p1 --fuzz=3\n",
                1,
                "patch \"a\" has the option \"--fuzz=3\"; -p0 to -p9 and -pab are understood",
            ),
            ("a -p\n", 1, "patch \"a\" has the option \"-p\"; -p0 to -p9 and -pab are understood"),
            ("a.gz\n", 1, "patch \"a.gz\" is compressed, which dpkg-source does not read either"),
            ("a\nb\na\n", 3, "patch \"a\" is named in line 1 already"),
        ];
        for (text, line, problem) in refused {
            assert_eq!(parse(text).unwrap_err(), (line, problem.to_owned()), "{text}");
        }
    }
}
