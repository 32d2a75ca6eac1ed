//! What can go wrong while building.

use std::path::PathBuf;

use yoe_fetch::SnapshotError;
use yoe_fetch::client::FetchError;
use yoe_fetch::images::{DocumentError, RegistryError};
use yoe_fetch::patches::PatchesError;
use yoe_fetch::unpack::UnpackError;
use yoe_model::Origin;
use yoe_sandbox::SandboxError;
use yoe_store::StoreError;
use yoe_tree::TreeError;

use crate::configuration_error::ConfigurationError;
use crate::schedule::Failures;

/// Why an action gave no result.
#[derive(Debug, thiserror::Error)]
#[error("{}{label}{} failed", place(.wanted), user(.wanted))]
pub struct BuildError {
    /// The action.
    pub label: String,
    /// The unit whose steps the action runs.
    pub unit: Option<String>,
    /// Of what is fetched: what wants it, such as `unit "musl"`, and where that names it.
    pub wanted: Option<(String, Origin)>,
    /// What went wrong.
    #[source]
    pub kind: Box<ActionError>,
    /// Where its output is.
    pub log: Option<PathBuf>,
    /// What else failed.
    pub others: Vec<BuildError>,
    /// Actions that did not begin, since one that they need failed; 0 where a build ends at its first failure.
    pub left: usize,
}

impl BuildError {
    /// Of an action, or of what is called this.
    pub(crate) fn of(label: impl Into<String>, kind: ActionError) -> Self {
        Self {
            label: label.into(),
            unit: None,
            wanted: None,
            kind: Box::new(kind),
            log: None,
            others: Vec::new(),
            left: 0,
        }
    }

    /// All that failed in one build. That it was interrupted counts more than what failed before.
    pub(crate) fn all(failures: Failures<Self>) -> Self {
        let Failures { first, mut others, left } = failures;
        match others.iter().position(|error| matches!(*error.kind, ActionError::Interrupted)) {
            Some(place) => others.swap_remove(place),
            None => Self { others, left, ..first },
        }
    }
}

fn place(wanted: &Option<(String, Origin)>) -> String {
    wanted.as_ref().map(|(_, origin)| format!("{origin}: ")).unwrap_or_default()
}

fn user(wanted: &Option<(String, Origin)>) -> String {
    wanted.as_ref().map(|(unit, _)| format!(" of {unit}")).unwrap_or_default()
}

/// What went wrong in an action.
#[derive(Debug, thiserror::Error)]
pub enum ActionError {
    /// A step ended with an error.
    #[error("task {task:?} ended with {exit}; the last lines of its output:\n{tail}")]
    Step {
        /// The task.
        task: String,
        /// How it ended.
        exit: String,
        /// The last lines of its output.
        tail: String,
    },
    /// A patch of Debian's does not apply as it stands.
    #[error(
        "patch {patch} of {archive} does not apply{place}: {problem}; the last lines of its output:\n{tail}"
    )]
    Patch {
        /// The patch.
        patch: String,
        /// The file that holds it.
        archive: String,
        /// The file that it changes and the line there, empty or with ` to ` in front.
        place: String,
        /// Why not.
        problem: String,
        /// The last lines of the output of the program that applies it.
        tail: String,
    },
    /// The patches of a source cannot be used.
    #[error(transparent)]
    Patches(#[from] PatchesError),
    /// A configuration is not what was asked for.
    #[error("task {task:?}: the configuration is not what the fragments ask for")]
    Kconfig {
        /// The task.
        task: String,
        /// What is wrong with it.
        #[source]
        problem: Box<ConfigurationError>,
    },
    /// What a unit left cannot be packaged.
    #[error("the package of unit {unit:?} is not right:\n{}", .problems.iter().map(|p| format!("  - {p}\n")).collect::<String>())]
    Package {
        /// The unit.
        unit: String,
        /// Everything that is wrong.
        problems: Vec<String>,
    },
    /// What an action left is not what others need of it; such as a link that leads out of its tree.
    #[error("{maker} left something that cannot be used")]
    Tree {
        /// The action that left it.
        maker: String,
        /// The path, and what is wrong with it.
        #[source]
        source: TreeError,
    },
    /// A tool left no file where it should.
    #[error("the tools of task {task:?} left no usable file at {path}")]
    Output {
        /// The task.
        task: String,
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: std::io::Error,
    },
    /// The image cannot be made from its packages.
    #[error("the image cannot be assembled")]
    Image(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The texts of licences for a device cannot be collected.
    #[error("the texts of licences cannot be collected")]
    Notice(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The kernel cannot carry what the image runs.
    #[error("the kernel does not keep the image's contract")]
    Contract(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// An archive of packages could not be written or read.
    #[error("a package could not be written")]
    Archive(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Fetching failed.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// An image of a registry could not be fetched.
    #[error(transparent)]
    Registry(RegistryError),
    /// The configuration of a registry's image cannot be used.
    #[error("the configuration of the image cannot be used")]
    Configuration(#[source] DocumentError),
    /// A layer of a registry's image is not what its configuration says, so that no engine would run it.
    #[error(
        "layer {layer} is not what the image's configuration says (unpacked, expected SHA-256 {expected} but got {found}): who          pushed the image made a mistake, and no engine would run it"
    )]
    Layer {
        /// The layer, from 1.
        layer: usize,
        /// The digest that the configuration has.
        expected: yoe_model::Digest,
        /// That of what came.
        found: yoe_model::Digest,
    },
    /// A client unpacked something else than what the lock names.
    #[error(
        "{key} is not what was locked (expected {expected} but got {found}): either what is served under this version has \
         changed, or the Go client's settings lead to somebody who serves something else"
    )]
    NotAsLocked {
        /// The source.
        key: String,
        /// The digest in the lock.
        expected: yoe_model::Digest,
        /// The digest of what was unpacked.
        found: yoe_model::Digest,
    },
    /// Unpacking failed.
    #[error(transparent)]
    Unpack(#[from] UnpackError),
    /// A working tree could not be copied.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    /// A working tree is not the one that the plan was made for.
    #[error("the working tree {} was changed while the build ran; build again", path.display())]
    TreeChanged {
        /// The tree.
        path: PathBuf,
    },
    /// The sandbox could not be made.
    #[error(transparent)]
    Sandbox(#[from] SandboxError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A file of the build could not be written or read.
    #[error("{doing} {path}")]
    Io {
        /// What was being done.
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// The reason.
        source: std::io::Error,
    },
    /// A tree that an action gave is not in the store any more.
    #[error("tree {0} is not in the store any more")]
    Gone(yoe_model::Digest),
    /// An action ran before its inputs. This is a mistake of the schedule.
    #[error("an input has no result yet")]
    Missing,
    /// The user asked for the end.
    #[error("interrupted")]
    Interrupted,
}

impl From<RegistryError> for ActionError {
    fn from(error: RegistryError) -> Self {
        match error {
            RegistryError::Fetch(error) => ActionError::Fetch(error),
            other => ActionError::Registry(other),
        }
    }
}

impl ActionError {
    pub(crate) fn io(doing: &'static str, path: impl Into<PathBuf>, source: std::io::Error) -> Self {
        ActionError::Io { doing, path: path.into(), source }
    }
}
