//! What lies in a project and its modules: which files are evaluated, in which order, and the directories of units.

use crate::files::Root;
use crate::limits;
use crate::near;
use crate::problem::{Checked, Place, Problem};
use crate::session::FileKind;

/// The project, or one of its modules.
#[derive(Debug, Clone)]
pub(crate) struct Module {
    /// The name in `load("@name//…")`; absent for the project itself.
    pub(crate) name: Option<String>,
    /// Its directory.
    pub(crate) root: Root,
}

/// A file to evaluate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StarFile {
    /// Index of its module.
    pub(crate) module: usize,
    /// Path below the module's root.
    pub(crate) path: String,
    /// What it may define.
    pub(crate) kind: FileKind,
}

impl StarFile {
    /// The file's name without directories and ending.
    pub(crate) fn stem(&self) -> &str {
        let name = self.path.rsplit('/').next().unwrap_or_default();
        name.strip_suffix(".star").unwrap_or(name)
    }

    /// The path of the directory next to it, which holds a unit's files.
    pub(crate) fn directory(&self) -> &str {
        self.path.strip_suffix(".star").unwrap_or(&self.path)
    }
}

/// The files of one kind in a module, and what is wrong with the directories.
pub(crate) fn star_files(
    modules: &[Module],
    module: usize,
    kind: FileKind,
    problems: &mut Vec<Problem>,
) -> Vec<StarFile> {
    let Some(root) = modules.get(module).map(|module| &module.root) else { return Vec::new() };
    let paths = match kind {
        FileKind::Container => flat(root, "containers", problems),
        FileKind::Machine => flat(root, "machines", problems),
        FileKind::Image => flat(root, "images", problems),
        FileKind::Unit => units(root, problems),
        FileKind::Project | FileKind::Module | FileKind::Class => Vec::new(),
    };
    paths.into_iter().map(|path| StarFile { module, path, kind }).collect()
}

/// The `.star` files of a directory.
fn flat(root: &Root, directory: &str, problems: &mut Vec<Problem>) -> Vec<String> {
    let entries = report(root.entries(directory), problems);
    let stems = entries.iter().filter_map(|entry| entry.star_stem());
    stems.map(|stem| format!("{directory}/{stem}.star")).collect()
}

/// The files of units: `units/<category>/<name>.star`.
fn units(root: &Root, problems: &mut Vec<Problem>) -> Vec<String> {
    let mut paths = Vec::new();
    for category in report(root.entries("units"), problems).into_iter().filter(|entry| !entry.is_hidden()) {
        if !category.directory {
            if category.star_stem().is_some() {
                let place = Place::File(root.shown(&format!("units/{}", category.name)));
                let problem = Problem::error(place, "a unit's file belongs in the directory of a category");
                problems.push(problem.hint(format!("move it to units/<category>/{}", category.name)));
            }
            continue;
        }
        let directory = format!("units/{}", category.name);
        let entries = report(root.entries(&directory), problems);
        let stems: Vec<&str> = entries.iter().filter_map(|entry| entry.star_stem()).collect();
        let directories = entries.iter().filter(|entry| entry.directory && !entry.is_hidden());
        for unused in directories.filter(|entry| !stems.contains(&entry.name.as_str())) {
            let path = root.shown(&format!("{directory}/{}", unused.name));
            let message = format!("the directory {path} belongs to no unit: there is no {path}.star");
            let hint = near::hint(&unused.name, stems.iter().copied());
            problems.push(Problem::error(Place::File(path), message).maybe_hint(hint));
        }
        paths.extend(stems.iter().map(|stem| format!("{directory}/{stem}.star")));
    }
    paths
}

/// Paths of all files below a unit's directory, sorted, relative to it.
pub(crate) fn unit_files(root: &Root, directory: &str) -> Checked<Vec<String>> {
    let mut found = Vec::new();
    let mut open = vec![(String::new(), 0)];
    while let Some((below, depth)) = open.pop() {
        for entry in root.entries(&format!("{directory}/{below}"))? {
            let path = format!("{below}{}", entry.name);
            if entry.directory {
                open.push((format!("{path}/"), depth + 1));
            } else {
                found.push(path);
            }
        }
        if depth > limits::DIRECTORY_DEPTH || found.len() > limits::UNIT_FILES {
            let place = Place::File(root.shown(directory));
            let problem = Problem::error(place, "the directory holds too many files or directories")
                .expected(format!("at most {} files", limits::UNIT_FILES))
                .hint("a unit's directory is for patches and small files; make the rest a source");
            return Err(Box::new(problem));
        }
    }
    found.sort();
    Ok(found)
}

/// The result, or nothing and the problem.
fn report<T: Default>(result: Checked<T>, problems: &mut Vec<Problem>) -> T {
    result.unwrap_or_else(|problem| {
        problems.push(*problem);
        T::default()
    })
}
