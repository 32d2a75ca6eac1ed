//! What the fuzz targets share: seeds and directories.
//!
//! A target reads foreign bytes with one parser and checks what must hold of every input. `cargo xtask fuzz` compiles and
//! runs them; docs/design/0025-holes-and-fuzzing.md says how.

use std::fs;
use std::path::Path;

/// The variable that names the directory for a target's seeds. A target that finds it writes them and ends.
pub const SEEDS: &str = "YOE_FUZZ_SEEDS";

/// Writes the target's seeds and ends the program, when it was started for that. Called before the first input.
pub fn seeds(make: impl FnOnce() -> Vec<Vec<u8>>) {
    let Some(directory) = std::env::var_os(SEEDS) else { return };
    let directory = Path::new(&directory);
    fs::create_dir_all(directory).expect("the directory of the seeds can be made");
    for (number, seed) in make().iter().enumerate() {
        fs::write(directory.join(format!("seed-{number:02}")), seed).expect("a seed can be written");
    }
    std::process::exit(0);
}

/// Runs something in an empty directory, which goes afterwards.
pub fn in_directory(run: impl FnOnce(&Path)) {
    let directory = tempfile::tempdir().expect("there is room for a temporary directory");
    run(directory.path());
}

/// A tar archive with a file, a directory, links and a long name, as GNU tar writes them.
pub fn tarball() -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    let mut add = |path: &str, kind: tar::EntryType, link: &str, content: &[u8]| {
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(kind);
        header.set_mode(0o644);
        header.set_size(content.len() as u64);
        match link {
            "" => archive.append_data(&mut header, path, content).expect("in memory"),
            link => archive.append_link(&mut header, path, link).expect("in memory"),
        }
    };
    add("a/", tar::EntryType::Directory, "", b"");
    add("a/file", tar::EntryType::Regular, "", b"content");
    add("a/link", tar::EntryType::Symlink, "../..", b"");
    add("a/hard", tar::EntryType::Link, "a/file", b"");
    add(&format!("a/{}", "long/".repeat(30)), tar::EntryType::Regular, "", b"x");
    archive.into_inner().expect("in memory")
}

/// A tar archive with one file.
pub fn tar_of(path: &str, content: &[u8]) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_mode(0o644);
    header.set_size(content.len() as u64);
    archive.append_data(&mut header, path, content).expect("in memory");
    archive.into_inner().expect("in memory")
}

/// A gzip stream.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).expect("in memory");
    encoder.finish().expect("in memory")
}

/// An ar archive with these members.
pub fn ar(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = b"!<arch>\n".to_vec();
    for (name, content) in members {
        archive.extend(
            format!("{name:<16}{:<12}{:<6}{:<6}{:<8}{:<10}`\n", 0, 0, 0, "100644", content.len()).bytes(),
        );
        archive.extend(*content);
        if content.len() % 2 == 1 {
            archive.push(b'\n');
        }
    }
    archive
}
