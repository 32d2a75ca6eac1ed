//! Archives as they should be.

use std::io::Write as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::PathBuf;

use tempfile::TempDir;

use super::*;
use crate::Cancel;
use crate::test_archive::{TIME, Tar, deb as make_deb, deb_of, xz};

/// A directory for one test, with files made of bytes.
pub(super) struct Lab(TempDir);

impl Lab {
    pub(super) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(super) fn put(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    pub(super) fn tree(&self) -> PathBuf {
        self.0.path().join("tree")
    }

    pub(super) fn unpack(&self, tar: Tar) -> Result<(), UnpackError> {
        let file = self.put("a", &tar.end());
        archive(&file, "a.tar", &[], &self.tree(), &Limits::default())
    }

    pub(super) fn text(&self, path: &str) -> String {
        std::fs::read_to_string(self.tree().join(path)).unwrap()
    }

    /// Every path of the tree, sorted.
    pub(super) fn paths(&self) -> Vec<String> {
        let mut all = Vec::new();
        let mut directories = vec![self.tree()];
        while let Some(directory) = directories.pop() {
            for entry in std::fs::read_dir(directory).unwrap() {
                let entry = entry.unwrap();
                all.push(entry.path().strip_prefix(self.tree()).unwrap().to_string_lossy().into_owned());
                if entry.file_type().unwrap().is_dir() {
                    directories.push(entry.path());
                }
            }
        }
        all.sort();
        all
    }
}

fn compressed(name: &str, bytes: &[u8]) -> Vec<u8> {
    match name.rsplit('.').next().unwrap() {
        "gz" | "tgz" | "crate" => {
            let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            encoder.write_all(bytes).unwrap();
            encoder.finish().unwrap()
        }
        "xz" => xz(bytes),
        "zst" => zstd::encode_all(bytes, 1).unwrap(),
        "bz2" => {
            let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
            encoder.write_all(bytes).unwrap();
            encoder.finish().unwrap()
        }
        _ => bytes.to_vec(),
    }
}

#[test]
fn every_compression_is_read() {
    let tar = Tar::default().directory("top/").file("top/a", "1").end();
    for name in ["a.tar", "a.tar.gz", "a.tgz", "a.tar.xz", "a.tar.zst", "a.tar.bz2", "a-1.0.0.crate"] {
        let lab = Lab::new();
        let file = lab.put("file", &compressed(name, &tar));
        archive(&file, name, &[], &lab.tree(), &Limits::default()).unwrap();
        assert_eq!(lab.text("a"), "1", "{name}");
    }
}

#[test]
fn a_single_top_directory_is_stripped() {
    let lab = Lab::new();
    lab.unpack(Tar::default().file("top/top/x", "1").file("top/.top", "2")).unwrap();
    assert_eq!(lab.paths(), [".top", "top", "top/x"]);
}

#[test]
fn several_tops_or_a_single_file_stay() {
    let lab = Lab::new();
    lab.unpack(Tar::default().file("a/x", "1").file("b", "2")).unwrap();
    assert_eq!(lab.paths(), ["a", "a/x", "b"]);
    let lab = Lab::new();
    lab.unpack(Tar::default().file("a", "1")).unwrap();
    assert_eq!(lab.paths(), ["a"]);
}

#[test]
fn modes_are_cleaned_and_times_kept() {
    let lab = Lab::new();
    let tar = Tar::default()
        .entry(b'5', b"t/", b"", 0o555, b"")
        .entry(b'0', b"t/setuid", b"", 0o6777, b"x")
        .entry(b'0', b"t/unreadable", b"", 0o000, b"x");
    lab.unpack(tar.entry(b'5', b"t/d/", b"", 0o2002, b"")).unwrap();
    let meta = |path: &str| std::fs::metadata(lab.tree().join(path)).unwrap();
    let modes = ["setuid", "unreadable", "d"].map(|path| meta(path).mode() & 0o7777);
    assert_eq!(modes, [0o755, 0o600, 0o700]);
    assert_eq!(meta("setuid").mtime(), TIME as i64);
}

#[test]
fn links_are_laid_down() {
    let lab = Lab::new();
    let tar = Tar::default().file("t/a", "1").hard_link("t/b", "./t/a").symlink("t/c", "/etc/passwd");
    lab.unpack(tar).unwrap();
    let inode = |path: &str| std::fs::metadata(lab.tree().join(path)).unwrap().ino();
    assert_eq!(inode("a"), inode("b"));
    assert_eq!(std::fs::read_link(lab.tree().join("c")).unwrap(), Path::new("/etc/passwd"));
}

#[test]
fn long_names_are_read_in_both_spellings() {
    let lab = Lab::new();
    let (gnu, pax) = ("g".repeat(150), "p".repeat(150));
    let name = format!("t/{gnu}\0");
    let record = |text: String| {
        // The length of a record counts itself.
        let length = (1..).find(|n: &usize| n.to_string().len() + text.len() + 2 == *n).unwrap();
        format!("{length} {text}\n")
    };
    let header = record(format!("path=t/{pax}")) + &record("mtime=1000000000.5".to_owned());
    let tar = Tar::default()
        .entry(b'g', b"pax_global_header", b"", 0o644, record("comment=x".to_owned()).as_bytes())
        .entry(b'L', b"././@LongLink", b"", 0, name.as_bytes())
        .file("t/short", "1")
        .entry(b'x', b"t/PaxHeaders/x", b"", 0o644, header.as_bytes())
        .file("t/short", "2")
        .file("t/last", "3");
    lab.unpack(tar).unwrap();
    assert_eq!(lab.paths(), [gnu.as_str(), "last", pax.as_str()]);
    assert_eq!(std::fs::metadata(lab.tree().join(pax)).unwrap().mtime(), 1_000_000_000);
}

#[test]
fn a_part_of_an_archive_is_unpacked() {
    let tar = || {
        Tar::default()
            .file("t/a/x", "1")
            .file("t/ab/x", "2")
            .file("t/b", "3")
            .symlink("t/c/d/e", "x")
            .file("t/c/f", "4")
    };
    let lab = Lab::new();
    let file = lab.put("a", &tar().end());
    let only = |paths: &[&str]| paths.iter().map(|path| (*path).to_owned()).collect::<Vec<_>>();
    archive(&file, "a.tar", &only(&["a", "c/d/"]), &lab.tree(), &Limits::default()).unwrap();
    assert_eq!(lab.paths(), ["a", "a/x", "c", "c/d", "c/d/e"]);

    let lab = Lab::new();
    let error = archive(&file, "a.tar", &only(&["a", "z"]), &lab.tree(), &Limits::default()).unwrap_err();
    assert_eq!(error.to_string(), "a.tar has nothing at \"z\" below its top directory; correct \"only\"");
    let lab = Lab::new();
    let file = lab.put("b", &tar().file("u/x", "").end());
    let error = archive(&file, "a.tar", &only(&["a"]), &lab.tree(), &Limits::default()).unwrap_err();
    assert!(matches!(error, UnpackError::NoTop { .. }), "{error}");
}

#[test]
fn a_directory_in_use_and_a_name_of_no_archive_are_refused() {
    let lab = Lab::new();
    let file = lab.put("a", &Tar::default().end());
    let error = archive(&file, "a.zip", &[], &lab.tree(), &Limits::default()).unwrap_err().to_string();
    assert!(error.starts_with("a.zip is not an archive that can be unpacked: expected .tar,"), "{error}");
    assert!(!lab.tree().exists());
    let error = archive(&file, "a.tar", &[], lab.0.path(), &Limits::default()).unwrap_err().to_string();
    assert!(error.ends_with("it is not empty"), "{error}");
}

#[test]
fn the_tarballs_of_a_source_package_become_one_tree() {
    let lab = Lab::new();
    let main = lab.put("m", &xz(&Tar::default().file("x-1/a", "1").file("x-1/part/old", "2").end()));
    let part = lab.put("p", &Tar::default().file("whatever/new", "3").file("whatever/sub/n", "4").end());
    let files = [
        SourceFile { file: part, name: "x_1.orig-part.tar".to_owned() },
        SourceFile { file: main, name: "x_1.orig.tar.xz".to_owned() },
    ];
    source(&files, &[], &lab.tree(), &Limits::default()).unwrap();
    assert_eq!(lab.paths(), ["a", "part", "part/new", "part/sub", "part/sub/n"]);
    for (only, expected) in [
        (vec!["a"], vec!["a"]),
        (vec!["part/sub"], vec!["part", "part/sub", "part/sub/n"]),
        (vec!["a", "part"], vec!["a", "part", "part/new", "part/sub", "part/sub/n"]),
    ] {
        std::fs::remove_dir_all(lab.tree()).unwrap();
        let only: Vec<String> = only.into_iter().map(str::to_owned).collect();
        source(&files, &only, &lab.tree(), &Limits::default()).unwrap();
        assert_eq!(lab.paths(), expected);
    }
}

#[test]
fn debs_merge_into_a_root_with_links() {
    let lab = Lab::new();
    std::fs::create_dir_all(lab.tree().join("usr/bin")).unwrap();
    std::os::unix::fs::symlink("/usr/bin", lab.tree().join("bin")).unwrap();
    let package =
        Tar::default().directory("./").directory("./bin/").file("./bin/a", "1").file("./skipped", "2");
    let file = lab.put("a.deb", &make_deb(package));
    deb(&file, &lab.tree(), &|path| path != b"skipped", &Limits::default()).unwrap();
    assert_eq!(lab.paths(), ["bin", "usr", "usr/bin", "usr/bin/a"]);
    assert!(lab.tree().join("bin").symlink_metadata().unwrap().is_symlink());
}

fn bytes(bytes: u64) -> Limits {
    Limits { bytes, ..Limits::default() }
}

#[test]
fn a_file_of_a_deb_is_read_in_memory() {
    let package = make_deb(Tar::default().file("./a/b", "12345"));
    assert_eq!(read_file(&package, "p", "a/b", &bytes(5)).unwrap().unwrap(), b"12345");
    assert_eq!(read_file(&package, "p", "a", &bytes(5)).unwrap(), None);
    assert!(matches!(read_file(&package, "p", "a/b", &bytes(4)), Err(UnpackError::TooLarge { .. })));
}

#[test]
fn what_is_not_a_deb_is_damaged() {
    let whole = make_deb(Tar::default().file("./a", "1"));
    let data = Tar::default().end();
    let cut = &whole[..whole.len() - 40];
    let odd = deb_of("data.tar.lzma", &data);
    let none = deb_of("other", &data);
    for bytes in [&b""[..], b"!<arch>\n", b"not an ar archive, but long enough to be one", cut, &odd, &none] {
        let error = read_file(bytes, "p.deb", "a", &Limits::default()).unwrap_err();
        assert!(matches!(error, UnpackError::Damaged { .. }), "{error}");
    }
}

#[test]
fn an_environment_is_laid_out() {
    let lab = Lab::new();
    let first = Tar::default()
        .directory("./bin/")
        .file("./bin/sh", "old")
        .file("./etc/passwd", "theirs")
        .file("./usr/share/doc/x/copyright", "x")
        .file("./usr/share/docs", "kept");
    let second =
        Tar::default().file("./usr/bin/sh", "new").file("./lib/y", "y").symlink("./usr/bin/awk", "mawk");
    let packages = [lab.put("a.deb", &make_deb(first)), lab.put("b.deb", &deb_of("data.tar", &second.end()))];
    let map = |path: &str, text: &str| [(path.to_owned(), text.to_owned())].into();
    let (links, files) = (map("/usr/bin/awk", "gawk"), map("/bin/hello", "hi"));
    environment(&packages, &links, &files, &lab.tree(), &Cancel::new()).unwrap();
    assert_eq!(lab.text("bin/sh"), "new", "the later package wins, by whichever name");
    assert_eq!(lab.text("usr/lib/y"), "y");
    assert_eq!(lab.text("usr/bin/hello"), "hi");
    assert!(lab.text("etc/passwd").starts_with("root:x:0:0:"));
    assert_eq!(std::fs::read_link(lab.tree().join("usr/bin/awk")).unwrap(), Path::new("gawk"));
    assert_eq!(
        lab.paths().iter().filter(|path| path.contains("share")).collect::<Vec<_>>(),
        ["usr/share", "usr/share/docs"]
    );
}

#[test]
fn many_packages_give_the_same_tree_each_time() {
    let lab = Lab::new();
    let packages: Vec<PathBuf> = (0..40)
        .map(|n| {
            let tar = Tar::default()
                .file("./shared", &n.to_string())
                .file(&format!("./own/{n}"), &"x".repeat(n * 997));
            lab.put(&format!("{n}.deb"), &make_deb(tar))
        })
        .collect();
    let none = std::collections::BTreeMap::new();
    environment(&packages, &none, &none, &lab.tree(), &Cancel::new()).unwrap();
    assert_eq!(lab.text("shared"), "39");
    for n in 0..40 {
        assert_eq!(lab.text(&format!("own/{n}")).len(), n * 997);
    }
}

#[test]
fn a_damaged_package_of_an_environment_is_named() {
    let lab = Lab::new();
    let good = make_deb(Tar::default().file("./a", &"1".repeat(100_000)));
    let mut packages = vec![lab.put("good.deb", &good), lab.put("bad.deb", &good[..good.len() / 2])];
    // Enough packages after it to keep every thread busy.
    packages.extend((0..20).map(|n| lab.put(&format!("{n}.deb"), &good)));
    let none = std::collections::BTreeMap::new();
    let error = environment(&packages, &none, &none, &lab.tree(), &Cancel::new()).unwrap_err();
    assert_eq!(error.to_string(), "bad.deb is damaged");
}

#[test]
fn unpacking_ends_when_it_is_cancelled() {
    let lab = Lab::new();
    let file = lab.put("a", &Tar::default().file("t/a", "1").end());
    let limits = Limits::default();
    limits.cancel.cancel();
    let error = archive(&file, "a.tar", &[], &lab.tree(), &limits).unwrap_err();
    assert!(matches!(error, UnpackError::Cancelled), "{error}");
    assert!(lab.paths().is_empty());
}

#[test]
fn a_cancelled_environment_ends() {
    let lab = Lab::new();
    let packages = [lab.put("a.deb", &make_deb(Tar::default().file("./a", "1")))];
    let none = std::collections::BTreeMap::new();
    let cancel = Cancel::new();
    cancel.cancel();
    let error = environment(&packages, &none, &none, &lab.tree(), &cancel).unwrap_err();
    assert!(matches!(error, UnpackError::Cancelled), "{error}");
}

#[test]
fn an_archive_inside_of_a_package_is_unpacked() {
    let lab = Lab::new();
    let source = xz(&Tar::default().directory("linux/").file("linux/Makefile", "all:").end());
    let held = Tar::default().directory("./usr/").file("./usr/share/doc/copyright", "free").entry(
        b'0',
        b"./usr/src/linux.tar.xz",
        b"",
        0o644,
        &source,
    );
    let file = lab.put("l.deb", &make_deb(held));
    let package = SourceFile { file, name: "l.deb".to_owned() };
    let of = |path: &str, only: &[&str]| {
        let only: Vec<String> = only.iter().map(|path| (*path).to_owned()).collect();
        archive_in_deb(&package, path, &only, &lab.tree(), &Limits::default())
    };
    of("usr/src/linux.tar.xz", &[]).unwrap();
    assert_eq!(lab.text("Makefile"), "all:");
    std::fs::remove_dir_all(lab.tree()).unwrap();
    let message = of("usr/src/linux.tar.gz", &[]).unwrap_err().to_string();
    assert_eq!(message, "l.deb holds no file /usr/src/linux.tar.gz. Its archives: /usr/src/linux.tar.xz");
    let message = of("usr/share/doc/copyright", &[]).unwrap_err().to_string();
    assert!(message.starts_with("l.deb:usr/share/doc/copyright is not an archive"), "{message}");
    let message = of("usr/src/linux.tar.xz", &["Kbuild"]).unwrap_err().to_string();
    assert!(message.starts_with("l.deb:usr/src/linux.tar.xz has nothing at \"Kbuild\""), "{message}");
}

#[test]
fn a_package_with_endless_entries_is_refused() {
    let lab = Lab::new();
    let many = (0..20).fold(Tar::default(), |tar, number| tar.file(&format!("./f{number}.tar"), ""));
    let file = lab.put("l.deb", &make_deb(many));
    let package = SourceFile { file, name: "l.deb".to_owned() };
    let limits = Limits { entries: 10, ..Limits::default() };
    let message = archive_in_deb(&package, "f.tar", &[], &lab.tree(), &limits).unwrap_err().to_string();
    assert_eq!(message, "l.deb holds more than 10 entries; refusing to fill the disk");
    let message =
        archive_in_deb(&package, "f.tar", &[], &lab.tree(), &Limits::default()).unwrap_err().to_string();
    assert_eq!(
        message,
        "l.deb holds no file /f.tar. Its archives: /f0.tar, /f1.tar, /f2.tar, /f3.tar, /f4.tar"
    );
}

#[test]
fn a_link_in_a_package_is_no_archive_of_it() {
    let lab = Lab::new();
    let file = lab.put("l.deb", &make_deb(Tar::default().symlink("./usr/src/linux.tar.xz", "/etc/passwd")));
    let package = SourceFile { file, name: "l.deb".to_owned() };
    let message = archive_in_deb(&package, "usr/src/linux.tar.xz", &[], &lab.tree(), &Limits::default());
    let message = message.unwrap_err().to_string();
    assert_eq!(message, "l.deb holds no file /usr/src/linux.tar.xz. Its archives: none");
}
