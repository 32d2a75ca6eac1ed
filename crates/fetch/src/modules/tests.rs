use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;

use yoe_model::{Cancel, Digest, Revision};

use super::*;
use crate::client::{Client, Settings};
use crate::test_archive::{self, Tar};
use crate::test_server::{Reply, Server};

fn git(directory: &Path, arguments: &[&str]) -> String {
    let identity = ["-c", "user.name=t", "-c", "user.email=t@invalid", "-c", "init.defaultBranch=main"];
    let output = Command::new("git").current_dir(directory).args(identity).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// A repository with a commit of these files, and its address.
fn repository(files: &[(&str, &str)]) -> (tempfile::TempDir, String) {
    let directory = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = directory.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    git(directory.path(), &["init", "-q"]);
    git(directory.path(), &["add", "."]);
    git(directory.path(), &["commit", "-q", "-m", "first"]);
    let url = format!("file://{}", directory.path().display());
    (directory, url)
}

fn reported(revision: Revision, url: &str) -> String {
    let scratch = tempfile::tempdir().unwrap();
    resolve(url, &revision, scratch.path(), &Cancel::new()).unwrap_err().to_string()
}

#[test]
fn tags_and_branches_are_those_of_now() {
    let (directory, url) = repository(&[("MODULE.star", "")]);
    let scratch = tempfile::tempdir().unwrap();
    let now = |revision: &Revision| resolve(&url, revision, scratch.path(), &Cancel::new()).unwrap();
    let (tag, message) = (Revision::Tag("v1".to_owned()), Revision::Tag("v2".to_owned()));
    git(directory.path(), &["tag", "v1"]);
    git(directory.path(), &["tag", "-a", "-m", "second", "v2"]);
    let first = git(directory.path(), &["rev-parse", "HEAD"]);
    assert_eq!(
        (now(&tag), now(&message)),
        (first.clone(), first.clone()),
        "the commit, not the tag with its message"
    );
    git(directory.path(), &["commit", "-q", "--allow-empty", "-m", "later"]);
    let later = git(directory.path(), &["rev-parse", "HEAD"]);
    assert_eq!(now(&Revision::Branch("main".to_owned())), later);
    assert_eq!(now(&tag), first);
    git(directory.path(), &["tag", "-f", "v1"]);
    assert_eq!(now(&tag), later);
    assert_eq!(now(&Revision::Commit(first.clone())), first, "nobody is asked");
}

#[test]
fn what_a_repository_lacks_is_said_with_what_it_has() {
    let (directory, url) = repository(&[("MODULE.star", "")]);
    assert!(reported(Revision::Tag("v1".to_owned()), &url).ends_with(" has no tag v1: it has none at all"));
    git(directory.path(), &["tag", "-a", "-m", "x", "v0.1.0"]);
    assert!(reported(Revision::Tag("v0.1.1".to_owned()), &url).ends_with("did you mean \"v0.1.0\"?"));
    assert!(
        reported(Revision::Branch("trunk".to_owned()), &url).ends_with("has no branch trunk: it has main")
    );
    let gone = reported(Revision::Tag("v1".to_owned()), "file:///nowhere/at/all");
    assert!(gone.starts_with("git cannot list the tags of file:///nowhere/at/all: "), "{gone}");
}

#[test]
fn a_commit_becomes_a_tree_without_its_history_whatever_the_user_has_set() {
    let (directory, url) = repository(&[("a/run", "#!/bin/sh\n"), (".gitattributes", "* text=auto\n")]);
    fs::set_permissions(directory.path().join("a/run"), fs::Permissions::from_mode(0o755)).unwrap();
    symlink("a/run", directory.path().join("link")).unwrap();
    git(directory.path(), &["add", "."]);
    git(directory.path(), &["commit", "-q", "-m", "second"]);
    let first = git(directory.path(), &["rev-parse", "HEAD~"]);
    let second = git(directory.path(), &["rev-parse", "HEAD"]);
    let into = tempfile::tempdir().unwrap();
    commit(&url, &second, &into.path().join("tree"), &Cancel::new()).unwrap();
    let tree = into.path().join("tree");
    assert_eq!(fs::read(tree.join("a/run")).unwrap(), b"#!/bin/sh\n");
    assert_eq!(tree.join("a/run").metadata().unwrap().permissions().mode() & 0o111, 0o111);
    assert_eq!(fs::read_link(tree.join("link")).unwrap(), Path::new("a/run"));
    assert!(!tree.join(".git").exists());
    // One that is not the newest of a branch, and one that nobody has.
    commit(&url, &first, &into.path().join("older"), &Cancel::new()).unwrap();
    assert!(!into.path().join("older/link").exists());
    let none = commit(&url, &"0123456789".repeat(4), &into.path().join("none"), &Cancel::new()).unwrap_err();
    assert!(
        none.to_string().starts_with(&format!("no branch and no tag of {url} holds the commit 01234")),
        "{none}"
    );
}

#[test]
fn a_link_that_can_lead_out_of_the_tree_is_refused() {
    for (link, target) in [
        ("link", "/etc/passwd"),
        ("link", "../x"),
        ("a/link", "../../x"),
        ("a/link", "../a/../../x"),
        // Wherever the last name leads, this is above it.
        ("a/b/up", "../../a/b/up/../.."),
    ] {
        let tree = tempfile::tempdir().unwrap();
        fs::create_dir_all(tree.path().join("a/b")).unwrap();
        symlink(target, tree.path().join(link)).unwrap();
        let error = links::check_links(tree.path()).unwrap_err().to_string();
        let expected = format!("{link} is a link to {target}, which can lead out of the module's tree");
        assert_eq!(error, expected);
    }
    let tree = tempfile::tempdir().unwrap();
    fs::create_dir_all(tree.path().join("a/b")).unwrap();
    for (link, target) in
        [("link", "a/b"), ("a/link", "../x"), ("a/b/link", "../../a/./nothing"), ("here", ".")]
    {
        symlink(target, tree.path().join(link)).unwrap();
    }
    links::check_links(tree.path()).unwrap();
}

#[test]
fn an_archive_is_what_was_locked_or_nothing() {
    let packed = test_archive::xz(&Tar::default().file("top/MODULE.star", "x").end());
    let served = packed.clone();
    let server = Server::new(move |_| Reply::Bytes(served.clone()));
    let client = Client::new(Settings { attempts: 1, ..Settings::default() }, Cancel::new()).unwrap();
    let scratch = tempfile::tempdir().unwrap();
    let url = server.url("m.tar.xz");
    let get = |locked, tree: &str| {
        archive(&client, (&url, "m.tar.xz"), locked, scratch.path(), &scratch.path().join(tree))
    };
    let found = get(None, "one").unwrap();
    assert_eq!(found, (packed.len() as u64, Digest::of(&packed)));
    assert_eq!(fs::read(scratch.path().join("one/MODULE.star")).unwrap(), b"x");
    assert_eq!(get(Some(found), "two").unwrap(), found);
    let error = get(Some((found.0, Digest::of(b"other"))), "three").unwrap_err();
    assert!(error.is_other_content());
    let error = error.to_string();
    assert!(error.contains("wrong content: expected SHA-256"), "{error}");
    assert!(!scratch.path().join("three").exists(), "nothing was unpacked");
}

#[test]
fn a_git_that_waits_for_a_silent_server_is_ended() {
    let server = Server::new(|_| Reply::Silent(vec![b'x'; 1000], 1));
    let scratch = tempfile::tempdir().unwrap();
    let cancel = Cancel::new();
    let later = cancel.clone();
    let waiting = std::thread::spawn(move || {
        std::thread::sleep(std::time::Duration::from_millis(300));
        later.cancel();
    });
    let branch = Revision::Branch("main".to_owned());
    let error = resolve(&server.url("x.git"), &branch, scratch.path(), &cancel).unwrap_err();
    assert!(error.is_cancelled(), "{error}");
    waiting.join().unwrap();
}
