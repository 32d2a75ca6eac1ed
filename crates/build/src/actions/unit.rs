//! Runs a unit's steps; what they leave in `$DESTDIR` is the result.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use yoe_model::{Digest, Unit};
use yoe_plan::{ActionId, Plan, UnitAction};
use yoe_sandbox::{Limits, Network, Spec};

use super::kconfig::carries;
use crate::builder::Builder;
use crate::error::ActionError;
use crate::layout::{Folders, SRC, Trees, environment};
use crate::reads::sysroot;
use crate::reporter::Event;
use crate::run_step::run_step;
use crate::schedule::Results;
use crate::steps::{Run, Script, Scripts, scripts};

impl Builder {
    pub(crate) fn unit(
        &self,
        plan: &Plan,
        id: ActionId,
        unit: &UnitAction,
        inputs: &Results,
    ) -> Result<Digest, ActionError> {
        let action = plan.action(id);
        let scratch = self.session.scratch()?;
        let Prepared { folders, mut spec, sources } = self.prepare(plan, id, unit, inputs, scratch.path())?;
        let log_path = self.store.log_file(&action.key)?;
        let mut log = File::create(&log_path).map_err(|error| ActionError::io("write", &log_path, error))?;
        for run in scripts(&unit.unit).runs {
            let script = match run {
                Run::Script(script) => script,
                Run::Kconfig(check) => {
                    let work = folders.path("work");
                    self.kconfig(action, unit, &check, &work, &sources, &mut log)?;
                    carries(plan, id, &work)?;
                    continue;
                }
            };
            self.reporter.event(Event::Task { label: &action.label, task: &script.task });
            spec.command = command(&script);
            let mut line = |line: &str| self.reporter.event(Event::Output { label: &action.label, line });
            let ran = run_step(&spec, &mut log, &self.cancel, &mut line)?;
            if !ran.exit.success() {
                return Err(ActionError::Step {
                    task: script.task,
                    exit: ran.exit.to_string(),
                    tail: ran.tail,
                });
            }
        }
        Ok(self.store.import_tree(&folders.path("dest"))?)
    }

    /// The sandbox that the steps of a unit run in, without a command.
    pub(crate) fn prepare(
        &self,
        plan: &Plan,
        id: ActionId,
        unit: &UnitAction,
        inputs: &Results,
        scratch: &Path,
    ) -> Result<Prepared, ActionError> {
        let make = |error| ActionError::io("make the directories of a build in", scratch, error);
        let folders = Folders::make(scratch).map_err(make)?;
        lay_files(&unit.unit, &folders)?;
        lay_scripts(&scripts(&unit.unit), &folders)?;
        let members = sysroot(plan, id);
        let cache = self.compiler_cache(unit, &members, inputs)?;
        let trees = Trees {
            cache,
            container: self.input(inputs, unit.container)?,
            sysroot: members.into_iter().map(|id| self.input(inputs, id)).collect::<Result<_, _>>()?,
            sources: unit
                .sources
                .iter()
                .map(|source| Ok((source.into.clone(), self.input(inputs, source.action)?)))
                .collect::<Result<_, ActionError>>()?,
        };
        // What a step changed of a source lies over it; the last source of a directory lies over the first.
        let laid = trees.sources.iter().filter(|(into, _)| into.is_empty()).map(|(_, tree)| tree.clone());
        let sources: Vec<PathBuf> = [folders.changed_sources()]
            .into_iter()
            .chain(laid.collect::<Vec<_>>().into_iter().rev())
            .collect();
        let spec = Spec {
            mounts: folders.mounts(trees).map_err(make)?,
            command: Vec::new(),
            environment: environment(&unit.unit, unit.arch, self.cores),
            directory: SRC.into(),
            network: Network::None,
            hostname: "yoe".into(),
            limits: Limits::default(),
        };
        Ok(Prepared { folders, spec, sources })
    }

    /// The directory that the cache of a unit's compiler stays in. What a compiler does not look at when it asks its cache
    /// (the compiler itself, headers and libraries of the system) chooses the directory, so that it is the same for all
    /// entries of one.
    fn compiler_cache(
        &self,
        unit: &UnitAction,
        members: &BTreeSet<ActionId>,
        inputs: &Results,
    ) -> Result<Option<PathBuf>, ActionError> {
        let Some(name) = &unit.unit.cache else { return Ok(None) };
        let read = [unit.container].into_iter().chain(members.iter().copied());
        let mut trees = read
            .map(|id| inputs.get(&id).map(Digest::to_string).ok_or(ActionError::Missing))
            .collect::<Result<Vec<_>, _>>()?;
        trees.sort_unstable();
        let environment = Digest::of(format!("{} {}", unit.arch, trees.join(" ")).as_bytes());
        Ok(Some(self.store.cache(&format!("{name}-{environment}"))?))
    }
}

/// All that the steps of a unit need.
pub(crate) struct Prepared {
    pub(crate) folders: Folders,
    /// Without a command.
    pub(crate) spec: Spec,
    /// The layers of `$SRCDIR` itself, the uppermost first.
    pub(crate) sources: Vec<PathBuf>,
}

/// How a task's script is run.
pub(crate) fn command(script: &Script) -> Vec<String> {
    ["/bin/sh", "-eu", &format!("/build/steps/{}", script.file)].map(str::to_owned).into()
}

fn lay_files(unit: &Unit, folders: &Folders) -> Result<(), ActionError> {
    unit.files.iter().try_for_each(|file| {
        let mode = if file.executable { 0o755 } else { 0o644 };
        write(&folders.path("files").join(&file.path), &file.content, mode)
    })
}

fn lay_scripts(scripts: &Scripts, folders: &Folders) -> Result<(), ActionError> {
    let steps = folders.path("steps");
    let texts = scripts.scripts().map(|script| (&script.file, script.text.as_bytes()));
    let rendered = scripts.rendered.iter().map(|(name, content)| (name, content.as_slice()));
    texts.chain(rendered).try_for_each(|(name, content)| write(&steps.join(name), content, 0o644))
}

fn write(path: &Path, content: &[u8], mode: u32) -> Result<(), ActionError> {
    let written = || {
        path.parent().map_or(Ok(()), fs::create_dir_all)?;
        fs::write(path, content)?;
        fs::set_permissions(path, fs::Permissions::from_mode(mode))
    };
    written().map_err(|error| ActionError::io("write", path, error))
}
