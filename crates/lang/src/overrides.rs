//! Changes that the project makes to units of its modules.

use std::sync::Arc;

use yoe_model::{Unit, UnitFile};

use crate::assemble::{Draft, twice};
use crate::definitions::{Made, Override, UnitDraft};
use crate::near;
use crate::problem::{Place, Problem};
use crate::session::FileKind;

/// Applies all of them, once every unit is known.
pub(crate) fn apply(draft: &mut Draft, problems: &mut Vec<Problem>) {
    let overrides = std::mem::take(&mut draft.overrides);
    for (at, one) in overrides.iter().enumerate() {
        let name = &one.made.value.name;
        let first = overrides.iter().take(at).find(|other| other.made.value.name == *name);
        let wrong = match first {
            Some(first) => Some(twice("override of", name, &one.made.site, &first.made.site)),
            None => misplaced(draft, one),
        };
        match (wrong, draft.units.get_mut(name)) {
            (Some(problem), _) => problems.push(problem),
            (None, Some(unit)) => change(&mut unit.value, one, problems),
            (None, None) => {}
        }
    }
}

/// What is wrong with where it is, or with what it changes.
fn misplaced(draft: &Draft, one: &Override) -> Option<Problem> {
    let Made { value, site } = &one.made;
    let name = &value.name;
    let error = |message: String| Problem::error(Place::text(site, "name", name), message);
    if !one.of_project {
        let problem = error(format!("a module cannot override the unit `{name}`"));
        return Some(problem.hint("who writes the project decides what its modules' units become"));
    }
    if one.stem != *name {
        let problem = error(format!("the override of `{name}` is in {}.star", one.stem));
        return Some(problem.hint(format!("name the file {name}.star")));
    }
    match draft.units.get(name) {
        Some(unit) if unit.value.of_project => {
            let problem = error(format!("the unit `{name}` is the project's own"));
            Some(problem.related(Place::text(&unit.site, "name", name), "change it here"))
        }
        Some(_) => None,
        None if draft.excused(FileKind::Unit, name) => None,
        None => {
            let hint = near::hint(name, draft.units.keys().map(String::as_str));
            Some(error(format!("there is no unit `{name}` to override")).maybe_hint(hint))
        }
    }
}

fn change(draft: &mut UnitDraft, one: &Override, problems: &mut Vec<Problem>) {
    let Made { value, site } = &one.made;
    let unit = &mut draft.unit;
    if let Some(version) = &value.version {
        unit.version.clone_from(version);
    }
    if let Some(release) = value.release {
        unit.release = release;
    }
    if let Some(sources) = &value.sources {
        unit.sources.clone_from(sources);
    }
    if let Some(vex) = &value.vex {
        unit.vex.clone_from(vex);
    }
    if let Some(license) = &value.linked_license {
        unit.linked_license = Some(license.clone());
    }
    if let Some(files) = &value.license_files {
        unit.license_files.clone_from(files);
    }
    unit.environment.extend(value.environment.clone());
    for patch in &value.add_patches {
        if one.files.iter().any(|file| file.path == *patch) {
            unit.patches.push(patch.clone());
        } else {
            let place = Place::text(site, "add_patches", patch);
            problems.push(Problem::error(place, format!("there is no {patch} in the override's directory")));
        }
    }
    for file in &one.files {
        put(unit, file, value.append.contains(&file.path));
    }
    for path in &value.append {
        let place = || Place::text(site, "append", path);
        if !one.files.iter().any(|file| file.path == *path) {
            problems.push(Problem::error(place(), format!("there is no {path} in the override's directory")));
        } else if !draft.own.contains(path) {
            let problem = Problem::error(place(), format!("the unit `{}` has no file {path}", unit.name));
            let hint = near::hint(path, draft.own.iter().map(String::as_str));
            problems.push(problem.maybe_hint(hint));
        }
    }
}

/// A file at the end of the unit's, in its place, or as a further one.
fn put(unit: &mut Unit, file: &UnitFile, append: bool) {
    match unit.files.iter_mut().find(|known| known.path == file.path) {
        Some(known) if append => {
            let mut content = known.content.to_vec();
            if content.last().is_some_and(|byte| *byte != b'\n') {
                content.push(b'\n');
            }
            content.extend_from_slice(&file.content);
            known.content = Arc::from(content);
        }
        Some(known) => *known = file.clone(),
        None => {
            unit.files.push(file.clone());
            unit.files.sort_by(|one, other| one.path.cmp(&other.path));
        }
    }
}
