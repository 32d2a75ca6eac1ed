//! Cargo packages.

use std::collections::BTreeSet;

use toml::{Table, Value};

use super::toml_text::{Manifest, parse};
use super::{Build, Facts, Said};
use crate::cargo_lock::CargoLock;
use crate::guess::Guess;
use crate::source_tree::{SourceTree, joined};
use crate::starlark::quoted;
use crate::{AdoptError, Wishes};

/// How many names a message lists.
const FEW: usize = 5;

/// A package with programs.
struct Package {
    directory: String,
    manifest: Table,
    name: String,
    programs: Vec<String>,
    /// Programs that only a feature gives.
    optional: Vec<String>,
}

pub(super) fn facts(tree: &SourceTree, wishes: &Wishes) -> Result<Facts, AdoptError> {
    let top = manifest(tree, "")?.unwrap_or_default();
    let package = package(tree, &top, wishes)?;
    let file = joined(&package.directory, "Cargo.toml");
    let both = Manifest { own: &package.manifest, workspace: &top };
    let said = |field: &str| both.text(field).map(|text| -> Said { (text, format!("{field} in {file}")) });
    let lock = match &wishes.cargo_lock {
        Some(text) => text.clone(),
        None => tree
            .text("Cargo.lock")?
            .ok_or_else(|| AdoptError::NoCargoLock { what: format!("the package {}", package.name) })?,
    };
    let pinned = CargoLock::parse(&lock)?;
    let programs: Vec<String> = package
        .programs
        .iter()
        .map(|name| format!("{}: {}", quoted(name), quoted(&format!("/usr/bin/{name}"))))
        .collect();
    let mut facts = Facts {
        name: Some((package.name.clone(), format!("name in {file}"))),
        version: said("version"),
        license: said("license"),
        description: said("description"),
        homepage: said("homepage").or_else(|| said("repository")),
        build: Build {
            arguments: vec![
                ("programs", format!("{{{}}}", programs.join(", "))),
                ("package", quoted(&package.name)),
            ],
            crates: pinned
                .crates
                .into_iter()
                .map(|(name, version, digest)| (format!("{name}@{version}"), digest))
                .collect(),
            cargo_lock: wishes.cargo_lock.clone(),
            made: vec!["target"],
        },
        ..Facts::default()
    };
    let from = if package.programs.len() == 1 { "its program" } else { "its programs" };
    facts.guesses.push(Guess::new("programs", package.programs.join(", "), &format!("{from} by {file}")));
    let from = if wishes.cargo_lock.is_some() { "the lock that was given" } else { "Cargo.lock" };
    facts.guesses.push(Guess::new("crates", facts.build.crates.len().to_string(), from));
    facts.unknown.push(
        "licences of the crates that are linked in: add them to `license`; `yoe licenses` lists them"
            .to_owned(),
    );
    if !package.optional.is_empty() {
        let names = package.optional.join(", ");
        facts.unknown.push(format!("features: {names} is built only with some, and was left out"));
    }
    if !pinned.elsewhere.is_empty() {
        let names: Vec<&str> = pinned.elsewhere.iter().take(FEW).map(|(name, _)| name.as_str()).collect();
        facts.unknown.push(format!(
            "where {} comes from: {} in Cargo.lock is of no registry of crates, and the build will miss it",
            names.join(", "),
            if names.len() == 1 { "it" } else { "they" }
        ));
    }
    Ok(facts)
}

/// The package that is meant: the top's, or the one of a workspace.
fn package(tree: &SourceTree, top: &Table, wishes: &Wishes) -> Result<Package, AdoptError> {
    let mut found: Vec<Package> = Vec::new();
    for directory in members(tree, top) {
        let Some(manifest) = manifest(tree, &directory)? else { continue };
        let text = manifest.get("package").and_then(|package| package.get("name")).and_then(Value::as_str);
        let Some(name) = text.map(str::to_owned) else { continue };
        let (programs, optional) = programs(tree, &directory, &manifest, &name);
        found.push(Package { directory, manifest, name, programs, optional });
    }
    let library =
        found.first().map_or_else(|| "the workspace".to_owned(), |one| format!("the package {}", one.name));
    found.retain(|package| !package.programs.is_empty());
    let names = |found: &[Package]| found.iter().map(|package| package.name.clone()).collect();
    if let Some(wanted) = &wishes.package {
        let at = found.iter().position(|package| package.name == *wanted);
        let missing = AdoptError::NoPackage { name: wanted.clone(), packages: names(&found) };
        return at.map(|at| found.swap_remove(at)).ok_or(missing);
    }
    match found.len() {
        0 => Err(AdoptError::NoProgram { what: library }),
        // What is at the top is what the repository is about.
        _ if found[0].directory.is_empty() => Ok(found.swap_remove(0)),
        1 => Ok(found.swap_remove(0)),
        _ => Err(AdoptError::SeveralPackages { packages: names(&found) }),
    }
}

/// Directories of packages: the top, then the members of its workspace.
fn members(tree: &SourceTree, top: &Table) -> Vec<String> {
    let patterns =
        top.get("workspace").and_then(|workspace| workspace.get("members")).and_then(Value::as_array);
    let mut all = vec![String::new()];
    for pattern in patterns.into_iter().flatten().filter_map(Value::as_str) {
        match pattern.strip_suffix("/*") {
            Some(directory) => {
                let below = tree.entries(directory).into_iter().filter(|(_, directory)| *directory);
                all.extend(below.map(|(name, _)| joined(directory, &name)));
            }
            None => all.push(pattern.trim_end_matches('/').to_owned()),
        }
    }
    let mut seen = BTreeSet::new();
    all.retain(|directory| seen.insert(directory.clone()));
    all
}

fn manifest(tree: &SourceTree, directory: &str) -> Result<Option<Table>, AdoptError> {
    let file = joined(directory, "Cargo.toml");
    tree.text(&file)?.map(|text| parse(&file, &text)).transpose()
}

/// Names of programs (The Cargo Book, "Cargo Targets"), and of those that only a feature gives.
fn programs(tree: &SourceTree, directory: &str, manifest: &Table, name: &str) -> (Vec<String>, Vec<String>) {
    let (mut programs, mut optional) = (BTreeSet::new(), BTreeSet::new());
    let named = manifest.get("bin").and_then(Value::as_array).into_iter().flatten();
    let mut paths = BTreeSet::new();
    for bin in named {
        let text = |field: &str| bin.get(field).and_then(Value::as_str).map(str::to_owned);
        let Some(program) = text("name") else { continue };
        paths.extend(text("path"));
        match bin.get("required-features") {
            None => programs.insert(program),
            Some(_) => optional.insert(program),
        };
    }
    let automatic = manifest.get("package").and_then(|package| package.get("autobins"));
    if automatic != Some(&Value::Boolean(false)) {
        let main = "src/main.rs";
        if tree.has(&joined(directory, main)) && !paths.contains(main) && !optional.contains(name) {
            programs.insert(name.to_owned());
        }
        for (entry, is_directory) in tree.entries(&joined(directory, "src/bin")) {
            let path = format!("src/bin/{entry}");
            let program = match is_directory {
                true => tree.has(&joined(directory, &format!("{path}/main.rs"))).then_some(entry.as_str()),
                false => entry.strip_suffix(".rs"),
            };
            if let Some(program) =
                program.filter(|program| !paths.contains(&path) && !optional.contains(*program))
            {
                programs.insert(program.to_owned());
            }
        }
    }
    (programs.into_iter().collect(), optional.into_iter().collect())
}
