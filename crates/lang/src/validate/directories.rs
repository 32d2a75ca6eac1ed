//! Files that a unit names must lie in its directory.

use std::collections::BTreeMap;

use yoe_model::{PatchHeader, Step, Unit};

use crate::assemble::Draft;
use crate::definitions::{Made, UnitDraft};
use crate::near;
use crate::problem::{Place, Problem};
use crate::session::FileKind;
use crate::site::Site;

/// Every file that is not there, and every template that asks for more than it gets.
pub(crate) fn check(draft: &Draft) -> Vec<Problem> {
    // Of a directory that could not be read nobody knows what it holds.
    let known = draft.units.iter().filter(|(name, _)| !draft.excused(FileKind::Unit, name));
    known.flat_map(|(_, made)| check_unit(made)).collect()
}

fn check_unit(made: &Made<UnitDraft>) -> Vec<Problem> {
    let unit = &made.value.unit;
    let patches = unit.patches.iter().filter_map(|patch| {
        let place = || Place::text(&made.site, "patches", patch);
        missing(unit, patch, place()).or_else(|| header(unit, patch, place()))
    });
    let steps = made.value.steps.iter().flat_map(|step| check_step(unit, &step.value, &step.site));
    patches.chain(steps).collect()
}

/// What stands above a patch says which hole it closes; an audit believes it, so it must be readable.
fn header(unit: &Unit, patch: &str, place: Place) -> Option<Problem> {
    let error = PatchHeader::parse(&unit.file(patch)?.content).err()?;
    let message = format!("the header of the patch {patch:?} is not right: {error}");
    Some(
        Problem::error(place, message)
            .hint("above the first changed file stand lines such as `CVE: CVE-2025-26519` and `Origin: upstream, COMMIT`"),
    )
}

fn check_step(unit: &Unit, step: &Step, site: &Site) -> Vec<Problem> {
    match step {
        Step::InstallFile { src, .. } => {
            missing(unit, src, Place::text(site, "src", src)).into_iter().collect()
        }
        Step::InstallTemplate { src, vars, .. } => match missing(unit, src, Place::text(site, "src", src)) {
            Some(problem) => vec![problem],
            None => check_template(unit, src, vars, site),
        },
        Step::KconfigCheck { fragments } => fragments
            .iter()
            .filter_map(|path| missing(unit, path, Place::text(site, "fragments", path)))
            .collect(),
        Step::Shell(_) | Step::Symlink { .. } => Vec::new(),
    }
}

fn missing(unit: &Unit, path: &str, place: Place) -> Option<Problem> {
    if unit.file(path).is_some() {
        return None;
    }
    let names: Vec<&str> = unit.files.iter().map(|file| file.path.as_str()).collect();
    let hint = near::hint(path, names.iter().copied()).unwrap_or_else(|| match names.as_slice() {
        [] => format!("put it into the directory {}/ next to {}.star", unit.name, unit.name),
        [one] => format!("the directory holds {one}"),
        all if all.len() <= 8 => format!("the directory holds {}", all.join(", ")),
        _ => format!("the directory is {}/, next to {}.star", unit.name, unit.name),
    });
    let message = format!("the unit `{}` has no file {path:?} in its directory", unit.name);
    Some(Problem::error(place, message).hint(hint))
}

/// A template must be text, and every name in it must have a value.
fn check_template(unit: &Unit, src: &str, vars: &BTreeMap<String, String>, site: &Site) -> Vec<Problem> {
    let Some(file) = unit.file(src) else { return Vec::new() };
    let place = || Place::text(site, "src", src);
    let Ok(text) = std::str::from_utf8(&file.content) else {
        return vec![Problem::error(place(), format!("the template {src:?} is not UTF-8 text"))];
    };
    let unknown = placeholders(text).into_iter().filter(|name| !vars.contains_key(*name));
    let problems = unknown.map(|name| {
        let hint = near::hint(name, vars.keys().map(String::as_str));
        Problem::error(place(), format!("the template {src:?} asks for `{name}`, which `vars` does not give"))
            .maybe_hint(hint)
    });
    problems.collect()
}

/// Names in double braces, each once.
fn placeholders(text: &str) -> Vec<&str> {
    let mut names: Vec<&str> = text
        .split("{{")
        .skip(1)
        .filter_map(|rest| rest.split_once("}}"))
        .map(|(name, _)| name)
        .filter(|name| name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_'))
        .filter(|name| name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'))
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use super::placeholders;

    #[test]
    fn only_names_are_placeholders() {
        assert_eq!(placeholders("{{b}} {{a}} {{ c }} {{a}} {{1}} {{ {{d}} {{}}"), ["a", "b", "d"]);
    }
}
