//! What most commands begin with: the project, its lock, the store, a builder.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use yoe_build::{BuildError, Builder, Failure, Reporter};
use yoe_fetch::client::{Client, FetchError, Proxy, Settings};
use yoe_fetch::lock::file::parse;
use yoe_fetch::snapshot_digest;
use yoe_model::Cancel;
use yoe_model::{Digest, Lock, Locked, Mirrors, Project, Source, TreeFilter, Unlocked};
use yoe_package::Signer;
use yoe_plan::{Graph, Options, Plan};
use yoe_store::Store;

use crate::error::{CommandError, Kind};
use crate::{cargo_client, go_client, interrupt, mirrors, paths, signing};

/// The name of the lock file, in the project's folder.
pub const LOCK: &str = "yoe.lock";

/// An evaluated project and where it is.
pub struct Evaluated {
    /// Its folder.
    pub root: PathBuf,
    /// What was evaluated.
    pub project: Project<Unlocked>,
}

/// A project that can be built.
pub struct Ready {
    /// Its folder.
    pub root: PathBuf,
    /// The project with its lock.
    pub project: Project<Locked>,
    /// Where results are.
    pub store: Store,
    /// Signs its packages; absent as long as nothing was built.
    signer: Option<Signer>,
}

/// Evaluates the project that the current folder is in.
pub fn evaluate(machine: Option<&str>) -> Result<Evaluated, CommandError> {
    let root = paths::project_root()?;
    let options = yoe_lang::Options { machine: machine.map(str::to_owned) };
    let project = yoe_lang::load(&root, &options)
        .map_err(|diagnostics| CommandError::diagnostics(diagnostics.render().trim_end().to_owned()))?;
    Ok(Evaluated { root, project })
}

/// The name of the project that the current directory is in. Its images and units need not be there yet.
pub fn project_name() -> Result<String, CommandError> {
    yoe_lang::name(&paths::project_root()?)
        .map_err(|diagnostics| CommandError::diagnostics(diagnostics.render().trim_end().to_owned()))
}

impl Evaluated {
    /// Every archive that the project speaks of, with its addresses.
    pub fn mirrors(&self) -> Mirrors {
        let containers = self.project.containers.values().map(|container| container.archive.clone());
        let sources = self.project.units.values().flat_map(|unit| &unit.sources);
        let sources = sources.filter_map(|entry| entry.source.archive().map(str::to_owned));
        mirrors::all(&self.project.mirrors, containers.chain(sources))
    }

    /// The lock file; absent when there is none.
    pub fn read_lock(&self) -> Result<Option<Lock>, CommandError> {
        let path = self.root.join(LOCK);
        match std::fs::read_to_string(&path) {
            Ok(text) => match merge_marker(&text) {
                Some(line) => Err(unmerged(line)),
                // Some editors put a byte order mark first; it says nothing.
                None => parse(text.strip_prefix('\u{feff}').unwrap_or(&text)).map(Some).map_err(|error| {
                    CommandError::user(format!("{LOCK} cannot be understood")).because(error).hint(
                        "take it back from version control; `yoe lock --update` writes a new one, with the newest \
                         version of everything",
                    )
                }),
            },
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(CommandError::config(format!("{LOCK} cannot be read")).because(error)),
        }
    }

    /// Binds the project to its lock.
    pub fn ready(self) -> Result<Ready, CommandError> {
        let lock = self
            .read_lock()?
            .ok_or_else(|| CommandError::user(format!("the project has no {LOCK}")).hint("run `yoe lock`"))?;
        self.with_lock(lock)
    }

    /// Binds the project to this lock.
    pub fn with_lock(mut self, lock: Lock) -> Result<Ready, CommandError> {
        self.project.mirrors = self.mirrors();
        let project = self.project.lock(lock, BTreeMap::new()).map_err(|mismatches| {
            let lines: Vec<String> = mismatches.iter().map(|mismatch| format!("  {mismatch}")).collect();
            CommandError::user(format!("{LOCK} does not fit the project:\n{}", lines.join("\n")))
                .hint("run `yoe lock`")
        })?;
        let signer = signing::existing(&project.name)?;
        Ok(Ready { root: self.root, project, signer, store: open_store()? })
    }
}

/// The first line, counted from 1, at which a version control system marked two sides of a merge.
fn merge_marker(text: &str) -> Option<usize> {
    const MARKERS: [&str; 3] = ["<<<<<<<", "=======", ">>>>>>>"];
    let marks = |line: &str| MARKERS.iter().any(|marker| line.starts_with(marker));
    text.lines().position(marks).map(|index| index + 1)
}

fn unmerged(line: usize) -> CommandError {
    CommandError::user(format!("{LOCK} holds both sides of a merge: line {line} is a marker of its conflict")).hint(
        format!(
            "take either side whole, then let yoe add what it lacks: `git checkout --theirs {LOCK}` (or --ours), \
             `yoe lock`, `git add {LOCK}`"
        ),
    )
}

impl Ready {
    /// Plans these targets, or the project's image when there are none, in order to build them.
    pub fn plan_to_build(&mut self, targets: &[String]) -> Result<Plan, CommandError> {
        let plan = self.plan(targets)?;
        if self.signer.is_some() {
            return Ok(plan);
        }
        // The first build; a command that cannot be carried out has not come this far.
        self.signer = Some(signing::make(&self.project.name)?);
        self.plan(targets)
    }

    /// Plans these targets, or the project's image when there are none, in order to look at the plan.
    pub fn plan(&mut self, targets: &[String]) -> Result<Plan, CommandError> {
        let default = || self.project.default_image.clone().into_iter().collect();
        let targets: Vec<String> = if targets.is_empty() { default() } else { targets.to_vec() };
        if targets.is_empty() {
            return Err(CommandError::user("there is nothing to build: the project has no default image")
                .hint("name a unit or an image"));
        }
        self.read_working_trees(&targets)?;
        let options = Options {
            signer: self.signer_digest()?,
            package_rules: yoe_package::REVISION,
            image_rules: yoe_image::REVISION,
            oci_rules: yoe_oci::REVISION,
            kernel_rules: yoe_kernel::REVISION,
        };
        yoe_plan::plan(&self.project, &targets, &options)
            .map_err(|error| CommandError::user(error.to_string()))
    }

    /// Digests of the working trees that these targets need, as they are now. Others are nobody's business: they may be
    /// large, or broken.
    fn read_working_trees(&mut self, targets: &[String]) -> Result<(), CommandError> {
        let graph =
            Graph::new(&self.project, targets).map_err(|error| CommandError::user(error.to_string()))?;
        let mut found = BTreeMap::new();
        let units = graph.order.iter().filter_map(|name| self.project.units.get(name));
        for entry in units.flat_map(|unit| &unit.sources) {
            let (Source::Path { path, exclude }, key) = (&entry.source, entry.source.key()) else { continue };
            if self.project.paths.contains_key(&key) || found.contains_key(&key) {
                continue;
            }
            let digest =
                snapshot_digest(&self.root.join(path), &TreeFilter::new(exclude)).map_err(|error| {
                    CommandError::user(format!("{}: the working tree {path:?} cannot be read", entry.origin))
                        .because(error)
                })?;
            found.insert(key, digest);
        }
        self.project.paths.extend(found);
        Ok(())
    }

    fn signer_digest(&self) -> Result<Digest, CommandError> {
        // Nothing was ever signed by a key that is yet to be made, so any digest that no key has will do.
        let Some(signer) = &self.signer else { return Ok(Digest::of(b"")) };
        let public = signer.public_key().map_err(|error| {
            CommandError::new(Kind::Internal, "the signing key has no public half").because(error)
        })?;
        Ok(Digest::of(public.to_pem().as_bytes()))
    }

    /// A builder that reports to `reporter` and ends when the user interrupts.
    pub fn builder(self, reporter: Box<dyn Reporter>) -> Result<Builder, CommandError> {
        let signer = self.signer.map_or_else(|| signing::make(&self.project.name), Ok)?;
        let cancel = Cancel::from_flag(interrupt::flag()?);
        let client = client(cancel.clone())?;
        let session = self.store.session().map_err(store_error)?;
        Ok(Builder {
            session,
            store: self.store,
            client,
            mirrors: self.project.mirrors.clone(),
            go: go_client::settings()?,
            project: self.root,
            signer,
            cores: paths::cores(),
            cancel,
            reporter: Arc::from(reporter),
        })
    }
}

/// Makes sure that steps can be isolated, before anything is fetched for them.
pub fn isolation() -> Result<(), CommandError> {
    yoe_sandbox::probe()
        .map_err(|why| CommandError::config("steps cannot be isolated on this machine").because(why))
}

/// A client for downloads, by the proxy that the environment names.
pub fn client(cancel: Cancel) -> Result<Client, CommandError> {
    let settings = Settings { proxy: Proxy::Environment, ..Settings::default() };
    Client::new(settings, cancel)
        .map_err(|error| CommandError::config("nothing can be fetched on this machine").because(error))
}

/// The user's store.
pub fn open_store() -> Result<Store, CommandError> {
    Store::open(&paths::store_root()?).map_err(store_error)
}

/// An error of the store.
pub fn store_error(error: yoe_store::StoreError) -> CommandError {
    CommandError::config("the store cannot be used").because(error).where_to_write("XDG_CACHE_HOME")
}

/// An error of a build.
pub fn build_error(error: BuildError) -> CommandError {
    if matches!(*error.kind, Failure::Interrupted) {
        return CommandError::new(Kind::Interrupted, "the build was ended; what was finished is kept");
    }
    let log = error.log.clone();
    let unit = error.label.strip_prefix("unit ").map(str::to_owned);
    let message = error.to_string();
    let no_registry = matches!(*error.kind, Failure::Fetch(FetchError::NoRegistry { .. }));
    let mut told = CommandError::new(Kind::BuildFailed, message).because(error.kind);
    if let Some(log) = log {
        told = told.hint(format!("the whole output is in {}", log.display()));
    }
    if no_registry {
        let hints = cargo_client::hints(paths::cargo_home().as_deref());
        told = hints.into_iter().fold(told, CommandError::hint);
    }
    match unit {
        Some(unit) => told.hint(format!("`yoe shell {unit}` opens the same sandbox")),
        None => told,
    }
}
