//! Debian's patches of a source: fetched from an archive on the loopback interface, applied in the sandbox.

#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

#[allow(dead_code, reason = "other tests use the rest of it")]
mod support;

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Output};

use support::{Sandbox, file_server, printed};
use yoe_model::Digest;

/// Shows every file of the source.
const SHOW: &str = "find . -type f | sort | while read -r file; do echo \"== $file\"; cat \"$file\"; done; \
                    mkdir -p $DESTDIR/usr/share; cp x.c $DESTDIR/usr/share";

const FIRST: &str = "--- a/x.c\n+++ b/x.c\n@@ -1,3 +1,3 @@\n one\n-two\n+second\n three\n";
const AFTER_IT: &str = "--- x.c\n+++ x.c\n@@ -1,3 +1,3 @@\n one\n-second\n+third\n three\n";

/// A project with a unit of the source package `sample` 1-1, and the archive that serves it.
struct Project {
    sandbox: Sandbox,
    /// Where the archive is served.
    archive: String,
}

impl Project {
    fn new(patches: &[(&str, &str)], arguments: &str) -> Self {
        let sandbox = Sandbox::new();
        let port = file_server::serve(&sandbox.directory().join("archive"));
        let archive = format!("http://127.0.0.1:{port}");
        let this = Self { sandbox, archive };
        this.upstream(|tree| {
            fs::create_dir_all(tree.join("sub")).unwrap();
            fs::create_dir_all(tree.join("debian")).unwrap();
            fs::write(tree.join("x.c"), "one\ntwo\nthree\n").unwrap();
            fs::write(tree.join("sub/y.c"), "why\n").unwrap();
            fs::write(tree.join("debian/README"), "upstream's own\n").unwrap();
        });
        this.patches(patches);
        this.unit(arguments);
        this
    }

    fn upstream(&self, write: impl FnOnce(&Path)) {
        let tree = self.sandbox.directory().join("sample-1");
        fs::create_dir_all(&tree).unwrap();
        write(&tree);
        self.pack("sample-1", "sample_1.orig.tar.xz");
    }

    /// The patches of the package, each in a file, and the lines of its series.
    fn patches(&self, patches: &[(&str, &str)]) {
        let directory = self.sandbox.directory().join("debian");
        let _ = fs::remove_dir_all(&directory);
        fs::create_dir_all(directory.join("patches")).unwrap();
        fs::write(directory.join("rules"), "build:\n").unwrap();
        let series: String = patches.iter().map(|(line, _)| format!("{line}\n")).collect();
        fs::write(directory.join("patches/series"), format!("# in this order\n{series}")).unwrap();
        for (line, text) in patches {
            fs::write(directory.join("patches").join(line.split(' ').next().unwrap()), text).unwrap();
        }
        self.pack("debian", "sample_1-1.debian.tar.xz");
    }

    fn pack(&self, what: &str, archive: &str) {
        let pool = self.sandbox.directory().join("archive/pool");
        fs::create_dir_all(&pool).unwrap();
        let packed = Command::new("tar")
            .args(["-cJf", pool.join(archive).to_str().unwrap(), what])
            .current_dir(self.sandbox.directory())
            .status();
        assert!(packed.unwrap().success());
    }

    /// The unit, and a lock of it.
    fn unit(&self, arguments: &str) {
        let source = format!("source = debian_source(\"sample\", \"1-1\", {arguments})");
        self.sandbox.unit("hello", &[SHOW], &format!("scope = \"noarch\", {source}"));
        self.sandbox.lock();
        let project = yoe_lang::load(&self.sandbox.project(), &Default::default()).unwrap();
        let key = project.units["hello"].sources[0].source.key();
        let upstream = self.locked("sample_1.orig.tar.xz");
        let mut text = fs::read_to_string(self.sandbox.project().join("yoe.lock")).unwrap();
        text += &format!("\n[source.{key:?}]\nfiles = [{upstream}]\n");
        if !key.ends_with("without patches") {
            text += &format!("patches = {}\napplied = []\n", self.locked("sample_1-1.debian.tar.xz"));
        }
        self.sandbox.write("yoe.lock", &text);
    }

    fn locked(&self, file: &str) -> String {
        let bytes = fs::read(self.sandbox.directory().join("archive/pool").join(file)).unwrap();
        let (size, sha256) = (bytes.len(), Digest::of(&bytes));
        format!("{{ archive = \"debian\", path = \"pool/{file}\", size = {size}, sha256 = \"{sha256}\" }}")
    }

    fn build(&self) -> Output {
        self.sandbox.command(&["build", "hello"]).env("YOE_MIRROR_DEBIAN", &self.archive).output().unwrap()
    }

    /// What the step saw.
    fn built(&self) -> String {
        let built = self.build();
        assert!(built.status.success(), "{}", printed(&built));
        self.sandbox.logs()
    }

    /// What a build that fails says, without the places of this run.
    fn refused(&self) -> String {
        let failed = self.build();
        assert_eq!(failed.status.code(), Some(3), "{}", printed(&failed));
        assert!(
            !self.sandbox.logs().contains("== ./x.c"),
            "no step runs on a source that is patched in part"
        );
        self.sandbox.shown(&failed).replace(&self.archive, "[ARCHIVE]")
    }
}

#[test]
fn a_series_is_applied_in_its_order_and_nothing_else_of_debians_stays() {
    let new = "--- /dev/null\n+++ b/sub/new.c\n@@ -0,0 +1 @@\n+new\n--- a/sub/y.c\n+++ /dev/null\n@@ -1 +0,0 @@\n-why\n";
    let only_debian = "--- a/debian/rules\n+++ b/debian/rules\n@@ -1 +1 @@\n-build:\n+all:\n";
    let project = Project::new(
        &[
            ("first.patch", FIRST),
            ("second -p0 # after it", AFTER_IT),
            ("n.diff", new),
            ("rules.patch", only_debian),
        ],
        "patches = \"series\"",
    );
    let seen = "== ./debian/README\nupstream's own\n== ./sub/new.c\nnew\n== ./x.c\none\nthird\nthree\n";
    let logs = project.built();
    assert!(logs.contains(seen), "{logs}");
}

#[test]
fn named_patches_alone_are_applied() {
    let project =
        Project::new(&[("first.patch", FIRST), ("second -p0", AFTER_IT)], "patches = [\"first.patch\"]");
    let logs = project.built();
    assert!(logs.contains("== ./x.c\none\nsecond\nthree\n"), "{logs}");
    project.unit("patches = \"none\"");
    let built = project.build();
    assert!(built.status.success(), "{}", printed(&built));
    assert!(project.sandbox.logs().contains("== ./x.c\none\ntwo\nthree\n"), "{}", project.sandbox.logs());
}

#[test]
fn a_part_of_a_source_is_patched_too() {
    let both = format!("{FIRST}--- a/sub/y.c\n+++ b/sub/y.c\n@@ -1 +1 @@\n-why\n+because\n");
    let project = Project::new(&[("both.patch", &both)], "patches = \"series\", only = [\"x.c\"]");
    let logs = project.built();
    assert!(logs.contains("== ./x.c\none\nsecond\nthree\n"), "{logs}");
    assert!(!logs.contains("== ./sub/y.c") && !logs.contains("README"), "{logs}");
}

#[test]
fn an_empty_series_needs_no_program() {
    let project = Project::new(&[], "patches = \"series\"");
    let logs = project.built();
    assert!(logs.contains("== ./x.c\none\ntwo\nthree\n"), "{logs}");
}

/// Two lines of three around the change fit: patch(1) would guess.
#[test]
fn a_patch_that_fits_only_by_a_guess_is_refused() {
    let text = "--- a/x.c\n+++ b/x.c\n@@ -1,3 +1,3 @@\n uno\n-two\n+second\n three\n";
    let project =
        Project::new(&[("first.patch", FIRST), ("fuzzy.patch", text)], "patches = [\"fuzzy.patch\"]");
    insta::assert_snapshot!(project.refused());
}

#[test]
fn a_patch_that_is_applied_already_is_refused() {
    let text = "--- a/x.c\n+++ b/x.c\n@@ -1,3 +1,3 @@\n one\n-2\n+two\n three\n";
    let message = Project::new(&[("again.patch", text)], "patches = \"series\"").refused();
    assert!(
        message.contains(
            "patch again.patch of sample_1-1.debian.tar.xz does not apply to x.c: what it does is there already, or it is \
             reversed"
        ),
        "{message}"
    );
}

#[test]
fn a_patch_of_a_file_that_is_not_there_is_refused() {
    let text = "--- a/gone.c\n+++ b/gone.c\n@@ -1 +1 @@\n-a\n+b\n";
    let message = Project::new(&[("gone.patch", text)], "patches = \"series\"").refused();
    assert!(
        message.contains("patch gone.patch of sample_1-1.debian.tar.xz does not apply: can't find file"),
        "{message}"
    );
}

/// The directory is a link out of the source; what lies there is this machine's.
#[test]
fn a_patch_does_not_follow_a_link_out_of_the_source() {
    let text = "--- a/out/victim\n+++ b/out/victim\n@@ -1 +1 @@\n-mine\n+yours\n";
    let project = Project::new(&[("out.patch", text)], "patches = \"series\"");
    let outside = project.sandbox.directory().join("outside");
    fs::create_dir_all(&outside).unwrap();
    fs::write(outside.join("victim"), "mine\n").unwrap();
    project.upstream(|tree| symlink(&outside, tree.join("out")).unwrap());
    project.unit("patches = \"series\"");
    let message = project.refused();
    assert!(message.contains("patch out.patch of sample_1-1.debian.tar.xz does not apply"), "{message}");
    assert_eq!(fs::read_to_string(outside.join("victim")).unwrap(), "mine\n");
}

#[test]
fn other_bytes_than_the_locked_ones_are_refused() {
    let project = Project::new(&[("first.patch", FIRST)], "patches = \"series\"");
    project.patches(&[("first.patch", AFTER_IT)]);
    let message = project.refused();
    assert!(message.contains("sample_1-1.debian.tar.xz") && message.contains("wrong"), "{message}");
}

/// Locks of before say nothing of patches, whatever the project says now.
#[test]
fn a_lock_of_before_is_refused_with_what_to_do() {
    let project = Project::new(&[("first.patch", FIRST)], "patches = \"none\"");
    let path = project.sandbox.project().join("yoe.lock");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replacen("version = 2", "version = 1", 1).replace(" without patches", "")).unwrap();
    let failed = project.build();
    insta::assert_snapshot!(project.sandbox.shown(&failed));
}
