//! Properties of the digest of trees.

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use tempfile::TempDir;
use yoe_model::Digest;

use super::tree_digest;

#[derive(Debug, Clone, PartialEq)]
enum Made {
    File { bytes: Vec<u8>, mode: u32 },
    Directory { mode: u32 },
    Link { target: String },
}

/// By path: every name is a directory away from the top at most, so that no entry needs another first.
type Plan = BTreeMap<String, Made>;

fn make(plan: &Plan, reversed: bool) -> TempDir {
    let top = tempfile::tempdir().unwrap();
    fs::set_permissions(top.path(), Permissions::from_mode(0o755)).unwrap();
    let mut entries: Vec<_> = plan.iter().collect();
    if reversed {
        entries.reverse();
    }
    for (path, made) in entries {
        let path = top.path().join(path);
        let directory = path.parent().unwrap();
        fs::create_dir_all(directory).unwrap();
        chmod_unless_top(top.path(), directory);
        match made {
            Made::File { bytes, mode } => {
                fs::write(&path, bytes).unwrap();
                fs::set_permissions(&path, Permissions::from_mode(*mode)).unwrap();
            }
            Made::Directory { mode } => {
                fs::create_dir(&path).unwrap();
                fs::set_permissions(&path, Permissions::from_mode(*mode)).unwrap();
            }
            Made::Link { target } => symlink(target, &path).unwrap(),
        }
    }
    top
}

/// Directories that come by themselves do not depend on the umask.
fn chmod_unless_top(top: &Path, directory: &Path) {
    if directory != top {
        fs::set_permissions(directory, Permissions::from_mode(0o755)).unwrap();
    }
}

fn digest_of(plan: &Plan) -> Digest {
    tree_digest(make(plan, false).path()).unwrap()
}

fn made() -> impl Strategy<Value = Made> {
    let bytes = prop::collection::vec(any::<u8>(), 0..20);
    let mode = prop::sample::select(vec![0o400, 0o444, 0o644, 0o755, 0o4755, 0o2755]);
    let directory = prop::sample::select(vec![0o700, 0o755, 0o1777, 0o2755]);
    prop_oneof![
        (bytes, mode).prop_map(|(bytes, mode)| Made::File { bytes, mode }),
        directory.prop_map(|mode| Made::Directory { mode }),
        "[a-z./]{1,9}".prop_map(|target| Made::Link { target }),
    ]
}

fn plan() -> impl Strategy<Value = Plan> {
    // Entries at the top and entries in directories have different names, so none is below a file.
    prop::collection::btree_map("([a-c]\\.?[a-c]?|[x-z][-.]?/[a-c ]{1,3})", made(), 0..12)
}

/// The plan with its entry at `path` being something else.
fn with(plan: &Plan, path: &str, made: Made) -> Plan {
    let mut plan = plan.clone();
    plan.insert(path.to_owned(), made);
    plan
}

/// The same kind of entry with one attribute changed; each of them in turn.
fn changes(made: &Made) -> Vec<Made> {
    match made {
        Made::File { bytes, mode } => {
            let longer = [bytes.as_slice(), b"x"].concat();
            let mut all = vec![
                Made::File { bytes: longer, mode: *mode },
                Made::File { bytes: bytes.clone(), mode: mode ^ 0o001 },
                Made::File { bytes: bytes.clone(), mode: mode ^ 0o4000 },
                Made::Directory { mode: *mode | 0o700 },
            ];
            if let Ok(target) = String::from_utf8(bytes.clone())
                && !target.is_empty()
                && !target.contains('\0')
            {
                all.push(Made::Link { target });
            }
            if let Some((first, rest)) = bytes.split_first() {
                let flipped = [&[first ^ 0x80][..], rest].concat();
                all.push(Made::File { bytes: flipped, mode: *mode });
            }
            all
        }
        Made::Directory { mode } => vec![
            Made::Directory { mode: mode ^ 0o010 },
            Made::Directory { mode: mode ^ 0o1000 },
            Made::File { bytes: Vec::new(), mode: *mode },
        ],
        Made::Link { target } => vec![
            Made::Link { target: format!("{target}x") },
            Made::File { bytes: target.clone().into_bytes(), mode: 0o777 },
        ],
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn the_order_of_creation_does_not_matter(plan in plan()) {
        let there = tree_digest(make(&plan, false).path()).unwrap();
        let back = tree_digest(make(&plan, true).path()).unwrap();
        prop_assert_eq!(there, back);
    }

    #[test]
    fn every_attribute_matters(plan in plan()) {
        let before = digest_of(&plan);
        for (path, made) in &plan {
            let mut without = plan.clone();
            without.remove(path);
            prop_assert_ne!(digest_of(&without), before, "{} removed", path);
            for change in changes(made) {
                let after = digest_of(&with(&plan, path, change.clone()));
                prop_assert_ne!(after, before, "{} became {:?}", path, change);
            }
            without.insert(format!("{path}'"), made.clone());
            prop_assert_ne!(digest_of(&without), before, "{} renamed", path);
        }
        let added = with(&plan, "added", Made::File { bytes: Vec::new(), mode: 0o644 });
        prop_assert_ne!(digest_of(&added), before);
    }
}

#[test]
fn the_mode_of_the_top_matters() {
    let top = make(&Plan::new(), false);
    let before = tree_digest(top.path()).unwrap();
    fs::set_permissions(top.path(), Permissions::from_mode(0o700)).unwrap();
    assert_ne!(tree_digest(top.path()).unwrap(), before);
}

#[test]
fn times_and_hard_links_do_not_matter() {
    let file = |bytes: &str| Made::File { bytes: bytes.into(), mode: 0o644 };
    let plan = Plan::from([("a".to_owned(), file("same")), ("b".to_owned(), file("same"))]);
    let top = make(&plan, false);
    let before = tree_digest(top.path()).unwrap();
    fs::remove_file(top.path().join("b")).unwrap();
    fs::hard_link(top.path().join("a"), top.path().join("b")).unwrap();
    let old = std::time::SystemTime::UNIX_EPOCH;
    fs::File::open(top.path().join("a")).unwrap().set_modified(old).unwrap();
    assert_eq!(tree_digest(top.path()).unwrap(), before);
}

#[test]
fn the_digest_is_the_described_one() {
    // More than one thread's share. The expected digest was computed by another program from the description.
    let file = |number: usize| (format!("d{}/{number}", number % 7), number.to_string().into_bytes());
    let plan: Plan =
        (0..400).map(file).map(|(path, bytes)| (path, Made::File { bytes, mode: 0o644 })).collect();
    let known = "f7156169256f17f223c982bdd8f2e38b6baf7e511135db2c39d9e6b7bfa6d646";
    assert_eq!(digest_of(&plan).to_string(), known);
}

#[test]
fn names_need_not_be_text() {
    use std::os::unix::ffi::OsStringExt;
    let top = make(&Plan::new(), false);
    let name = PathBuf::from(std::ffi::OsString::from_vec(vec![0xff, b'\n', 0x80]));
    fs::write(top.path().join(&name), "").unwrap();
    let with = tree_digest(top.path()).unwrap();
    fs::rename(top.path().join(&name), top.path().join("name")).unwrap();
    assert_ne!(tree_digest(top.path()).unwrap(), with);
}
