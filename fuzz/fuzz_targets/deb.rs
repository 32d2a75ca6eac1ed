//! A Debian package: one file of it in memory, then all of it unpacked, then an archive that it holds.

#![no_main]

use std::fs;

use libfuzzer_sys::fuzz_target;
use yoe_fetch::unpack::{Limits, SourceFile, archive_in_deb, deb, read_file};
use yoe_model::Cancel;

fuzz_target!(init: yoe_fuzz::seeds(seeds), |data: &[u8]| {
    let small = Limits { bytes: 1 << 10, entries: 1000, cancel: Cancel::new() };
    if let Ok(Some(content)) = read_file(data, "a.deb", "a/file", &small) {
        assert!(content.len() <= 1 << 10);
    }
    yoe_fuzz::in_directory(|directory| {
        let (file, into) = (directory.join("a.deb"), directory.join("tree"));
        fs::write(&file, data).expect("there is room");
        fs::create_dir(&into).expect("there is room");
        let limits = Limits { bytes: 1 << 20, entries: 1000, cancel: Cancel::new() };
        let _ = deb(&file, &into, &|_| true, &limits);
        assert_eq!(fs::read_dir(directory).expect("it is there").count(), 2, "something was written outside of the tree");
        let package = SourceFile { file, name: "a.deb".into() };
        let _ = archive_in_deb(&package, "a/source.tar", &[], &directory.join("source"), &limits);
        assert!(fs::read_dir(directory).expect("it is there").count() <= 3, "something was written outside of the tree");
    });
});

fn seeds() -> Vec<Vec<u8>> {
    let data = yoe_fuzz::tarball();
    let package = |name: &str, data: &[u8]| {
        yoe_fuzz::ar(&[("debian-binary", b"2.0\n"), ("control.tar.gz", b""), (name, data)])
    };
    let held = yoe_fuzz::tar_of("a/source.tar", &data);
    vec![package("data.tar", &data), package("data.tar.gz", &yoe_fuzz::gzip(&data)), package("data.tar", &held)]
}
