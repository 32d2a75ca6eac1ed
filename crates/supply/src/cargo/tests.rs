use std::fs;
use std::path::Path;

use yoe_model::{Digest, Origin, SourceEntry, UnitFile};

use super::*;

const LOCK: &str = r#"
version = 4
[[package]]
name = "app"
version = "0.1.0"
dependencies = ["derive", "rustls", "windows-sys", "tempfile", "cc", "two 2.0.0"]
[[package]]
name = "other"
version = "0.1.0"
dependencies = ["tempfile"]
[[package]]
name = "rustls"
version = "0.23.0"
source = "registry+https://github.com/rust-lang/crates.io-index"
checksum = "aa"
dependencies = ["two 1.0.0"]
[[package]]
name = "derive"
version = "1.0.0"
source = "registry+x"
dependencies = ["syn"]
[[package]]
name = "syn"
version = "2.0.0"
source = "registry+x"
[[package]]
name = "windows-sys"
version = "0.60.0"
source = "registry+x"
[[package]]
name = "tempfile"
version = "3.0.0"
source = "registry+x"
[[package]]
name = "cc"
version = "1.0.0"
source = "registry+x"
[[package]]
name = "two"
version = "1.0.0"
source = "registry+x"
[[package]]
name = "two"
version = "2.0.0"
source = "registry+x"
"#;

const APP: &str = r#"
[package]
name = "app"
version = "0.1.0"
license.workspace = true
[dependencies]
derive = "1"
tls = { package = "rustls", version = "0.23", default-features = false }
two = "2"
[target.'cfg(windows)'.dependencies]
windows-sys = "0.60"
[dev-dependencies]
tempfile = "3"
[build-dependencies]
cc = "1"
"#;

/// A unit with its sources in directories below `root`, without the crates in `missing`.
fn unit(root: &Path, missing: &[&str]) -> (Unit, Vec<Option<PathBuf>>) {
    let mut unit = Unit::new("app", "0.1.0", Origin::default());
    let mut trees = Vec::new();
    let mut put = |source: Source, into: &str, manifest: Option<&str>| {
        unit.sources.push(SourceEntry {
            source,
            into: into.to_owned(),
            only: Vec::new(),
            origin: Origin::default(),
        });
        let directory = root.join(trees.len().to_string());
        trees.push(manifest.map(|manifest| {
            fs::create_dir(&directory).unwrap();
            fs::write(directory.join("Cargo.toml"), manifest).unwrap();
            directory
        }));
    };
    put(Source::Path { path: "app".to_owned(), exclude: Vec::new() }, "app", Some(APP));
    for (name, version, more) in [
        ("rustls", "0.23.0", "[dependencies.two]\nversion = \"1\"\noptional = true\n"),
        ("derive", "1.0.0", "[lib]\nproc-macro = true\n[dependencies]\nsyn = \"2\"\n"),
        ("two", "1.0.0", ""),
        ("two", "2.0.0", ""),
    ] {
        let manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"{version}\"\nlicense = \"MIT/Apache-2.0\"\n\
             repository = \"https://example.com/{name}\"\n{more}"
        );
        let source =
            Source::Crate { name: name.to_owned(), version: version.to_owned(), sha256: Digest::of(b"x") };
        let manifest = (!missing.contains(&name)).then_some(manifest.as_str());
        put(source, &format!("vendor/{name}-{version}"), manifest);
    }
    unit.files = vec![UnitFile {
        path: "workspace.lock".to_owned(),
        executable: false,
        content: LOCK.as_bytes().into(),
    }];
    (unit, trees)
}

fn names(crates: &Crates) -> Vec<String> {
    crates.linked.iter().map(|linked| format!("{}@{}", linked.name, linked.version)).collect()
}

#[test]
fn tests_build_scripts_macros_other_targets_and_other_members_fall_away() {
    let root = tempfile::tempdir().unwrap();
    let (unit, trees) = unit(root.path(), &[]);
    let crates = linked(&unit, &trees, Arch::X86_64);
    assert_eq!(names(&crates), ["rustls@0.23.0", "two@1.0.0", "two@2.0.0"]);
    assert!(crates.gaps.is_empty());
    let rustls = crates.linked.iter().next().unwrap();
    assert_eq!(rustls.license.as_deref(), Some("MIT OR Apache-2.0"));
    assert_eq!(rustls.homepage.as_deref(), Some("https://example.com/rustls"));
    assert_eq!(rustls.checksum.as_deref(), Some("aa"));
}

#[test]
fn what_is_not_there_is_said_and_counted_rather_than_left_out() {
    let root = tempfile::tempdir().unwrap();
    let (unit, trees) = unit(root.path(), &["derive"]);
    let crates = linked(&unit, &trees, Arch::X86_64);
    assert_eq!(names(&crates), ["derive@1.0.0", "rustls@0.23.0", "syn@2.0.0", "two@1.0.0", "two@2.0.0"]);
    // Neither is there, and each is said.
    assert_eq!(crates.gaps.len(), 2);
}

#[test]
fn a_unit_without_a_lock_says_so() {
    let root = tempfile::tempdir().unwrap();
    let (mut unit, trees) = unit(root.path(), &[]);
    unit.files.clear();
    let crates = linked(&unit, &trees, Arch::X86_64);
    assert!(crates.linked.is_empty());
    assert_eq!(crates.gaps, ["unit \"app\" has no Cargo.lock, so its crates are not known"]);
}
