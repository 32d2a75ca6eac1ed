//! Evaluating many files: parsed and evaluated on all cores, what they load once in between.

use starlark::environment::Globals;
use starlark::syntax::AstModule;
use yoe_model::{Source, UnitFile};

use crate::definitions::Definition;
use crate::evaluate;
use crate::files::Root;
use crate::labels::Loaded;
use crate::loader::Classes;
use crate::problem::{Checked, Place, Problem};
use crate::project_tree::{Module, StarFile, star_files, unit_files};
use crate::session::{FileKind, Outcome};
use crate::workers;

/// What came of a file.
pub(crate) struct Evaluated {
    pub(crate) file: StarFile,
    /// Path below the project.
    pub(crate) shown: String,
    pub(crate) outcome: Outcome,
    /// The files of a unit's, a workload's or an image's own directory.
    pub(crate) files: Vec<UnitFile>,
    /// That directory, as messages name it.
    pub(crate) directory: String,
    /// Whether the file could not be evaluated to its end, or something in it is wrong.
    pub(crate) failed: bool,
}

/// All files of these kinds in all modules.
pub(crate) fn evaluate_kinds(
    modules: &[Module],
    kinds: &[FileKind],
    globals: &Globals,
    problems: &mut Vec<Problem>,
) -> Vec<Evaluated> {
    let mut files = Vec::new();
    for kind in kinds {
        for module in 0..modules.len() {
            files.extend(star_files(modules, module, *kind, problems));
        }
    }
    evaluate(modules, files, globals, problems)
}

/// Parses and evaluates files on all cores. What they load is evaluated in between, once and in a fixed order.
pub(crate) fn evaluate(
    modules: &[Module],
    files: Vec<StarFile>,
    globals: &Globals,
    problems: &mut Vec<Problem>,
) -> Vec<Evaluated> {
    let parsed = workers::map(files, |file| {
        let ast = parse(modules, &file);
        (file, ast)
    });
    let mut classes = Classes::new(modules, globals);
    let mut ready: Vec<(StarFile, Option<(AstModule, Loaded)>)> = Vec::with_capacity(parsed.len());
    for (file, ast) in parsed {
        let ast = ast.map_err(|problem| problems.push(*problem)).ok();
        let with_loads = ast.and_then(|ast| {
            let loaded = classes.loaded(file.module, &ast)?;
            Some((ast, loaded))
        });
        ready.push((file, with_loads));
    }
    problems.append(&mut classes.problems);
    let mut evaluated = workers::map(ready, |(file, ast)| evaluate_one(modules, file, ast, globals));
    problems.extend(evaluated.iter_mut().flat_map(|one| std::mem::take(&mut one.outcome.problems)));
    evaluated
}

fn parse(modules: &[Module], file: &StarFile) -> Checked<AstModule> {
    let no_module = || Box::new(Problem::error(Place::File(file.path.clone()), "the file has no module"));
    let root = &modules.get(file.module).ok_or_else(no_module)?.root;
    let text = root.star_file(&file.path)?;
    evaluate::parse(&root.shown(&file.path), text)
}

fn evaluate_one(
    modules: &[Module],
    file: StarFile,
    ast: Option<(AstModule, Loaded)>,
    globals: &Globals,
) -> Evaluated {
    let root = modules.get(file.module).map(|module| &module.root);
    let shown = root.map_or_else(|| file.path.clone(), |root| root.shown(&file.path));
    let failed = ast.is_none();
    let mut outcome = match ast {
        Some((ast, loaded)) => evaluate::definitions(&shown, ast, file.kind, &loaded, globals),
        None => Outcome::default(),
    };
    let failed = failed || !outcome.problems.is_empty();
    if let Some(root) = root {
        outcome.definitions.iter_mut().for_each(|definition| below(root, definition));
    }
    let (files, failed) = match root {
        Some(root) if file.kind == FileKind::Unit || needs_files(&outcome) => {
            own_files(root, &file, &mut outcome.problems, failed)
        }
        _ => (Vec::new(), failed),
    };
    let directory = root.map(|root| root.shown(file.directory())).unwrap_or_default();
    Evaluated { file, shown, outcome, files, directory, failed }
}

/// Whether a file defines a workload or an image with a policy, whose files lie next to it.
fn needs_files(outcome: &Outcome) -> bool {
    outcome.definitions.iter().any(|definition| match definition {
        Definition::Workload(_) => true,
        Definition::Image(image) => image.value.policy.is_some(),
        _ => false,
    })
}

/// Working trees of a module's unit lie in the module; from here on their paths are those below the project.
fn below(root: &Root, definition: &mut Definition) {
    let Definition::Unit(unit) = definition else { return };
    for entry in &mut unit.value.unit.sources {
        if let Source::Path { path, .. } = &mut entry.source {
            *path = root.working_tree(path);
        }
    }
}

/// Reads the directory of a unit, each file of it.
fn own_files(
    root: &Root,
    file: &StarFile,
    problems: &mut Vec<Problem>,
    failed: bool,
) -> (Vec<UnitFile>, bool) {
    let paths = match unit_files(root, file.directory()) {
        Ok(paths) => paths,
        Err(problem) => {
            problems.push(*problem);
            return (Vec::new(), true);
        }
    };
    let read = paths.iter().map(|path| root.unit_file(file.directory(), path));
    let (files, wrong): (Vec<_>, Vec<_>) = read.partition(Result::is_ok);
    let failed = failed || !wrong.is_empty();
    problems.extend(wrong.into_iter().filter_map(Result::err).map(|problem| *problem));
    (files.into_iter().filter_map(Result::ok).collect(), failed)
}
