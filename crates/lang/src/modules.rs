//! PROJECT.star, and MODULE.star of each module that it names.

use std::path::Path;

use starlark::environment::Globals;

use crate::builtins;
use crate::definitions::{Definition, Made, ModuleRef, ProjectDraft};
use crate::evaluate_files::evaluate;
use crate::files::Root;
use crate::problem::{Place, Problem};
use crate::project_tree::{Module, StarFile};
use crate::session::FileKind;

/// PROJECT.star by itself: the project as the first of its modules, and what it says.
pub(crate) fn project_alone(
    root: &Path,
    problems: &mut Vec<Problem>,
) -> Option<(Vec<Module>, Made<ProjectDraft>)> {
    let own = match Root::new(root, "") {
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

/// PROJECT.star and the modules that it names; the project itself is the first of them.
pub(crate) fn project_and_modules(
    root: &Path,
    problems: &mut Vec<Problem>,
) -> Option<(Vec<Module>, Made<ProjectDraft>)> {
    let (mut modules, project) = project_alone(root, problems)?;
    let globals = builtins::globals(None);
    let found: Vec<Module> =
        project.value.modules.iter().filter_map(|named| module(root, named, &globals, problems)).collect();
    for module in found {
        match modules.iter().any(|other| other.name == module.name) {
            true => {
                let name = module.name.unwrap_or_default();
                let place = Place::text(&project.site, "modules", &name);
                problems.push(Problem::error(place, format!("the module `{name}` is named twice")));
            }
            false => modules.push(module),
        }
    }
    Some((modules, project))
}

/// A module that a project names.
fn module(
    root: &Path,
    named: &Made<ModuleRef>,
    globals: &Globals,
    problems: &mut Vec<Problem>,
) -> Option<Module> {
    let (name, path) = (&named.value.name, &named.value.path);
    let place = Place::text(&named.site, "path", path);
    let root = match Root::new(root, path) {
        Ok(root) => root,
        Err(error) => {
            problems
                .push(Problem::error(place, format!("cannot read the module's directory {path}: {error}")));
            return None;
        }
    };
    if !root.exists("MODULE.star") {
        let message = format!("{path} is not a module: it has no MODULE.star");
        problems.push(Problem::error(place, message));
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
