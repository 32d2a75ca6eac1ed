//! Packages that somebody tampered with, and archives made to do harm.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod support;

use std::fs;
use std::io::{Read, Write as _};

use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;
use support::{SIGNER, info, sample, trusted};
use yoe_package::{
    ArchiveError, ArchiveReader, ArchiveWriter, Entry, Kind, Limits, PackageError, Reader, Sha1, Tree, write,
};

fn package() -> Vec<u8> {
    let directory = tempfile::tempdir().unwrap();
    sample(&directory.path().join("tree"));
    let file = directory.path().join("tool.apk");
    write(&Tree::scan(&directory.path().join("tree")).unwrap(), &info("tool"), &SIGNER, &file).unwrap();
    fs::read(file).unwrap()
}

fn read_all(bytes: &[u8], limits: Limits) -> Result<(), PackageError> {
    let reader = Reader::new(bytes, "tool.apk", &trusted())?.with_limits(limits);
    reader.read(|_, content| {
        std::io::copy(content, &mut std::io::sink()).map(drop).map_err(|source| PackageError::Io {
            doing: "read",
            path: "content".into(),
            source,
        })
    })?;
    Ok(())
}

/// Where each of the three members begins, and the end.
fn members(bytes: &[u8]) -> Vec<usize> {
    let mut starts = vec![0];
    let mut rest = bytes;
    while !rest.is_empty() {
        let mut decoder = flate2::bufread::GzDecoder::new(rest);
        decoder.read_to_end(&mut Vec::new()).unwrap();
        rest = decoder.into_inner();
        starts.push(bytes.len() - rest.len());
    }
    starts
}

#[test]
fn every_flipped_byte_is_noticed() {
    let bytes = package();
    read_all(&bytes, Limits::default()).unwrap();
    let starts = members(&bytes);
    // The gzip header's time and system fields of the first member carry nothing and are not signed.
    for at in (starts[1]..bytes.len()).step_by(7) {
        let mut changed = bytes.clone();
        changed[at] ^= 0x10;
        assert!(read_all(&changed, Limits::default()).is_err(), "byte {at} of {:?}", starts);
    }
}

#[test]
fn a_cut_package_is_refused_wherever_it_was_cut() {
    let bytes = package();
    for end in (0..bytes.len()).step_by(13) {
        assert!(read_all(&bytes[..end], Limits::default()).is_err(), "cut at {end}");
    }
}

#[test]
fn something_after_the_package_is_refused() {
    let mut bytes = package();
    bytes.push(0);
    insta::assert_snapshot!(read_all(&bytes, Limits::default()).unwrap_err(), @"tool.apk is not a package of version 2: something follows its data part");
}

#[test]
fn the_files_of_another_package_are_refused() {
    let bytes = package();
    let data = *members(&bytes).get(2).unwrap();
    let mut swapped = bytes[..data].to_vec();
    swapped.extend(gzip(&archive(&[entry("usr", Kind::Directory)])));
    let error = read_all(&swapped, Limits::default()).unwrap_err();
    assert!(matches!(error, PackageError::DataHash { .. }), "{error}");
}

#[test]
fn limits_hold() {
    let bytes = package();
    let few = Limits { entries: 3, ..Limits::default() };
    insta::assert_snapshot!(read_all(&bytes, few).unwrap_err(), @"tool.apk holds more entries than are allowed");
    let small = Limits { unpacked: 2000, ..Limits::default() };
    insta::assert_snapshot!(read_all(&bytes, small).unwrap_err(), @"tool.apk unpacks to more bytes than are allowed");
}

#[test]
fn a_bomb_in_the_control_part_is_not_unpacked() {
    let bytes = package();
    let starts = members(&bytes);
    let mut bomb = bytes[..starts[1]].to_vec();
    bomb.extend(gzip(&vec![0; 64 << 20]));
    insta::assert_snapshot!(read_all(&bomb, Limits::default()).unwrap_err(), @"tool.apk is not a package of version 2: its control part is not a gzip member that can be read (it is too large)");
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

fn entry(path: &str, kind: Kind) -> Entry {
    Entry { path: path.to_owned(), kind, mode: 0o644, uid: 0, gid: 0, mtime: 0, size: 0, checksum: None }
}

fn archive(entries: &[Entry]) -> Vec<u8> {
    let mut archive = ArchiveWriter::new(Vec::new());
    entries.iter().for_each(|entry| archive.append(entry, &mut std::io::empty()).unwrap());
    archive.finish().unwrap()
}

#[test]
fn paths_that_leave_the_directory_are_refused() {
    let long = format!("{}x", "a/".repeat(3000));
    for path in ["../x", "a/../../x", "/etc/passwd", "a//b", "a/./b", "", long.as_str()] {
        let bytes = archive(&[entry(path, Kind::File)]);
        let error = ArchiveReader::new(&*bytes).next_entry().unwrap_err();
        assert!(matches!(error, ArchiveError::UnsafePath { .. }), "{path}: {error}");
    }
    let bytes = archive(&[entry("x", Kind::HardLink("../../etc/passwd".into()))]);
    assert!(ArchiveReader::new(&*bytes).next_entry().is_err());
}

#[test]
fn the_top_directory_itself_is_no_entry() {
    let bytes = archive(&[entry(".", Kind::Directory), entry("x", Kind::File), entry(".", Kind::Directory)]);
    assert_eq!(walk(&bytes).unwrap().iter().map(|entry| entry.path.as_str()).collect::<Vec<_>>(), ["x"]);
    let file = archive(&[entry(".", Kind::File)]);
    assert!(matches!(walk(&file), Err(ArchiveError::UnsafePath { .. })));
}

#[test]
fn device_nodes_are_refused() {
    let mut bytes = archive(&[entry("null", Kind::File)]);
    bytes[156] = b'3';
    // The header's checksum follows the flag: '3' is three more than '0'.
    let sum: u64 = bytes[..512]
        .iter()
        .enumerate()
        .map(|(at, byte)| if (148..156).contains(&at) { 32 } else { u64::from(*byte) })
        .sum();
    bytes[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
    insta::assert_snapshot!(ArchiveReader::new(&*bytes).next_entry().unwrap_err(), @r#"entry "null" is of type '3'; expected a file, a directory or a link"#);
}

fn walk(bytes: &[u8]) -> Result<Vec<Entry>, ArchiveError> {
    let mut archive = ArchiveReader::new(bytes);
    let mut entries = Vec::new();
    while let Some(entry) = archive.next_entry()? {
        std::io::copy(&mut archive, &mut std::io::sink())?;
        entries.push(entry);
    }
    Ok(entries)
}

fn any_entry() -> impl Strategy<Value = (Entry, Vec<u8>)> {
    let name = "[a-zA-Z0-9é_+.-]{1,40}".prop_filter("no dots alone", |name| name != "." && name != "..");
    let path = proptest::collection::vec(name, 1..8).prop_map(|parts| parts.join("/"));
    let kind = prop_oneof![Just(Kind::File), Just(Kind::Directory), "[^\0]{1,200}".prop_map(Kind::Symlink),];
    let content = proptest::collection::vec(any::<u8>(), 0..1100);
    (path, kind, 0u32..0o10000, any::<[u16; 2]>(), 0u64..1 << 33, content).prop_map(
        |(path, kind, mode, [uid, gid], mtime, content)| {
            let content = if kind == Kind::File { content } else { Vec::new() };
            let checksum = (kind == Kind::File).then(|| Sha1::of(&content));
            let size = content.len() as u64;
            (Entry { path, kind, mode, uid: uid.into(), gid: gid.into(), mtime, size, checksum }, content)
        },
    )
}

proptest! {
    #[test]
    fn archives_read_back(entries in proptest::collection::vec(any_entry(), 0..6)) {
        let mut archive = ArchiveWriter::new(Vec::new());
        for (entry, content) in &entries {
            archive.append(entry, &mut content.as_slice()).unwrap();
        }
        let bytes = archive.finish().unwrap();
        prop_assert_eq!(bytes.len() % 512, 0);
        prop_assert_eq!(walk(&bytes).unwrap(), entries.into_iter().map(|(entry, _)| entry).collect::<Vec<_>>());
    }

    #[test]
    fn any_damage_is_read_or_refused(
        entries in proptest::collection::vec(any_entry(), 1..4),
        damage in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20),
    ) {
        let mut archive = ArchiveWriter::new(Vec::new());
        for (entry, content) in &entries {
            archive.append(entry, &mut content.as_slice()).unwrap();
        }
        let mut bytes = archive.finish().unwrap();
        for (at, value) in damage {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        let _ = walk(&bytes);
    }

    #[test]
    fn any_bytes_are_no_package(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(read_all(&bytes, Limits::default()).is_err());
        prop_assert!(read_all(&gzip(&bytes), Limits::default()).is_err());
    }
}
