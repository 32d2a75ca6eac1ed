//! What a file is, by its first bytes.

use std::collections::BTreeSet;
use std::io::{self, Read};

use object::FileKind as Object;
use sha2::{Digest as _, Sha512};

use crate::buildinfo::BuildInfo;
use crate::{FileEntry, FileKind, pclntab};

/// A file and what it says of itself.
#[derive(Debug, Clone)]
pub(crate) struct Looked {
    /// The file.
    pub(crate) entry: FileEntry,
    /// Of a Go program.
    pub(crate) go: Option<BuildInfo>,
    /// Of a Go program, the packages that it holds code of; absent when that is not known.
    pub(crate) packages: Option<BTreeSet<String>>,
    /// What could not be read of it.
    pub(crate) gap: Option<String>,
}

/// Looks at a file of the target with this content.
pub(crate) fn look(path: &str, content: &[u8]) -> Looked {
    let (go, gap) = match BuildInfo::read(content) {
        Ok(go) => (go, None),
        Err(error) => (None, Some(format!("{path}: {error}, so its modules are not known"))),
    };
    let mut kind = kind(path, content);
    // It says which modules it holds.
    kind.structured |= go.is_some();
    let packages = go.as_ref().and_then(|_| pclntab::packages(content));
    let sha512 = yoe_notation::hex::encode(&Sha512::digest(content));
    Looked {
        entry: FileEntry { path: path.to_owned(), size: content.len() as u64, sha512, kind },
        go,
        packages,
        gap,
    }
}

/// The entry of a file that may be too large to be held: a disk, an archive of a root.
pub(crate) fn stream(path: &str, mut from: impl Read, kind: FileKind) -> io::Result<FileEntry> {
    let (mut hash, mut size, mut buffer) = (Sha512::new(), 0, vec![0; 1 << 20]);
    loop {
        match from.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => {
                hash.update(&buffer[..count]);
                size += count as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(FileEntry { path: path.to_owned(), size, sha512: yoe_notation::hex::encode(&hash.finalize()), kind })
}

/// How files begin that hold other files and say where each is.
const ARCHIVES: [&[u8]; 5] = [b"PK\x03\x04", b"!<arch>\n", b"070701", b"070702", b"hsqs"];
/// How compressed files begin, which may hold an archive; their names say whether they do.
const COMPRESSED: [&[u8]; 4] = [b"\x1f\x8b", b"\xfd7zXZ\0", b"\x28\xb5\x2f\xfd", b"BZh"];
const PACKED: [&str; 8] = [".tar.gz", ".tgz", ".tar.xz", ".txz", ".tar.zst", ".tar.bz2", ".apk", ".crate"];

fn kind(path: &str, content: &[u8]) -> FileKind {
    let begins = |all: &[&[u8]]| all.iter().any(|head| content.starts_with(head));
    let executable = content.starts_with(b"#!")
        || match Object::parse(content) {
            Ok(Object::Elf32 | Object::Elf64) => linked(content),
            _ => content.starts_with(b"MZ") && path.to_lowercase().ends_with(".efi"),
        };
    let tar = content.get(257..262) == Some(b"ustar");
    let archive =
        tar || begins(&ARCHIVES) || begins(&COMPRESSED) && PACKED.iter().any(|end| path.ends_with(end));
    FileKind { executable, archive, structured: archive }
}

/// Whether an ELF file is a program or a library rather than an object file: `e_type` is 2 or 3.
fn linked(content: &[u8]) -> bool {
    let big_endian = content.get(5) == Some(&2);
    let kind = content.get(16..18).map(|bytes| [bytes[0], bytes[1]]);
    kind.is_some_and(|bytes| {
        matches!(if big_endian { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) }, 2 | 3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_scripts_and_archives_are_told_from_the_rest() {
        let is = |path: &str, content: &[u8]| {
            let kind = look(path, content).entry.kind;
            (kind.executable, kind.archive, kind.structured)
        };
        let program = crate::buildinfo::tests::program("go1.27.3", "");
        assert_eq!(is("usr/bin/x", &program), (true, false, true), "it says which modules it holds");
        assert_eq!(is("usr/bin/x", &program[..64]), (true, false, false));
        let mut object = program[..64].to_vec();
        object[16] = 1;
        assert_eq!(is("usr/lib/x.o", &object), (false, false, false));
        assert_eq!(is("usr/bin/s", b"#!/bin/sh\n"), (true, false, false));
        assert_eq!(is("x.zip", b"PK\x03\x04"), (false, true, true));
        assert_eq!(is("x.tar.gz", b"\x1f\x8b\x08"), (false, true, true));
        assert_eq!(is("config.gz", b"\x1f\x8b\x08"), (false, false, false), "one file, smaller");
        assert_eq!(is("esp/x.EFI", b"MZ"), (true, false, false));
        assert_eq!(is("etc/passwd", b"root:x:0"), (false, false, false));
    }

    #[test]
    fn both_ways_give_the_same_digest() {
        let stream = stream("x", &b"abc"[..], FileKind::default()).unwrap();
        assert_eq!(stream, look("x", b"abc").entry);
        // FIPS 180-4's example.
        assert!(stream.sha512.starts_with("ddaf35a193617abacc417349ae204131"));
    }
}
