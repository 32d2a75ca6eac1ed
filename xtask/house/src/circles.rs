//! Modules of one crate that import each other in a circle: sets in which every module reaches every other.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::read::Read;

/// The circles of a crate whose sources are below `source`: names of modules, in order. A module that declares another
/// and names what is in it is not a circle by itself, since the declared one does not name it.
pub fn find(source: &Path, files: &[&Read]) -> Vec<Vec<String>> {
    let modules: BTreeMap<String, &Read> = files
        .iter()
        .filter(|file| !file.is_test())
        .filter_map(|file| Some((module(file.path.strip_prefix(source).ok()?)?, *file)))
        .collect();
    let arrows: BTreeMap<&str, BTreeSet<&str>> = modules
        .iter()
        .map(|(name, file)| {
            let targets = file.imports.iter().filter_map(|path| owner(&below_crate(path, name), &modules));
            (name.as_str(), targets.filter(|target| target != name).collect())
        })
        .collect();
    let reached: BTreeMap<&str, BTreeSet<&str>> =
        arrows.keys().map(|name| (*name, reach(name, &arrows))).collect();
    let mut circles = BTreeSet::new();
    for (name, targets) in &reached {
        let circle: Vec<String> = targets
            .iter()
            .filter(|target| reached[**target].contains(name))
            .map(|target| (*target).to_owned())
            .collect();
        if circle.len() > 1 {
            circles.insert(circle);
        }
    }
    circles.into_iter().collect()
}

/// `a/b.rs` and `a/b/mod.rs` are `a::b`; the crate's root has no name, because everything may be found there.
fn module(path: &Path) -> Option<String> {
    let mut parts: Vec<String> =
        path.with_extension("").components().map(|part| part.as_os_str().to_string_lossy().into()).collect();
    if parts.last().is_some_and(|last| last == "mod") {
        parts.pop();
    }
    match parts.join("::").as_str() {
        "" | "lib" | "main" => None,
        name => Some(name.to_owned()),
    }
}

/// A path that is written in this module, from the crate on.
fn below_crate(path: &[String], module: &str) -> Vec<String> {
    let up = path.iter().take_while(|segment| *segment == "super").count();
    if up == 0 {
        return path[1..].to_vec();
    }
    let here: Vec<&str> = module.split("::").collect();
    let kept = here[..here.len().saturating_sub(up)].iter().map(|segment| (*segment).to_owned());
    kept.chain(path[up..].iter().cloned()).collect()
}

/// The module that a path leads into: the longest one that there is.
fn owner<'m>(path: &[String], modules: &'m BTreeMap<String, &Read>) -> Option<&'m str> {
    (1..=path.len()).rev().find_map(|length| {
        let name = path[..length].join("::");
        modules.get_key_value(&name).map(|(name, _)| name.as_str())
    })
}

fn reach<'m>(from: &'m str, arrows: &BTreeMap<&'m str, BTreeSet<&'m str>>) -> BTreeSet<&'m str> {
    let mut reached = BTreeSet::new();
    let mut next = vec![from];
    while let Some(name) = next.pop() {
        for target in arrows.get(name).into_iter().flatten() {
            if reached.insert(*target) {
                next.push(*target);
            }
        }
    }
    reached
}
