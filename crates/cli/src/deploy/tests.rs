use std::fs;
use std::path::Path;

use yoe_package::{Info, Signer, Tree, write};

use super::*;

#[test]
fn words_for_the_device_are_quoted() {
    let services = ["one".to_owned(), "it's".to_owned()];
    let text = script(Ask::Put("xz", &services));
    assert!(text.starts_with("set -- 'put' 'xz' 'one' 'it'\\''s'\n"), "{text}");
    assert!(script(Ask::Undo).starts_with("set -- 'undo'\n"));
}

/// dropbear takes commands of up to 9000 bytes.
#[test]
fn the_command_is_one_that_the_server_takes() {
    let services = vec!["a-service-of-thirty-two-letters-x".to_owned(); 20];
    assert!(script(Ask::Put("a-unit", &services)).len() < 8000);
}

#[test]
fn the_devices_script_is_one_that_a_shell_reads() {
    let read = std::process::Command::new("sh").args(["-n", "-c", &script(Ask::Check)]).output().unwrap();
    assert!(read.status.success(), "{}", String::from_utf8_lossy(&read.stderr));
}

/// A package of these files.
fn package(directory: &Path, files: &[&str]) -> (std::path::PathBuf, yoe_package::PublicKey) {
    let root = directory.join("root");
    for file in files {
        let path = root.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, file).unwrap();
    }
    std::os::unix::fs::symlink("usr/bin", root.join("bin")).unwrap();
    fs::create_dir_all(root.join("proc")).unwrap();
    let signer = Signer::generate("test").unwrap();
    let info = Info {
        name: "one".into(),
        version: "1-r0".into(),
        arch: "noarch".into(),
        origin: "one".into(),
        license: "MIT".into(),
        ..Info::default()
    };
    let file = directory.join("one-1-r0.apk");
    write(&Tree::scan(&root).unwrap(), &info, &signer, &file).unwrap();
    (file, signer.public_key().unwrap())
}

#[test]
fn files_below_usr_and_etc_are_taken() {
    let scratch = tempfile::tempdir().unwrap();
    let (file, key) = package(scratch.path(), &["usr/bin/one", "etc/one.conf"]);
    let archive = archive(&file, &[key]).unwrap();
    let listed = std::process::Command::new("tar").arg("-t").stdin(archive.file).output().unwrap();
    let listed = String::from_utf8(listed.stdout).unwrap();
    assert_eq!(archive.count, 2);
    let files: Vec<&str> = listed.lines().filter(|line| !line.ends_with('/')).collect();
    assert_eq!(files, ["etc/one.conf", "usr/bin/one"]);
}

#[test]
fn what_no_overlay_reaches_is_refused() {
    let scratch = tempfile::tempdir().unwrap();
    let (file, key) = package(scratch.path(), &["usr/bin/one", "boot/vmlinuz"]);
    let error = archive(&file, &[key]).err().unwrap();
    assert_eq!(
        error.to_string(),
        "it holds /boot/vmlinuz, and only files below /usr and /etc can be replaced on a device that runs"
    );
    let other = Signer::generate("other").unwrap().public_key().unwrap();
    assert!(archive(&file, &[other]).is_err(), "signed by somebody else");
}
