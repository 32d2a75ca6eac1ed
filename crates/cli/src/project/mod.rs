//! What most commands begin with: the project of the current directory, bound to its lock, planned and built.
//!
//! ```text
//! OpenProject ──lock──▶ LockedProject ──buildable──▶ BuildableProject ──builder──▶ Builder ──▶ BuiltTargets
//! ```
//!
//! An [`OpenProject`] is evaluated text. A [`LockedProject`] can be planned, to see what would be done. A
//! [`BuildableProject`] has the key that signs its packages, too.

mod bootable;
mod built;
mod image;
mod lock_file;
mod locked;
pub mod modules;
mod ssh_server;

use std::path::{Path, PathBuf};

use yoe_fetch::client::{Client, Proxy, Settings};
use yoe_fetch::host;
use yoe_keys::SecureBoot;
use yoe_model::{Cancel, Lock, Mirrors, MismatchError, Origin, Project, Unlocked};
use yoe_plan::Target;
use yoe_store::Store;

pub use self::bootable::{Choice, bootable};
pub use self::built::{BuiltTargets, no_package};
pub use self::image::image;
pub use self::lock_file::{LOCK, of_file as lock_of_file, read as read_lock};
pub use self::locked::LockedProject;
pub use self::modules::ModuleTrees;
use crate::error::CommandError;
use crate::{dev, paths, settings, ui};

/// An evaluated project and where it is.
pub struct OpenProject {
    /// Its directory.
    pub root: PathBuf,
    /// What was evaluated.
    pub project: Project<Unlocked>,
    /// The trees of its modules.
    pub modules: ModuleTrees,
}

/// Evaluates the project that the current directory is in.
pub fn open(machine: Option<&str>) -> Result<OpenProject, CommandError> {
    open_at(&paths::project_root()?, machine)
}

/// Evaluates the project in this directory.
pub fn open_at(root: &Path, machine: Option<&str>) -> Result<OpenProject, CommandError> {
    let open = open_as_locked(root, machine)?;
    let (project, working) = dev::taken(root, open.project)?;
    if !working.is_empty() {
        ui::note(&format!("from working trees: {}; --locked leaves them out", working.join(", ")));
    }
    Ok(OpenProject { project, ..open })
}

/// Evaluates the project in this directory, whatever working trees of units there are.
pub fn open_as_locked(root: &Path, machine: Option<&str>) -> Result<OpenProject, CommandError> {
    let modules = modules::locked(root, &modules::named(root)?)?;
    evaluate(root.to_owned(), machine, modules)
}

/// Evaluates a project with these trees of modules.
pub fn evaluate(
    root: PathBuf,
    machine: Option<&str>,
    modules: ModuleTrees,
) -> Result<OpenProject, CommandError> {
    let project = yoe_lang::load(&root, &options(machine, &modules))
        .map_err(|diagnostics| CommandError::diagnostics(diagnostics.render().trim_end().to_owned()))?;
    Ok(OpenProject { root, project, modules })
}

/// What evaluation depends on in addition to the project's files.
pub fn options(machine: Option<&str>, modules: &ModuleTrees) -> yoe_lang::Options {
    yoe_lang::Options {
        machine: machine.map(str::to_owned),
        modules: modules.directories.clone(),
        ..yoe_lang::Options::default()
    }
}

/// Warns of units that speak of an architecture without saying why.
pub fn warn_of_architectures(opened: &OpenProject) {
    let warnings = yoe_lang::architectures(&opened.root, &options(None, &opened.modules));
    if let Some(warnings) = warnings {
        ui::stderr(warnings.render().trim_end());
    }
}

/// What has this name in a project.
///
/// # Errors
/// When nothing has; the near name is in the message.
pub fn target<State>(project: &Project<State>, name: &str) -> Result<Target, CommandError> {
    Target::find(project, name).map_err(|error| CommandError::user(error.to_string()))
}

/// Makes sure that this is the name of a unit.
///
/// # Errors
/// When nothing has this name, or something else; which is in the message.
pub fn unit<State>(project: &Project<State>, name: &str) -> Result<(), CommandError> {
    let target = target(project, name)?;
    if matches!(target, Target::Unit(_)) {
        return Ok(());
    }
    let kind = target.kind();
    let article = if kind.starts_with(['i', 'O']) { "an" } else { "a" };
    Err(CommandError::user(format!("{name:?} is not a unit but {article} {kind}")))
}

/// Where something is defined, as FILE:LINE.
pub fn place(origin: &Origin) -> String {
    format!("{}:{}", origin.file, origin.line)
}

/// The name of the project that the current directory is in. Its images and units need not be there yet.
pub fn name() -> Result<String, CommandError> {
    yoe_lang::name(&paths::project_root()?)
        .map_err(|diagnostics| CommandError::diagnostics(diagnostics.render().trim_end().to_owned()))
}

impl OpenProject {
    /// Every archive and registry that the project speaks of, with its addresses.
    pub fn mirrors(&self) -> Mirrors {
        let containers = self.project.containers.values().map(|container| container.archive.clone());
        let sources = self.project.units.values().flat_map(|unit| &unit.sources);
        let sources = sources.filter_map(|entry| entry.source.archive().map(str::to_owned));
        let registries = self.project.registry_images().map(|(_, image)| image.registry().to_owned());
        let all = containers.chain(sources).chain(registries);
        host::mirrors(&paths::host(), &self.project.mirrors, all)
    }

    /// The lock file; absent when there is none.
    pub fn read_lock(&self) -> Result<Option<Lock>, CommandError> {
        lock_file::read(&self.root)
    }

    /// Binds the project to its lock.
    pub fn lock(self) -> Result<LockedProject, CommandError> {
        let lock = self.read_lock()?.ok_or_else(no_lock)?;
        self.with_lock(lock)
    }

    /// Binds the project to this lock.
    pub fn with_lock(self, lock: Lock) -> Result<LockedProject, CommandError> {
        let mirrors = self.mirrors();
        let project = self.project.with_mirrors(mirrors).lock(lock);
        let project = project.map_err(|mismatches| does_not_fit(&mismatches))?;
        Ok(LockedProject { root: self.root, project, store: open_store()?, modules: self.modules })
    }
}

/// A project that was never locked.
pub fn no_lock() -> CommandError {
    CommandError::user(format!("the project has no {LOCK}")).hint("run `yoe lock`")
}

/// A lock that is of another state of the project.
pub fn does_not_fit(mismatches: &[MismatchError]) -> CommandError {
    let lines: Vec<String> = mismatches.iter().map(|mismatch| format!("  {mismatch}")).collect();
    CommandError::user(format!("{LOCK} does not fit the project:\n{}", lines.join("\n")))
        .hint("run `yoe lock`")
}

/// Makes sure that steps can be isolated, before anything is fetched for them.
pub fn isolation() -> Result<(), CommandError> {
    yoe_sandbox::probe()
        .map_err(|why| CommandError::config("steps cannot be isolated on this machine").because(why))
}

/// The project's keys for Secure Boot; says so when it had none and they were made.
pub fn open_secure_boot(tools: &Path, project: &str, scratch: &Path) -> Result<SecureBoot, CommandError> {
    let secure_boot = SecureBoot::open(tools, &paths::keys()?, project, scratch)?;
    if let Some(keys) = secure_boot.new_keys() {
        ui::note(&format!("made keys for Secure Boot: {}", keys.display()));
    }
    Ok(secure_boot)
}

/// A client for downloads, by the proxy that the environment names.
pub fn client(cancel: Cancel) -> Result<Client, CommandError> {
    let settings =
        Settings { offline: settings::offline(), proxy: Proxy::Environment, ..Settings::default() };
    Client::new(settings, cancel)
        .map_err(|error| CommandError::config("nothing can be fetched on this machine").because(error))
}

/// The user's store.
pub fn open_store() -> Result<Store, CommandError> {
    Ok(Store::open(&paths::store_root()?)?)
}
