//! The workspace's crates and what each depends on, as cargo sees them.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

use serde::Deserialize;

/// Directories of crates (`crates/plan`) by the name of their package, and names of packages that each depends on.
pub struct Metadata {
    pub directories: BTreeMap<String, String>,
    pub depends: BTreeMap<String, Vec<String>>,
}

/// Asks cargo.
pub fn read() -> Result<Metadata, String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .output()
        .map_err(|error| format!("cannot run cargo metadata: {error}"))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    parse(&output.stdout)
}

/// What is read of cargo's answer (cargo-metadata(1), "JSON format").
#[derive(Deserialize)]
struct Answer {
    workspace_root: PathBuf,
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    manifest_path: PathBuf,
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
}

fn parse(json: &[u8]) -> Result<Metadata, String> {
    let answer: Answer =
        serde_json::from_slice(json).map_err(|error| format!("cargo metadata cannot be read: {error}"))?;
    let root = &answer.workspace_root;
    let mut metadata = Metadata { directories: BTreeMap::new(), depends: BTreeMap::new() };
    for Package { name, manifest_path, dependencies } in answer.packages {
        let directory = manifest_path.parent().and_then(|directory| directory.strip_prefix(root).ok());
        let directory = directory.ok_or_else(|| format!("{name} does not lie in the workspace"))?;
        metadata.directories.insert(name.clone(), directory.to_string_lossy().into_owned());
        // Of itself a crate depends for its own tests, to have a feature of it.
        let depends =
            dependencies.into_iter().map(|dependency| dependency.name).filter(|other| *other != name);
        let depends = depends.collect();
        metadata.depends.insert(name, depends);
    }
    Ok(metadata)
}
