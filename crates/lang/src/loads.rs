//! Which files of a project load which others.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::Options;
use crate::evaluate;
use crate::labels::Label;
use crate::modules::{Places, project_and_modules};
use crate::problem::Problem;
use crate::project_tree::{Module, star_files};
use crate::session::FileKind;

/// For each file that loads others, those others; paths are relative to the project. What is wrong in a file is not reported here:
/// of one that cannot be read or parsed nothing is known.
pub(crate) fn loads(root: &Path, options: &Options) -> BTreeMap<String, BTreeSet<String>> {
    let mut problems: Vec<Problem> = Vec::new();
    let Some((modules, _)) = project_and_modules(&Places::new(root, options), &mut problems) else {
        return BTreeMap::new();
    };
    let kinds = [FileKind::Machine, FileKind::Container, FileKind::Unit, FileKind::Image];
    let mut open: Vec<(usize, String)> = Vec::new();
    for module in 0..modules.len() {
        for kind in kinds {
            let files = star_files(&modules, module, kind, &mut problems);
            open.extend(files.into_iter().map(|file| (file.module, file.path)));
        }
    }
    let mut loads = BTreeMap::new();
    while let Some((module, path)) = open.pop() {
        let Some(root) = modules.get(module).map(|module| &module.root) else { continue };
        let shown = root.shown(&path);
        if loads.contains_key(&shown) {
            continue;
        }
        let loaded = loaded(&modules, module, &path);
        let names = loaded.iter().filter_map(|(module, path)| Some(modules.get(*module)?.root.shown(path)));
        loads.insert(shown, names.collect());
        open.extend(loaded);
    }
    loads.retain(|_, loaded: &mut BTreeSet<String>| !loaded.is_empty());
    loads
}

/// What one file loads: the index of the module, and the path there.
fn loaded(modules: &[Module], module: usize, path: &str) -> Vec<(usize, String)> {
    let Some(root) = modules.get(module).map(|module| &module.root) else { return Vec::new() };
    let parsed = root.star_file(path).and_then(|text| evaluate::parse(&root.shown(path), text));
    let Ok(ast) = parsed else { return Vec::new() };
    let labels = ast.loads().into_iter().filter_map(|load| {
        let label = Label::parse(load.module_id).ok()?;
        let of = match label.module {
            None => module,
            Some(name) => modules.iter().position(|module| module.name.as_deref() == Some(name))?,
        };
        Some((of, label.path.to_owned()))
    });
    labels.collect()
}
