//! How fast yoe is, as ratios to what a user would otherwise take, both measured in turns in the same run:
//! `cargo bench --package yoe`. Machines are noisy: medians of several rounds, and nothing asserts a time.

#![allow(clippy::print_stdout, reason = "a bench tells what it measured")]

mod projects;
mod race;
#[path = "../../tests/support/mod.rs"]
#[allow(dead_code, missing_docs, clippy::unwrap_used, reason = "the tests' own sample project")]
mod support;

use std::fs;
use std::path::Path;
use std::process::Command;

use race::{Race, quiet};
use yoe_sandbox::{Mount, Network, Spec, Stdio};

fn main() {
    // The sandbox re-executes this program.
    yoe_sandbox::run_init_if_asked();
    let directory = tempfile::tempdir().expect("a temporary directory");
    evaluation(directory.path());
    nothing_to_do(directory.path());
    sandbox_step();
    unpack_and_hash(directory.path());
    import(directory.path());
}

/// Evaluation and planning of 10,000 units, against reading the same files.
fn evaluation(directory: &Path) {
    let root = directory.join("project");
    projects::generate(&root, 10_000);
    let files = projects::files(&root);
    Race::new("evaluate and plan 10,000 units", "read the same files")
        .rounds(3)
        .run(|| drop(projects::plan_all(&root)), || files.iter().for_each(|file| drop(fs::read(file))));
}

/// A build that has nothing to do, against make with nothing to do.
fn nothing_to_do(directory: &Path) {
    let sample = support::Sandbox::new();
    sample.unit("hello", &["mkdir -p $DESTDIR/usr/share/hello"], "scope = \"noarch\"");
    sample.lock();
    quiet(&mut sample.command(&["build", "hello"]));
    fs::write(directory.join("Makefile"), "hello:\n\ttouch hello\n").expect("a file");
    quiet(Command::new("make").current_dir(directory));
    let theirs = || quiet(Command::new("make").current_dir(directory));
    Race::new("a build with nothing to do", "make with nothing to do")
        .rounds(20)
        .run(|| quiet(&mut sample.command(&["build", "hello"])), theirs);
}

/// The start of one sandbox step, against bubblewrap doing the same.
fn sandbox_step() {
    let root = Mount::bind("/", "/", false);
    let spec = Spec {
        mounts: vec![root, Mount::Proc { dest: "/proc".into() }, Mount::Dev { dest: "/dev".into() }],
        command: vec!["/bin/true".into()],
        environment: [("PATH".to_owned(), "/usr/bin:/bin".to_owned())].into(),
        directory: "/".into(),
        network: Network::None,
        hostname: "yoe".into(),
        limits: Default::default(),
    };
    let ours = || {
        let mut child = yoe_sandbox::spawn(&spec, Stdio::default()).expect("a sandbox");
        assert!(child.wait().expect("an end").success());
    };
    let theirs = || {
        let arguments =
            "--unshare-all --die-with-parent --clearenv --ro-bind / / --proc /proc --dev /dev /bin/true";
        quiet(Command::new("bwrap").args(arguments.split(' ')));
    };
    Race::new("start of a sandbox step", "bwrap with the same mounts")
        .needs("bwrap")
        .rounds(30)
        .run(ours, theirs);
}

/// Unpacking an archive and hashing what it holds, against tar and sha256sum.
fn unpack_and_hash(directory: &Path) {
    let archive = directory.join("sample.tar.gz");
    projects::tree(&directory.join("sample"), 2_000, 64 * 1024);
    quiet(Command::new("tar").arg("-C").arg(directory).arg("-czf").arg(&archive).arg("sample"));
    let (here, there) = (directory.join("here"), directory.join("there"));
    let ours = || {
        let _ = fs::remove_dir_all(&here);
        yoe_fetch::unpack::archive(&archive, "sample.tar.gz", &[], &here, &Default::default())
            .expect("unpacks");
        yoe_store::tree_digest(&here).expect("a digest");
    };
    let theirs = || {
        let _ = fs::remove_dir_all(&there);
        fs::create_dir_all(&there).expect("a directory");
        quiet(Command::new("tar").arg("-C").arg(&there).arg("-xzf").arg(&archive));
        quiet(
            Command::new("sh")
                .arg("-c")
                .arg("find . -type f -exec sha256sum {} + >/dev/null")
                .current_dir(&there),
        );
    };
    Race::new("unpack and hash 128 MB in 2,000 files", "tar and sha256sum").rounds(5).run(ours, theirs);
}

/// Packages merged into a root tree, against tar packing the same files.
fn import(directory: &Path) {
    let tree = directory.join("root");
    projects::tree(&tree.join("usr/share/data"), 500, 64 * 1024);
    let image = projects::ImageParts::new(directory, &tree);
    let theirs = || {
        quiet(Command::new("tar").arg("-C").arg(&tree).arg("-cf").arg(directory.join("theirs.tar")).arg("."))
    };
    Race::new("assemble a root of 32 MB from a package", "tar of the same files")
        .rounds(5)
        .run(|| image.assemble(), theirs);
}
