//! PROJECT.star, and MODULE.star of each module that it names.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use starlark::environment::Globals;
use yoe_model::ModuleSource;

use crate::Options;
use crate::builtins;
use crate::definitions::{Definition, Made, ModuleRef, ProjectDraft};
use crate::evaluate_files::evaluate;
use crate::files::Root;
use crate::problem::{Checked, Place, Problem};
use crate::project_tree::{Module, StarFile};
use crate::session::FileKind;
use crate::texts::Texts;

/// PROJECT.star by itself: the project as the first of its modules, and what it says.
pub(crate) fn project_alone(
    places: &Places<'_>,
    problems: &mut Vec<Problem>,
) -> Option<(Vec<Module>, Made<ProjectDraft>)> {
    let own = match Root::new(places.root, "", &places.texts) {
        Ok(root) => Module { name: None, root },
        Err(error) => {
            problems.push(Problem::error(
                Place::Nowhere,
                format!("cannot read the project's directory: {error}"),
            ));
            return None;
        }
    };
    if !own.root.exists("PROJECT.star") {
        let problem = Problem::error(Place::Nowhere, "there is no PROJECT.star in this directory");
        problems.push(problem.hint("run yoe in the directory of a project"));
        return None;
    }
    let modules = vec![own];
    let file = StarFile { module: 0, path: "PROJECT.star".to_owned(), kind: FileKind::Project };
    let globals = builtins::globals(None);
    match only_definition(&modules, file, &globals, problems)? {
        Definition::Project(project) => Some((modules, project)),
        _ => None,
    }
}

/// PROJECT.star and the modules that it names; the project itself is the first of them. Absent when a module is: what is said of names
/// that it would have defined would not be true.
pub(crate) fn project_and_modules(
    places: &Places<'_>,
    problems: &mut Vec<Problem>,
) -> Option<(Vec<Module>, Made<ProjectDraft>)> {
    let (mut modules, project) = project_alone(places, problems)?;
    let globals = builtins::globals(None);
    let named = named_once(&project, problems);
    let found: Vec<Option<Module>> =
        named.into_iter().map(|named| module(places, named, &globals, problems)).collect();
    modules.extend(found.into_iter().collect::<Option<Vec<Module>>>()?);
    Some((modules, project))
}

/// The modules that a project names, each once.
pub(crate) fn named_once<'a>(
    project: &'a Made<ProjectDraft>,
    problems: &mut Vec<Problem>,
) -> Vec<&'a Made<ModuleRef>> {
    let mut once: Vec<&Made<ModuleRef>> = Vec::new();
    for named in &project.value.modules {
        let name = &named.value.name;
        match once.iter().find(|other| other.value.name == *name) {
            Some(first) => {
                let place = Place::text(&named.site, "name", name);
                let problem = Problem::error(place, format!("the module `{name}` is named twice"));
                let first = Place::text(&first.site, "name", name);
                problems.push(problem.related(first, "first named here"));
            }
            None => once.push(named),
        }
    }
    once
}

/// Where a project and its modules are.
pub(crate) struct Places<'a> {
    /// The project's directory.
    pub(crate) root: &'a Path,
    /// Trees that were fetched, by the names of their modules.
    pub(crate) fetched: &'a BTreeMap<String, PathBuf>,
    /// What stands in place of files.
    pub(crate) texts: Texts,
}

impl<'a> Places<'a> {
    /// As options say it.
    pub(crate) fn new(root: &'a Path, options: &'a Options) -> Self {
        Self { root, fetched: &options.modules, texts: Texts::new(&options.texts) }
    }

    /// The directory of a module, which must be there.
    fn root(&self, named: &Made<ModuleRef>) -> Checked<Root> {
        let ModuleRef { name, source } = &named.value;
        if let ModuleSource::Path(path) = source {
            return Root::new(self.root, path, &self.texts).map_err(|error| {
                let message = format!("cannot read the module's directory {path}: {error}");
                Box::new(Problem::error(Place::text(&named.site, "path", path), message))
            });
        }
        let place = || match source.directory() {
            "" => Place::text(&named.site, "name", name),
            directory => Place::text(&named.site, "directory", directory),
        };
        let Some(tree) = self.fetched.get(name) else {
            let problem = Problem::error(place(), format!("the module `{name}` was not fetched"));
            return Err(Box::new(problem.hint("`yoe lock` fetches it")));
        };
        let directory = source.directory();
        Root::fetched(&tree.join(directory), name).map_err(|_| {
            let message = format!("{source} has no directory {directory}");
            Box::new(Problem::error(place(), message).maybe_hint(modules_in(tree)))
        })
    }
}

/// The directories of a tree that are modules, as advice.
fn modules_in(tree: &Path) -> Option<String> {
    /// How deep modules are looked for.
    const DEPTH: usize = 4;
    let (mut found, mut open) = (Vec::new(), vec![(PathBuf::new(), 0)]);
    while let Some((below, depth)) = open.pop() {
        if tree.join(&below).join("MODULE.star").is_file() {
            found.push(below.display().to_string());
        }
        let entries = std::fs::read_dir(tree.join(&below)).into_iter().flatten().flatten();
        let directories =
            entries.filter(|entry| depth < DEPTH && entry.file_type().is_ok_and(|kind| kind.is_dir()));
        open.extend(directories.map(|entry| (below.join(entry.file_name()), depth + 1)));
    }
    found.sort();
    match found.as_slice() {
        [] => None,
        [top, ..] if top.is_empty() => Some("the module is at its top: leave `directory` out".to_owned()),
        names => Some(format!("it has modules in: {}", names.join(", "))),
    }
}

/// A module that a project names.
fn module(
    places: &Places<'_>,
    named: &Made<ModuleRef>,
    globals: &Globals,
    problems: &mut Vec<Problem>,
) -> Option<Module> {
    let name = &named.value.name;
    let root = match places.root(named) {
        Ok(root) => root,
        Err(problem) => {
            problems.push(*problem);
            return None;
        }
    };
    if !root.exists("MODULE.star") {
        problems.push(no_module(places, named));
        return None;
    }
    let modules = [Module { name: Some(name.clone()), root: root.clone() }];
    let file = StarFile { module: 0, path: "MODULE.star".to_owned(), kind: FileKind::Module };
    let Definition::Module(own) = only_definition(&modules, file, globals, problems)? else { return None };
    if own.value != *name {
        let message = format!("the module calls itself `{}`, not `{name}`", own.value);
        let problem = Problem::error(Place::text(&named.site, "name", name), message);
        let own_place = Place::text(&own.site, "name", &own.value);
        problems.push(problem.related(own_place, "the module's name for itself"));
    }
    Some(Module { name: Some(name.clone()), root })
}

/// A directory that is there and is no module.
fn no_module(places: &Places<'_>, named: &Made<ModuleRef>) -> Problem {
    let ModuleRef { name, source } = &named.value;
    let (field, text, shown) = match (source, source.directory()) {
        (ModuleSource::Path(path), _) => ("path", path.as_str(), path.clone()),
        (_, "") => ("name", name.as_str(), source.to_string()),
        (_, directory) => ("directory", directory, format!("{directory} in {source}")),
    };
    let message = format!("{shown} is not a module: it has no MODULE.star");
    let problem = Problem::error(Place::text(&named.site, field, text), message);
    problem.maybe_hint(places.fetched.get(name).and_then(|tree| modules_in(tree)))
}

/// The definition of a file that must hold exactly one.
fn only_definition(
    modules: &[Module],
    file: StarFile,
    globals: &Globals,
    problems: &mut Vec<Problem>,
) -> Option<Definition> {
    let evaluated = evaluate(modules, vec![file], globals, problems).into_iter().next()?;
    let builtin = evaluated.file.kind.defines().unwrap_or_default();
    let mut definitions = evaluated.outcome.definitions.into_iter();
    let first = definitions.next();
    if first.is_none() && !evaluated.failed {
        let message = format!("{} must call {builtin}() once", evaluated.shown);
        problems.push(Problem::error(Place::File(evaluated.shown.clone()), message));
    }
    if definitions.next().is_some() {
        let message = format!("{} calls {builtin}() more than once", evaluated.shown);
        problems.push(Problem::error(Place::File(evaluated.shown), message));
    }
    first
}
