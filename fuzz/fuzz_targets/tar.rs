//! Source archives: whatever one holds, nothing but the tree is touched. The first byte chooses compression and selection.

#![no_main]

use std::fs;

use libfuzzer_sys::fuzz_target;
use yoe_fetch::unpack::{Limits, archive};
use yoe_model::Cancel;

const NAMES: [&str; 5] = ["a.tar", "a.tar.gz", "a.tar.xz", "a.tar.zst", "a.tar.bz2"];

fuzz_target!(init: yoe_fuzz::seeds(seeds), |data: &[u8]| {
    let Some((choice, bytes)) = data.split_first() else { return };
    let name = NAMES[usize::from(choice & 0x7f) % NAMES.len()];
    let only = if choice & 0x80 == 0 { Vec::new() } else { vec!["file".to_owned()] };
    yoe_fuzz::in_directory(|directory| {
        let file = directory.join(name);
        fs::write(&file, bytes).expect("there is room");
        let outside = directory.join("outside");
        fs::create_dir(&outside).expect("there is room");
        fs::write(outside.join("kept"), "kept").expect("there is room");
        let limits = Limits { bytes: 1 << 20, entries: 1000, cancel: Cancel::new() };
        let _ = archive(&file, name, &only, &directory.join("tree"), &limits);
        let names: Vec<_> = fs::read_dir(&outside).expect("it is there").flatten().map(|entry| entry.file_name()).collect();
        assert_eq!(names, ["kept"], "something outside of the tree was changed");
        assert_eq!(fs::read(outside.join("kept")).expect("it is there"), b"kept");
        let count = fs::read_dir(directory).expect("it is there").count();
        assert!((2..=3).contains(&count), "something was written outside of the tree");
    });
});

fn seeds() -> Vec<Vec<u8>> {
    let data = yoe_fuzz::tarball();
    let with = |choice: u8, bytes: &[u8]| [&[choice], bytes].concat();
    vec![with(0, &data), with(1, &yoe_fuzz::gzip(&data)), with(0x80, &data)]
}
