//! Programs of others in Rust: the archive of the registry brings a lock; where a unit has a lock of its own, that one counts.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Deserialize;

use super::write;
use crate::holes::programs::unit_files;

/// A program whose archive is a crate of the registry; its unit has the same name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Archive {
    pub name: String,
    version: String,
    /// The unit's own lock.
    lock: Option<PathBuf>,
}

/// Those of all units that the class `rust_binary` makes of an archive.
pub fn of_units(root: &Path) -> Result<Vec<Archive>, String> {
    let mut archives = Vec::new();
    for file in unit_files(root)? {
        let text = std::fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
        let lock = Some(file.with_extension("").join("Cargo.lock")).filter(|lock| lock.exists());
        archives.extend(named(&text).into_iter().map(|archive| Archive { lock: lock.clone(), ..archive }));
    }
    archives.sort();
    match archives.is_empty() {
        true => Err("no unit of an archive in Rust was found".to_owned()),
        false => Ok(archives),
    }
}

/// The archives that a file names by a call of `crate`. Lists of what they need are read from the archives themselves.
fn named(text: &str) -> Vec<Archive> {
    if !text.contains("\nrust_binary(") {
        return Vec::new();
    }
    let calls = text.match_indices("crate(\"").map(|(place, call)| &text[place + call.len()..]);
    let words = calls.filter_map(|call| {
        let mut quoted = call.split('"');
        let (name, _, version) = (quoted.next()?, quoted.next()?, quoted.next()?);
        Some(Archive { name: name.to_owned(), version: version.to_owned(), lock: None })
    });
    words.collect()
}

/// Has cargo fetch the archives; gives the manifest of each. Each by itself: two programs may need what no library can have both of.
pub fn fetch(archives: Vec<Archive>, scratch: &Path) -> Result<Vec<(Archive, PathBuf)>, String> {
    let fetched = |archive: Archive| {
        let manifest = fetch_one(&archive, scratch)?;
        let manifest = locked(&archive, manifest, scratch)?;
        Ok((archive, manifest))
    };
    archives.into_iter().map(fetched).collect()
}

fn fetch_one(archive: &Archive, scratch: &Path) -> Result<PathBuf, String> {
    let Archive { name, version, .. } = archive;
    let directory = scratch.join("archives").join(name);
    let sources = directory.join("src");
    std::fs::create_dir_all(&sources).map_err(|error| format!("{}: {error}", sources.display()))?;
    write(&sources.join("lib.rs"), "")?;
    let manifest = directory.join("Cargo.toml");
    let package = "[workspace]\n[package]\nname = \"archive\"\nversion = \"0.0.0\"\nedition = \"2024\"\n";
    write(&manifest, &format!("{package}[dependencies]\n{name} = \"={version}\"\n"))?;
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["metadata", "--quiet", "--format-version", "1", "--manifest-path"]).arg(manifest);
    let output = command.stdin(Stdio::null()).output();
    let output = output.map_err(|error| format!("cannot run cargo metadata: {error}"))?;
    let metadata: Metadata = serde_json::from_slice(&output.stdout).map_err(|_| {
        let printed = String::from_utf8_lossy(&output.stderr);
        format!("cargo metadata cannot fetch {name} {version}: {}", printed.trim())
    })?;
    let is_it = |package: &&Package| (&package.name, &package.version) == (name, version);
    let package = metadata.packages.iter().find(is_it);
    let manifest = package.map(|package| package.manifest_path.clone());
    manifest.ok_or_else(|| format!("cargo metadata does not name {archive:?}"))
}

/// The manifest next to the lock that counts: a copy, where that is the unit's.
fn locked(archive: &Archive, manifest: PathBuf, scratch: &Path) -> Result<PathBuf, String> {
    let (Some(lock), Some(directory)) = (&archive.lock, manifest.parent()) else { return Ok(manifest) };
    let copy = scratch.join(&archive.name);
    let status = Command::new("cp").arg("-r").arg(directory).arg(&copy).status();
    match status {
        Ok(status) if status.success() => {}
        other => return Err(format!("cp -r {}: {other:?}", directory.display())),
    }
    std::fs::copy(lock, copy.join("Cargo.lock")).map_err(|error| format!("{}: {error}", lock.display()))?;
    Ok(copy.join("Cargo.toml"))
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
    manifest_path: PathBuf,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_of_archives_in_rust_are_found() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("it is in the repository");
        let found = of_units(root).expect("there are some");
        let names: Vec<&str> = found.iter().map(|archive| archive.name.as_str()).collect();
        assert_eq!(names, ["aardvark-dns", "netavark"]);
        assert!(found.iter().all(|archive| archive.lock.is_some()), "{found:?}");
    }

    #[test]
    fn lists_of_crates_are_no_archives() {
        let text =
            "\nrust_binary(\n    source = [crate(\"a\", \"1.2.3\", sha256 = \"0\")] + crates(LIST),\n)";
        assert_eq!(named(text), [Archive { name: "a".to_owned(), version: "1.2.3".to_owned(), lock: None }]);
        assert_eq!(named("\nrust_binary(\n    source = crates(LIST),\n)"), []);
        assert_eq!(named("\nunit(\n    source = crate(\"a\", \"1.2.3\"),\n)"), []);
    }
}
