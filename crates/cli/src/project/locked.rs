//! A project that is bound to its lock: planned, and made ready to be built.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use yoe_build::{Builder, Fetching, Reporter};
use yoe_fetch::images::Registries;
use yoe_fetch::{host, snapshot_digest};
use yoe_keys::packages;
use yoe_model::{Cancel, Digest, Locked, Project, Source, TreeFilter};
use yoe_package::Signer;
use yoe_plan::{Graph, Options, Plan, WorkingTrees};
use yoe_store::Store;

use super::{ModuleTrees, client};
use crate::error::{CommandError, Kind};
use crate::{interrupt, paths, settings, ui};

/// A project with its lock.
pub struct LockedProject {
    /// Its directory.
    pub root: PathBuf,
    /// The project.
    pub project: Project<Locked>,
    /// Where results are.
    pub store: Store,
    /// The trees of its modules.
    pub modules: ModuleTrees,
}

/// A project that can be built.
pub struct BuildableProject {
    locked: LockedProject,
    signer: Signer,
}

impl LockedProject {
    /// Plans these targets, or the project's image when there are none, in order to see what would be done.
    pub fn plan(&self, targets: &[String]) -> Result<Plan, CommandError> {
        let signer = packages::existing(&paths::keys()?, &self.project.name)?;
        // Nothing was ever signed by a key that is yet to be made, so any digest that no key has will do.
        let signer = signer.as_ref().map_or_else(|| Ok(Digest::of(b"")), digest)?;
        let (targets, trees) = self.with_working_trees(targets)?;
        self.plan_signed_by(&targets, &trees, signer)
    }

    /// Plans these targets, or the project's image when there are none, in order to build them. The project's first build makes
    /// the key that signs its packages.
    pub fn buildable(self, targets: &[String]) -> Result<(BuildableProject, Plan), CommandError> {
        let keys = paths::keys()?;
        let existing = packages::existing(&keys, &self.project.name)?;
        let (targets, trees) = self.with_working_trees(targets)?;
        let signer = match existing {
            Some(signer) => signer,
            None => {
                // A command that cannot be carried out makes no key.
                self.plan_signed_by(&targets, &trees, Digest::of(b""))?;
                make_signer(&keys, &self.project.name)?
            }
        };
        let plan = self.plan_signed_by(&targets, &trees, digest(&signer)?)?;
        Ok((BuildableProject { locked: self, signer }, plan))
    }

    /// These targets, or the project's image when there are none, and the working trees that they need.
    fn with_working_trees(&self, targets: &[String]) -> Result<(Vec<String>, WorkingTrees), CommandError> {
        let default = || self.project.default_image.clone().into_iter().collect();
        let targets: Vec<String> = if targets.is_empty() { default() } else { targets.to_vec() };
        if targets.is_empty() {
            return Err(CommandError::user("there is nothing to build: the project has no default image")
                .hint("name a unit or an image"));
        }
        let trees = self.working_trees(&targets)?;
        Ok((targets, trees))
    }

    fn plan_signed_by(
        &self,
        targets: &[String],
        trees: &WorkingTrees,
        signer: Digest,
    ) -> Result<Plan, CommandError> {
        let options = Options {
            signer,
            package_rules: yoe_package::REVISION,
            image_rules: yoe_image::REVISION,
            oci_rules: yoe_oci::REVISION,
            kernel_rules: yoe_kernel::REVISION,
        };
        yoe_plan::plan(&self.project, trees, targets, &options)
            .map_err(|error| CommandError::user(error.to_string()))
    }

    /// Digests of the working trees that these targets need, as they are now. Others are not read: they may be large, or
    /// broken.
    fn working_trees(&self, targets: &[String]) -> Result<WorkingTrees, CommandError> {
        let graph =
            Graph::new(&self.project, targets).map_err(|error| CommandError::user(error.to_string()))?;
        let mut found = WorkingTrees::new();
        let units = graph.order.iter().filter_map(|name| self.project.units.get(name));
        for entry in units.flat_map(|unit| &unit.sources) {
            let (Source::Path { path, exclude }, key) = (&entry.source, entry.source.key()) else { continue };
            if found.contains_key(&key) {
                continue;
            }
            let digest =
                snapshot_digest(&self.root.join(path), &TreeFilter::new(exclude)).map_err(|error| {
                    CommandError::user(format!("{}: the working tree {path:?} cannot be read", entry.origin))
                        .because(error)
                })?;
            found.insert(key, digest);
        }
        Ok(found)
    }
}

impl BuildableProject {
    /// Plans these targets, or the project's image when there are none.
    pub fn plan(&self, targets: &[String]) -> Result<Plan, CommandError> {
        let (targets, trees) = self.locked.with_working_trees(targets)?;
        self.locked.plan_signed_by(&targets, &trees, digest(&self.signer)?)
    }

    /// Where results are.
    pub fn store(&self) -> &Store {
        &self.locked.store
    }

    /// A builder that reports to `reporter` and ends when the user interrupts.
    pub fn builder(self, reporter: impl Into<Arc<dyn Reporter>>) -> Result<Builder, CommandError> {
        let Self { locked: LockedProject { root, project, store, modules }, signer } = self;
        let cancel = Cancel::from_flag(interrupt::flag()?);
        let go = host::go_settings(&paths::host()).map_err(|error| CommandError::of(Kind::Config, error))?;
        let session = store.session()?;
        modules.used_by(&store)?;
        let client = client(cancel.clone())?;
        let registries = Registries::new(client.clone(), project.mirrors.clone(), paths::docker());
        Ok(Builder {
            fetching: Fetching { client, registries, mirrors: project.mirrors.clone(), go, project: root },
            project,
            session,
            store,
            signer,
            cores: settings::jobs(),
            keep_going: false,
            cancel,
            reporter: reporter.into(),
        })
    }
}

fn digest(signer: &Signer) -> Result<Digest, CommandError> {
    let public = signer.public_key().map_err(|error| {
        CommandError::new(Kind::Internal, "the signing key has no public half").because(error)
    })?;
    Ok(Digest::of(public.to_pem().as_bytes()))
}

/// Makes the key that signs packages, and says so.
fn make_signer(keys: &Path, project: &str) -> Result<Signer, CommandError> {
    let made = packages::make(keys, project)?;
    if made.new {
        ui::note(&format!("made a key that signs packages: {}", packages::path(keys, project).display()));
    }
    Ok(made.signer)
}
