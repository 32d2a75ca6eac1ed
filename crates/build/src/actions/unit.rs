//! Runs a unit's steps; what they leave in `$DESTDIR` is the result.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use yoe_model::{Digest, Unit};
use yoe_plan::{ActionId, UnitAction};
use yoe_sandbox::{Limits, Network, Spec};

use super::kconfig::{carries, kconfig};
use crate::error::ActionError;
use crate::layout::{Directories, SRC, Trees, environment};
use crate::make::{Make, Making};
use crate::reads::sysroot;
use crate::steps::{Run, Script, Scripts, scripts};

impl Make for UnitAction {
    fn make(&self, cx: &Making<'_>) -> Result<Digest, ActionError> {
        let scratch = cx.workplace()?;
        let Prepared { directories, mut spec, sources } = prepare(cx, self, scratch.path())?;
        let mut log = cx.log()?;
        for run in scripts(&self.unit).runs {
            let script = match run {
                Run::Script(script) => script,
                Run::Kconfig(check) => {
                    let work = directories.path("work");
                    kconfig(cx, self, &check, &work, &sources, &mut log)?;
                    carries(cx.plan, cx.id, &work)?;
                    continue;
                }
            };
            cx.task(&script.task);
            spec.command = command(&script);
            let ran = cx.run(&spec, &mut log)?;
            if !ran.exit.success() {
                return Err(ActionError::Step {
                    task: script.task,
                    exit: ran.exit.to_string(),
                    tail: ran.tail,
                });
            }
        }
        cx.keep_work(&directories.path("dest"))
    }
}

/// The sandbox that the steps of a unit run in, without a command.
pub(crate) fn prepare(cx: &Making<'_>, unit: &UnitAction, scratch: &Path) -> Result<Prepared, ActionError> {
    let make = |error| ActionError::io("make the directories of a build in", scratch, error);
    let directories = Directories::make(scratch).map_err(make)?;
    write_files(&unit.unit, &directories)?;
    write_scripts(&scripts(&unit.unit), &directories)?;
    let members = sysroot(cx.plan, cx.id);
    let cache = compiler_cache(cx, unit, &members, &directories)?;
    let trees = Trees {
        cache,
        container: cx.input(unit.container)?,
        sysroot: members.into_iter().map(|id| cx.input(id)).collect::<Result<_, _>>()?,
        sources: unit
            .sources
            .iter()
            .enumerate()
            .map(|(number, source)| {
                let copy = directories.path(&format!("source{number}"));
                Ok((source.into.clone(), cx.as_seen(cx.input(source.action)?, &copy)?))
            })
            .collect::<Result<_, ActionError>>()?,
    };
    // What a step changed of a source lies over it; the last source of a directory lies over the first.
    let roots = trees.sources.iter().filter(|(into, _)| into.is_empty()).map(|(_, tree)| tree.clone());
    let sources: Vec<PathBuf> = [directories.changed_sources()]
        .into_iter()
        .chain(roots.collect::<Vec<_>>().into_iter().rev())
        .collect();
    let mut spec = Spec {
        mounts: directories.mounts(trees).map_err(make)?,
        command: Vec::new(),
        environment: environment(&unit.unit, unit.arch, cx.cores()),
        directory: SRC.into(),
        network: Network::None,
        hostname: "yoe".into(),
        limits: Limits::default(),
    };
    if let Some(clock) = cx.clock()? {
        clock.apply(&mut spec, &directories.path("clock"))?;
    }
    Ok(Prepared { directories, spec, sources })
}

/// The directory that the cache of a unit's compiler stays in. What a compiler does not look at when it asks its cache
/// (the compiler itself, headers and libraries of the system) chooses the directory, so that it is the same for all
/// entries of one.
fn compiler_cache(
    cx: &Making<'_>,
    unit: &UnitAction,
    members: &BTreeSet<ActionId>,
    directories: &Directories,
) -> Result<Option<PathBuf>, ActionError> {
    let Some(name) = &unit.unit.cache else { return Ok(None) };
    let read = [unit.container].into_iter().chain(members.iter().copied());
    let mut trees =
        read.map(|id| cx.digest(id).map(|digest| digest.to_string())).collect::<Result<Vec<_>, _>>()?;
    trees.sort_unstable();
    let environment = Digest::of(format!("{} {}", unit.arch, trees.join(" ")).as_bytes());
    Ok(Some(match cx.cache(&format!("{name}-{environment}"))? {
        Some(cache) => cache,
        None => directories.fresh("cache").map_err(|error| ActionError::io("make", "a cache", error))?,
    }))
}

/// All that the steps of a unit need.
pub(crate) struct Prepared {
    pub(crate) directories: Directories,
    /// Without a command.
    pub(crate) spec: Spec,
    /// The layers of `$SRCDIR` itself, the uppermost first.
    pub(crate) sources: Vec<PathBuf>,
}

/// How a task's script is run.
pub(crate) fn command(script: &Script) -> Vec<String> {
    ["/bin/sh", "-eu", &format!("/build/steps/{}", script.file)].map(str::to_owned).into()
}

fn write_files(unit: &Unit, directories: &Directories) -> Result<(), ActionError> {
    unit.files.iter().try_for_each(|file| {
        let mode = if file.executable { 0o755 } else { 0o644 };
        write(&directories.path("files").join(&file.path), &file.content, mode)
    })
}

fn write_scripts(scripts: &Scripts, directories: &Directories) -> Result<(), ActionError> {
    let steps = directories.path("steps");
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
