//! The workspace's crates and what each depends on, as cargo sees them.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

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

fn parse(json: &[u8]) -> Result<Metadata, String> {
    let json: serde_json::Value =
        serde_json::from_slice(json).map_err(|error| format!("cargo metadata is not JSON: {error}"))?;
    let root = Path::new(json["workspace_root"].as_str().unwrap_or_default());
    let mut metadata = Metadata { directories: BTreeMap::new(), depends: BTreeMap::new() };
    for package in json["packages"].as_array().into_iter().flatten() {
        let name = package["name"].as_str().unwrap_or_default().to_owned();
        let manifest = Path::new(package["manifest_path"].as_str().unwrap_or_default());
        let directory =
            manifest.parent().and_then(|directory| directory.strip_prefix(root).ok()).unwrap_or(root);
        let depends = package["dependencies"].as_array().into_iter().flatten();
        let depends =
            depends.filter_map(|dependency| dependency["name"].as_str()).map(str::to_owned).collect();
        metadata.directories.insert(name.clone(), directory.to_string_lossy().into_owned());
        metadata.depends.insert(name, depends);
    }
    Ok(metadata)
}
