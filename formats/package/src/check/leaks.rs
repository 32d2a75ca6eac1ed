//! Text of the build's own paths in files.

use std::fs::File;
use std::io::Read;

use memchr::memmem;

use super::{CheckContext, CheckError};
use crate::{PackageError, Tree};

/// The directories that every build step sees and no device has.
pub const BUILD_PATHS: [&str; 6] =
    ["/build/src", "/build/work", "/build/dest", "/build/files", "/build/home", "/sysroot"];

/// Bytes read at a time.
const PIECE: usize = 1 << 20;
/// Bytes kept from one piece to the next, for a path across the border and the text around it.
const OVERLAP: usize = 512;

pub(super) fn check(tree: &Tree, context: &CheckContext<'_>) -> Result<Vec<CheckError>, PackageError> {
    if context.host_paths_ok {
        return Ok(Vec::new());
    }
    let mut problems = Vec::new();
    for (path, _) in tree.files() {
        let on_disk = tree.on_disk(path);
        let reading = |error| PackageError::io("read", &on_disk)(error);
        let file = File::open(&on_disk).map_err(reading)?;
        let found = search(file, context.build_paths).map_err(reading)?;
        problems.extend(found.map(|leak| CheckError::Leak {
            path: format!("/{path}"),
            leak: leak.build_path,
            offset: leak.offset,
            text: leak.text,
        }));
    }
    Ok(problems)
}

struct Leak {
    build_path: String,
    offset: u64,
    text: String,
}

/// The first leak of a file.
fn search(mut file: impl Read, build_paths: &[&str]) -> std::io::Result<Option<Leak>> {
    let mut window = Vec::with_capacity(PIECE + OVERLAP);
    let mut start = 0u64;
    loop {
        let read = file.by_ref().take(PIECE as u64).read_to_end(&mut window)?;
        let first =
            build_paths.iter().filter_map(|path| Some((names_build_path(&window, path)?, *path))).min();
        // Near the end of the window, the next one sees the text whole.
        let whole = |at: usize| read == 0 || at + OVERLAP / 2 <= window.len();
        if let Some((at, path)) = first.filter(|(at, _)| whole(*at)) {
            return Ok(Some(Leak {
                build_path: path.to_owned(),
                offset: start + at as u64,
                text: around(&window, at),
            }));
        }
        if read == 0 {
            return Ok(None);
        }
        let used = window.len().saturating_sub(OVERLAP);
        start += used as u64;
        window.drain(..used);
    }
}

/// Where `bytes` name this path: not as the tail of a longer one, and not as the head of a longer name.
pub(super) fn names_build_path(bytes: &[u8], path: &str) -> Option<usize> {
    memmem::find_iter(bytes, path).find(|at| {
        let before = &bytes[..*at];
        let flag = before.len() >= 2
            && before[before.len() - 2] == b'-'
            && before[before.len() - 1].is_ascii_alphabetic();
        let starts = flag || !before.last().is_some_and(|byte| is_name(*byte));
        let ends = !bytes.get(at + path.len()).is_some_and(|byte| is_name(*byte));
        starts && ends
    })
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"._-".contains(&byte)
}

/// The printable text around a place, for a person to recognise it.
fn around(bytes: &[u8], at: usize) -> String {
    let printable = |byte: &u8| (b' '..=b'~').contains(byte) && *byte != b'"';
    let before = bytes[..at].iter().rev().take(30).take_while(|byte| printable(byte)).count();
    let excerpt: Vec<u8> =
        bytes[at - before..].iter().take(before + 60).take_while(|byte| printable(byte)).copied().collect();
    String::from_utf8_lossy(&excerpt).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn found(text: &str) -> Option<String> {
        search(text.as_bytes(), &BUILD_PATHS).unwrap().map(|leak| leak.text)
    }

    #[test]
    fn a_path_is_found_whole_words_only() {
        assert_eq!(found("x = -I/sysroot/usr/include\n"), Some("x = -I/sysroot/usr/include".into()));
        assert_eq!(found("a\0/build/src/main.c\0b"), Some("/build/src/main.c".into()));
        assert_eq!(found("prefix=/sysroot"), Some("prefix=/sysroot".into()));
        for innocent in ["/home/build/src/x", "/build/srcs", "/sysroots", "my/sysroot/", "/usr/src"] {
            assert_eq!(found(innocent), None, "{innocent}");
        }
    }

    proptest! {
        #[test]
        fn it_is_found_across_borders(before in 0usize..2 * PIECE + 3, after in 0usize..2000) {
            let text = format!("{}/build/work/a{}", " ".repeat(before), " ".repeat(after));
            let leak = search(text.as_bytes(), &BUILD_PATHS).unwrap().unwrap();
            prop_assert_eq!(leak.offset, before as u64);
        }
    }
}
