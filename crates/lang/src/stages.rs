//! The stages of evaluation: the project, its modules, the machines, then all else for the chosen machine.

use std::path::Path;

use yoe_model::{Arch, Machine, Module, Project, Unlocked};

use crate::assemble::Draft;
use crate::blame::Blame;
use crate::builtins;
use crate::definitions::{Made, ModuleRef};
use crate::evaluate_files::evaluate_kinds;
use crate::modules::{Places, named_once, project_alone, project_and_modules};
use crate::near;
use crate::overrides;
use crate::policies;
use crate::problem::{Place, Problem};
use crate::session::FileKind;
use crate::validate;
use crate::workloads;
use crate::{Diagnostics, Options};

/// Evaluates a project.
pub(crate) fn load(root: &Path, options: &Options) -> Result<Project<Unlocked>, Diagnostics> {
    let mut problems = Vec::new();
    let project = evaluate_project(root, options, &mut problems);
    judged(project, problems)
}

/// The project's name, from PROJECT.star alone.
pub(crate) fn name(root: &Path) -> Result<String, Diagnostics> {
    let mut problems = Vec::new();
    let options = Options::default();
    let project = project_alone(&Places::new(root, &options), &mut problems);
    judged(project.map(|(_, project)| project.value.name), problems)
}

/// The modules that the project names, from PROJECT.star alone.
pub(crate) fn modules(root: &Path, options: &Options) -> Result<Vec<Module>, Diagnostics> {
    let mut problems = Vec::new();
    let found = project_alone(&Places::new(root, options), &mut problems).map(|(_, project)| {
        let once = named_once(&project, &mut problems);
        let module = |named: &Made<ModuleRef>| Module {
            name: named.value.name.clone(),
            source: named.value.source.clone(),
            origin: named.site.origin(),
        };
        once.into_iter().map(module).collect()
    });
    judged(found, problems)
}

/// What was found, or what is wrong with it.
fn judged<T>(found: Option<T>, problems: Vec<Problem>) -> Result<T, Diagnostics> {
    let mut blame = Blame::default();
    let diagnostics = problems.into_iter().map(|problem| blame.diagnostic(problem)).collect();
    match (Diagnostics::collect(diagnostics), found) {
        (None, Some(found)) => Ok(found),
        (Some(diagnostics), _) => Err(diagnostics),
        // Every way to no project reports why; this one says so rather than to end in a panic.
        (None, None) => Err(Diagnostics::internal("the project could not be evaluated")),
    }
}

fn evaluate_project(
    root: &Path,
    options: &Options,
    problems: &mut Vec<Problem>,
) -> Option<Project<Unlocked>> {
    let (modules, project) = project_and_modules(&Places::new(root, options), problems)?;
    let mut draft = Draft::new(project);
    let bare = builtins::globals(None);
    draft.add_all(evaluate_kinds(&modules, &[FileKind::Machine], &bare, problems), problems);
    let machine = choose_machine(&draft, options, problems)?;
    let kinds = [FileKind::Container, FileKind::Unit, FileKind::Image];
    let globals = builtins::globals(Some(&machine));
    draft.add_all(evaluate_kinds(&modules, &kinds, &globals, problems), problems);
    overrides::apply(&mut draft, problems);
    workloads::read(&mut draft, machine.arch, problems);
    policies::read(&mut draft, problems);
    problems.extend(validate::all(&draft));
    problems.is_empty().then(|| draft.finish(machine))
}

/// A machine's name with its architecture as Linux calls it: `qemu-arm64` is `qemu-aarch64`.
fn linux_name(name: &str) -> String {
    Arch::ALL.iter().fold(name.to_owned(), |name, arch| name.replace(arch.debian(), arch.as_str()))
}

/// The machine to evaluate for: the one asked for, or the project's default.
fn choose_machine(draft: &Draft, options: &Options, problems: &mut Vec<Problem>) -> Option<Machine> {
    let name = options.machine.as_ref().unwrap_or(&draft.project.value.machine);
    let machine = draft.machines.get(name).or_else(|| draft.machines.get(&linux_name(name)));
    if let Some(machine) = machine {
        return Some(machine.value.machine.clone());
    }
    if !draft.excused(FileKind::Machine, name) {
        let place = match options.machine {
            Some(_) => Place::Nowhere,
            None => Place::text(&draft.project.site, "machine", name),
        };
        let names: Vec<&str> = draft.machines.keys().map(String::as_str).collect();
        let hint = near::hint(name, names.iter().copied());
        let hint = hint.or_else(|| (!names.is_empty()).then(|| format!("available: {}", names.join(", "))));
        problems.push(Problem::error(place, format!("there is no machine `{name}`")).maybe_hint(hint));
    }
    None
}
