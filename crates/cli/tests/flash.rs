//! Writing a disk, as a user would: to a file, to a loop device where there is one, and what is refused.

#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]
#![allow(clippy::print_stdout, reason = "a test that is skipped says why")]

#[allow(dead_code, reason = "each test program uses a part of it")]
mod support;

use std::fs::{self, File};
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::process::{Command, Output};

use support::Sandbox;

const MIB: u64 = 1 << 20;

fn message(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A project, and a disk with a table, an ESP of 4 MiB, a slot with something in it and one with nothing.
fn project() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.unit("hello", &["true"], "");
    sandbox.lock();
    let path = sandbox.project().join("disk.img");
    let file = File::create_new(&path).unwrap();
    file.set_len(24 * MIB).unwrap();
    sandbox.write(
        "table",
        "label: gpt\nfirst-lba: 2048\nstart=2048, size=8192, name=\"esp\", type=U\n\
         start=10240, size=16384, name=\"root-a\", type=L\nstart=26624, size=16384, name=\"root-b\", type=L\n",
    );
    let made = Command::new("sfdisk")
        .args(["--quiet", "--no-reread"])
        .arg(&path)
        .stdin(File::open(sandbox.project().join("table")).unwrap())
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", message(&made));
    file.write_all_at(&[5; 3000], MIB).unwrap();
    file.write_all_at(&[6; 3000], 5 * MIB).unwrap();
    sandbox
}

#[test]
fn a_file_becomes_another_one() {
    let sandbox = project();
    let output = sandbox.yoe(&["flash", "disk.img", "out.img"]);
    assert!(output.status.success(), "{}", message(&output));
    let read = |name: &str| fs::read(sandbox.project().join(name)).unwrap();
    assert!(read("disk.img") == read("out.img"));
    assert!(
        message(&output).contains("out.img: disk.img was written and read back, 9"),
        "{}",
        message(&output)
    );
    assert!(!sandbox.project().join("out.img.part").exists());
    // Again, in the place of the first one.
    let again = sandbox.yoe(&["flash", "disk.img", "out.img"]);
    assert!(again.status.success(), "{}", message(&again));
}

#[test]
fn what_is_no_disk_is_refused_and_stays() {
    let sandbox = project();
    let refused = |arguments: &[&str]| {
        let output = sandbox.yoe(arguments);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {}", message(&output));
        message(&output)
    };
    for (device, expected) in [
        ("/dev/null", "error: /dev/null is a character device, and no disk\n"),
        ("/tmp", "error: /tmp is a directory, and no disk\n"),
        (
            "/dev/no-such-disk",
            "error: there is no /dev/no-such-disk\nhint: `yoe flash` lists the media that are there\n",
        ),
    ] {
        assert_eq!(refused(&["flash", "disk.img", device]), expected);
    }
    assert_eq!(
        refused(&["flash", "/dev/sdb"]),
        "error: it is not said what to write to /dev/sdb\nhint: yoe flash IMAGE /dev/sdb\n"
    );
    assert!(refused(&["flash", "no-such.img", "out.img"]).starts_with("error: no-such.img cannot be read\n"));
    assert!(refused(&["flash", "gateway", "out.img"]).starts_with("error: there is no image \"gateway\"\n"));
    fs::write(sandbox.project().join("text.img"), "no disk").unwrap();
    let none = refused(&["flash", "text.img", "out.img", "--credential", "a=b"]);
    assert!(none.starts_with("error: "), "{none}");
    assert!(!sandbox.project().join("out.img").exists());
}

#[test]
fn media_are_listed() {
    let sandbox = project();
    let output = sandbox.yoe(&["flash"]);
    assert!(output.status.success(), "{}", message(&output));
    let json = sandbox.yoe(&["flash", "--json"]);
    let media: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert!(media.is_array(), "{media}");
}

/// A loop device over a file; none where this user may not make one.
struct Loop(String);

impl Loop {
    fn over(file: &Path) -> Option<Self> {
        let made = Command::new("losetup").args(["--find", "--show"]).arg(file).output().ok()?;
        made.status.success().then(|| Self(String::from_utf8(made.stdout).unwrap().trim().to_owned()))
    }
}

impl Drop for Loop {
    fn drop(&mut self) {
        let _ = Command::new("losetup").args(["--detach", &self.0]).status();
    }
}

/// A file system on a device, mounted; none where this user may not do that.
struct Mounted(std::path::PathBuf);

impl Mounted {
    fn new(device: &str, at: &Path) -> Option<Self> {
        fs::create_dir(at).unwrap();
        let done = |program: &str, arguments: &[&str]| {
            Command::new(program).args(arguments).output().is_ok_and(|output| output.status.success())
        };
        let there =
            done("mkfs.ext4", &["-q", "-F", device]) && done("mount", &["-o", "ro", device, at.to_str()?]);
        there.then(|| Self(at.to_owned()))
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).status();
    }
}

#[test]
fn a_block_device_is_written_and_one_that_is_too_small_is_not() {
    let sandbox = project();
    let backing = |name: &str, size: u64| {
        let path = sandbox.project().join(name);
        let file = File::create_new(&path).unwrap();
        file.set_len(size).unwrap();
        file.write_all_at(&vec![0xaa; usize::try_from(size).unwrap()], 0).unwrap();
        path
    };
    let (large, small) = (backing("large", 40 * MIB), backing("small", 20 * MIB));
    let (Some(device), Some(other)) = (Loop::over(&large), Loop::over(&small)) else {
        return println!("skipped: this user cannot make loop devices");
    };
    let output = sandbox.yoe(&["flash", "disk.img", &device.0, "--yes"]);
    assert!(output.status.success(), "{}", message(&output));
    let (wrote, disk) = (fs::read(&large).unwrap(), fs::read(sandbox.project().join("disk.img")).unwrap());
    let at = |mib: u64| usize::try_from(mib * MIB).unwrap();
    assert!(wrote[..at(6)] == disk[..at(6)], "table, ESP and root");
    assert_eq!([wrote[at(14)], wrote[at(30)]], [0xaa, 0xaa], "an empty slot, and what is behind the image");
    let unasked = sandbox.yoe(&["flash", "disk.img", &device.0]);
    assert!(message(&unasked).contains("nobody can be asked whether loop"), "{}", message(&unasked));
    let refused = sandbox.yoe(&["flash", "disk.img", &other.0, "--yes"]);
    assert!(message(&refused).contains("has 20M, and the image needs 24M"), "{}", message(&refused));
    assert!(fs::read(&small).unwrap().iter().all(|byte| *byte == 0xaa), "nothing was written");
    let Some(mounted) = Mounted::new(&device.0, &sandbox.project().join("here")) else {
        return println!("skipped: this user cannot make and mount a file system");
    };
    let before = fs::read(&large).unwrap();
    let refused = sandbox.yoe(&["flash", "disk.img", &device.0, "--yes"]);
    let at = mounted.0.display();
    assert!(
        message(&refused).contains(&format!("is mounted at {at}\nhint: sudo umount '{at}'\n")),
        "{}",
        message(&refused)
    );
    assert!(before == fs::read(&large).unwrap(), "nothing was written");
}
