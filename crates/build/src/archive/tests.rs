use std::fs;
use std::path::{Path, PathBuf};

use yoe_store::{Store, tree_digest};

use super::*;
use crate::fetched::{FetchedFile, FetchedTree, Wanting};

fn sha256(text: &str) -> Digest {
    write::digest(text.as_bytes()).unwrap().0
}

/// An archive of two files, one package, one layer and one tree.
fn archive(top: &Path) -> PathBuf {
    let at = |path: &str, text: &str| {
        let path = top.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    };
    at("p/PROJECT.star", "text");
    at("p/work/one", "1");
    at("p/work/left-out", "2");
    let file = |name: &str, text: &str, of| FetchedFile {
        sha256: sha256(text),
        name: name.to_owned(),
        of,
        path: at(&format!("cache/{text}"), text),
    };
    let files = [
        file("a.tar", "first", Wanting::Unit("a".into())),
        // Two units' archives of one name, and a package.
        file("a.tar", "second", Wanting::Unit("a".into())),
        file("b.deb", "package", Wanting::Containers),
        file("layer", "layer", Wanting::Image("docker.io/library/redis".into())),
    ];
    at("tree/x", "in a tree");
    let path = top.join("tree");
    let trees = [FetchedTree { label: "source go:x".into(), tree: tree_digest(&path).unwrap(), path }];
    let left_out = ["left-out".to_owned()];
    let contents = Contents {
        about: About::new("0.1.0", "p", "image", "box"),
        project: &top.join("p"),
        project_files: vec!["PROJECT.star".into(), "gone".into()],
        working_trees: vec![("work", &left_out)],
        files: &files,
        trees: &trees,
    };
    let into = top.join("archive");
    assert!(write(contents, &into).unwrap() > 0);
    into
}

#[test]
fn what_is_written_can_be_taken_into_an_empty_store() {
    let top = tempfile::tempdir().unwrap();
    let path = archive(top.path());
    let listed: Vec<String> =
        fs::read_to_string(path.join(SUMS)).unwrap().lines().map(|line| line[66..].to_owned()).collect();
    let tree = tree_digest(&top.path().join("tree")).unwrap();
    let second = format!("sources/a/{}-a.tar", sha256("second"));
    let expected = [
        "README.md",
        "archive.json",
        "images/docker.io/library/redis/layer",
        "packages/b.deb",
        "project/PROJECT.star",
        "project/work/one",
    ];
    let expected: Vec<String> = expected
        .map(str::to_owned)
        .into_iter()
        .chain([second, "sources/a/a.tar".into(), format!("trees/{tree}/x")])
        .collect();
    assert_eq!(listed, expected);
    let store = Store::open(&top.path().join("store")).unwrap();
    let archive = Archive::open(&path).unwrap();
    assert_eq!(archive.import(&store, &store.session().unwrap()).unwrap(), (4, 1));
    for text in ["first", "second", "package", "layer"] {
        assert_eq!(fs::read_to_string(store.blob(&sha256(text)).unwrap().unwrap()).unwrap(), text);
    }
    assert!(store.tree(&tree).unwrap().is_some());
    assert_eq!(archive.about().trees["source go:x"], tree);
    assert_eq!(archive.project(), path.join("project"));
}

#[test]
fn what_was_changed_is_refused_and_nothing_is_taken() {
    let top = tempfile::tempdir().unwrap();
    let path = archive(top.path());
    fs::write(path.join("packages/b.deb"), "another").unwrap();
    let problem = Archive::open(&path).unwrap_err().to_string();
    assert!(problem.starts_with("packages/b.deb was changed: expected the SHA-256"), "{problem}");
    fs::remove_file(path.join("packages/b.deb")).unwrap();
    std::os::unix::fs::symlink("/etc/passwd", path.join("packages/b.deb")).unwrap();
    let problem = Archive::open(&path).unwrap_err().to_string();
    assert!(problem.contains("b.deb"), "{problem}");
    fs::write(path.join(SUMS), "nonsense\n").unwrap();
    let problem = Archive::open(&path).unwrap_err().to_string();
    assert!(problem.ends_with("SHA256SUMS:1: expected a SHA-256 and a path"), "{problem}");
    fs::remove_file(path.join(ABOUT)).unwrap();
    let problem = Archive::open(&path).unwrap_err().to_string();
    assert!(problem.contains("is not an archive of sources: "), "{problem}");
}

#[test]
fn a_tree_whose_permissions_were_lost_is_refused() {
    use std::os::unix::fs::PermissionsExt as _;
    let top = tempfile::tempdir().unwrap();
    let path = archive(top.path());
    let tree = tree_digest(&top.path().join("tree")).unwrap();
    let file = path.join(TREES).join(tree.to_string()).join("x");
    fs::set_permissions(file, fs::Permissions::from_mode(0o755)).unwrap();
    let store = Store::open(&top.path().join("store")).unwrap();
    let problem = Archive::open(&path).unwrap().import(&store, &store.session().unwrap()).unwrap_err();
    assert!(problem.to_string().contains("copy the archive with permissions and links"), "{problem}");
}

#[test]
fn what_is_there_is_not_written_over() {
    let top = tempfile::tempdir().unwrap();
    let path = archive(top.path());
    let contents = Contents {
        about: About::new("0.1.0", "p", "image", "box"),
        project: top.path(),
        project_files: Vec::new(),
        working_trees: Vec::new(),
        files: &[],
        trees: &[],
    };
    let problem = write(contents, &path).unwrap_err().to_string();
    assert!(problem.ends_with("archive is there already; name a directory that is not"), "{problem}");
}
