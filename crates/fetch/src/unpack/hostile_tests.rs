//! Archives made to do harm.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;

use proptest::prelude::*;

use super::tests::Lab;
use super::*;
use crate::test_archive::{Tar, deb_of, xz};

/// Asserts that an archive is refused for one of its entries, and that nothing is next to the tree.
fn refused(tar: Tar, expected: &EntryError) {
    let lab = Lab::new();
    match lab.unpack(tar).unwrap_err() {
        UnpackError::Entry { problem, .. } => assert_eq!(problem, *expected),
        other => panic!("{other}: {:?}", std::error::Error::source(&other)),
    }
    untouched(&lab);
}

fn untouched(lab: &Lab) {
    let entries: Vec<_> =
        std::fs::read_dir(lab.tree().parent().unwrap()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert!(entries.iter().all(|name| name == "a" || name == "tree"), "{entries:?}");
}

#[test]
fn names_that_lead_out_are_refused() {
    refused(Tar::default().file("/evil", "x"), &EntryError::Absolute);
    refused(Tar::default().file("t/../../evil", "x"), &EntryError::Parent);
    refused(Tar::default().directory("../evil"), &EntryError::Parent);
    refused(Tar::default().symlink("..", "x"), &EntryError::Parent);
    refused(Tar::default().file("", "x"), &EntryError::Name);
    refused(Tar::default().file("./", "x").symlink("./", "x"), &EntryError::Occupied("the tree itself"));
}

#[test]
fn a_long_name_does_not_hide_the_way_out() {
    let tar = Tar::default().entry(b'L', b"././@LongLink", b"", 0, b"t/../../evil\0").file("good", "x");
    refused(tar, &EntryError::Parent);
    let tar = Tar::default().entry(b'x', b"x", b"", 0o644, b"14 path=/evil\n").file("good", "x");
    refused(tar, &EntryError::Absolute);
}

#[test]
fn links_made_earlier_stay_inside() {
    // Each of these, taken word for word, is the directory next to the tree.
    for target in ["..", "../..", "/", "../../../../.."] {
        let lab = Lab::new();
        lab.unpack(Tar::default().symlink("out", target).file("out/evil", "x").file("b", "")).unwrap();
        untouched(&lab);
        assert_eq!(lab.text("evil"), "x", "the link led to the tree's own top");
    }
    let lab = Lab::new();
    let outside = lab.tree().parent().unwrap().to_str().unwrap().to_owned();
    let tar = Tar::default().symlink("out", &outside).file("out/evil", "x");
    let error = lab.unpack(tar).unwrap_err();
    assert!(matches!(error, UnpackError::Entry { problem: EntryError::Occupied(_), .. }), "{error}");
    untouched(&lab);
}

#[test]
fn a_file_in_the_place_of_a_link_takes_its_place() {
    let lab = Lab::new();
    let victim = lab.put("a", b"precious").to_str().unwrap().to_owned();
    // The archive itself is the victim: it must come out unharmed.
    let tar = Tar::default().symlink("t/x", &victim).file("t/x", "evil").file("u", "");
    lab.unpack(tar).unwrap();
    assert!(std::fs::read(victim).unwrap().len() > 1024);
    assert_eq!(lab.text("t/x"), "evil");
}

#[test]
fn links_in_a_circle_end() {
    let lab = Lab::new();
    let error = lab.unpack(Tar::default().symlink("a", "b").symlink("b", "a").file("a/x", "1")).unwrap_err();
    assert!(matches!(error, UnpackError::Write { .. } | UnpackError::Entry { .. }), "{error}");
}

#[test]
fn hard_links_reach_only_files_of_the_tree() {
    let hard_link = |target: &str| EntryError::HardLink { target: target.to_owned() };
    refused(Tar::default().hard_link("t/x", "/etc/passwd"), &hard_link("/etc/passwd"));
    refused(Tar::default().hard_link("t/x", "../a"), &hard_link("../a"));
    refused(Tar::default().hard_link("t/x", "t/missing"), &hard_link("t/missing"));
    refused(Tar::default().symlink("s", "/").hard_link("t/x", "s/etc/passwd"), &hard_link("s/etc/passwd"));
    refused(Tar::default().symlink("s", "/etc/passwd").hard_link("t/x", "s"), &hard_link("s"));
    refused(Tar::default().directory("d").hard_link("x", "d"), &hard_link("d"));
}

#[test]
fn what_is_no_file_is_refused() {
    for (kind, word) in [
        (b'3', "a character device"),
        (b'4', "a block device"),
        (b'6', "a named pipe"),
        (b'S', "a sparse file"),
        (b'Z', "of an unknown kind"),
    ] {
        refused(Tar::default().entry(kind, b"t/x", b"", 0o644, b""), &EntryError::Kind(word));
    }
}

#[test]
fn a_later_entry_takes_the_place_of_an_earlier_file() {
    let lab = Lab::new();
    let tar = Tar::default()
        .file("a", "1")
        .hard_link("b", "a")
        .file("a", "2")
        .hard_link("a", "a")
        .hard_link("b", "b")
        .directory("d")
        .directory("d")
        .file("link", "")
        .symlink("link", "d")
        .file("link/x", "3");
    lab.unpack(tar).unwrap();
    assert_eq!((lab.text("a").as_str(), lab.text("b").as_str(), lab.text("d/x").as_str()), ("2", "1", "3"));
}

#[test]
fn directories_and_files_do_not_change_into_each_other() {
    refused(Tar::default().file("t/d/x", "").file("t/d", ""), &EntryError::Occupied("a directory"));
    refused(Tar::default().file("t/d", "").directory("t/d"), &EntryError::Occupied("a file"));
    refused(Tar::default().file("t/d", "").file("t/d/x", ""), &EntryError::Occupied("a file on the way"));
    refused(
        Tar::default().symlink("t", "none").file("t/x", ""),
        &EntryError::Occupied("a dangling link on the way"),
    );
}

#[test]
fn names_that_are_not_text_are_kept() {
    let lab = Lab::new();
    lab.unpack(Tar::default().entry(b'0', b"t/\xff\xfe", b"", 0o644, b"1").file("u", "")).unwrap();
    let path = lab.tree().join("t").join(OsStr::from_bytes(b"\xff\xfe"));
    assert_eq!(std::fs::read(path).unwrap(), b"1");
}

#[test]
fn what_is_cut_off_is_damaged() {
    let whole = Tar::default().file("t/a", &"x".repeat(3000)).end();
    let packed = xz(&whole);
    let lab = Lab::new();
    for (name, bytes) in [
        ("a.tar", &whole[..700]),
        ("a.tar", &whole[..2000]),
        ("a.tar.xz", &packed[..packed.len() / 2]),
        ("a.tar.gz", &whole[..]),
        ("a.tar.zst", &whole[..]),
        ("a.tar.bz2", &whole[..]),
        ("a.tar.xz", &whole[..]),
    ] {
        let _ = std::fs::remove_dir_all(lab.tree());
        let file = lab.put("a", bytes);
        let error = archive(&file, name, &[], &lab.tree(), &Limits::default()).unwrap_err();
        assert_eq!(error.to_string(), format!("{name} is damaged"));
    }
}

#[test]
fn a_bomb_is_stopped_before_it_unfolds() {
    let lab = Lab::new();
    // Ten gigabytes by its header; what follows does not matter.
    let mut tar = Tar::default();
    tar.header(b'0', b"bomb", b"", 0o644, 0o77_777_777_777);
    let file = lab.put("a", &tar.end());
    let limits = Limits { bytes: 1000, entries: 3, ..Limits::default() };
    let error = archive(&file, "a.tar", &[], &lab.tree(), &limits).unwrap_err();
    assert_eq!(error.to_string(), "a.tar holds more than 1000 bytes; refusing to fill the disk");
    assert!(lab.paths().is_empty());

    let many = (0..4).fold(Tar::default(), |tar, n| tar.file(&format!("t/{n}"), ""));
    let lab = Lab::new();
    let file = lab.put("a", &many.end());
    let error = archive(&file, "a.tar", &[], &lab.tree(), &limits).unwrap_err();
    assert_eq!(error.to_string(), "a.tar holds more than 3 entries; refusing to fill the disk");
}

#[test]
fn an_endless_name_is_not_read() {
    for kind in [b'L', b'K', b'x'] {
        let mut tar = Tar::default();
        tar.header(kind, b"long", b"", 0o644, 0o77_777_777_777);
        let lab = Lab::new();
        let error = lab.unpack(tar).unwrap_err();
        let problem = EntryError::Extension { size: 0o77_777_777_777, limit: 1 << 20 };
        assert!(matches!(&error, UnpackError::Entry { problem: p, .. } if *p == problem), "{error}");
    }
}

#[test]
fn a_link_that_was_replaced_leads_nowhere_any_more() {
    let lab = Lab::new();
    let tar = Tar::default()
        .directory("d")
        .directory("e")
        .symlink("s", "d")
        .file("s/1", "")
        .symlink("s", "e")
        .file("s/2", "");
    lab.unpack(tar).unwrap();
    assert_eq!(lab.paths(), ["d", "d/1", "e", "e/2", "s"]);
    // Here the link is removed through itself, so a directory takes its place.
    let lab = Lab::new();
    lab.unpack(Tar::default().symlink("s", ".").file("s/s", "").file("s/x", "").file("u", "")).unwrap();
    assert_eq!(lab.paths(), ["s", "s/s", "s/x", "u"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_bytes_are_unpacked_or_refused(
        entries in proptest::collection::vec(
            (prop::sample::select(b"01256Lx".to_vec()), "[ab./]{0,6}", "[ab./]{0,6}"), 0..8),
        cut in 0usize..6000,
    ) {
        let tar = entries.iter().fold(Tar::default(), |tar, (kind, name, link)| {
            tar.entry(*kind, name.as_bytes(), link.as_bytes(), 0o644, link.as_bytes())
        });
        let bytes = tar.end();
        let lab = Lab::new();
        let file = lab.put("a", &bytes[..cut.min(bytes.len())]);
        let _ = archive(&file, "a.tar", &[], &lab.tree(), &Limits::default());
        untouched(&lab);
    }
}

/// A tar stream of so many empty entries, compressed: a few kilobytes that are megabytes.
fn many(entries: usize) -> Vec<u8> {
    let one = Tar::default().file("a", "").end();
    let header = &one[..512];
    xz(&header.repeat(entries))
}

/// Whoever is on the way chooses the bytes of a package that is read before any signature is checked.
#[test]
fn a_package_that_decompresses_to_too_much_is_left() {
    let package = deb_of("data.tar.xz", &many(40_000));
    assert!(package.len() < 20_000, "{}", package.len());
    let limits = |entries| Limits { bytes: 1 << 20, entries, ..Limits::default() };
    for entries in [100, 39_999] {
        let refused = read_file(&package, "keyring", "b", &limits(entries)).unwrap_err();
        assert!(matches!(refused, UnpackError::TooLarge { .. }), "{refused}");
    }
    assert_eq!(read_file(&package, "keyring", "b", &limits(40_000)).unwrap(), None);
    // Bytes count without entries, also those of a file that nobody wants.
    let large = Tar::default().file("a", &"\0".repeat(8 << 20)).end();
    let package = deb_of("data.tar.xz", &xz(&large));
    let refused = read_file(&package, "keyring", "b", &limits(10)).unwrap_err();
    assert!(matches!(refused, UnpackError::TooLarge { .. }), "{refused}");
    let enough = Limits { bytes: 9 << 20, ..limits(10) };
    assert_eq!(read_file(&package, "keyring", "b", &enough).unwrap(), None);
    // What is in no entry counts as well.
    let zeros = deb_of("data.tar.xz", &xz(&vec![0; 8 << 20]));
    let refused = Bounded::new(deb::data(&zeros[..]).unwrap(), 1 << 20, &Cancel::new());
    assert!(std::io::copy(&mut { refused }, &mut std::io::sink()).is_err());
}

/// An extended header belongs to the entry after it, which never comes.
#[test]
fn headers_without_an_entry_end_somewhere() {
    let mut header = Tar::default().entry(b'x', b"x", b"", 0o644, b"10 path=x\n").end();
    header.truncate(1024);
    let stream = xz(&header.repeat(20_000));
    let lab = Lab::new();
    let file = lab.put("a", &stream);
    let limits = Limits { bytes: 1 << 20, entries: 100, ..Limits::default() };
    let refused = archive(&file, "a.tar.xz", &[], &lab.tree(), &limits).unwrap_err();
    assert!(matches!(refused, UnpackError::TooLarge { .. }), "{refused}");
}

#[test]
fn whoever_cancels_waits_for_no_stream() {
    let cancel = Cancel::new();
    cancel.cancel();
    let limits = Limits { cancel, ..Limits::default() };
    let package = deb_of("data.tar.xz", &many(10));
    assert!(matches!(read_file(&package, "keyring", "b", &limits), Err(UnpackError::Cancelled)));
}
