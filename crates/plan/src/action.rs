//! Actions: what is executed, complete and without reference to the project.

use std::collections::BTreeMap;
use std::sync::Arc;

use yoe_model::{
    Arch, ArchiveFile, DebianPatches, Digest, GoModule, Image, ImageName, LockedManifest, LockedPackage,
    Machine, OciImage, Origin, Unit, Workload, WorkloadImage,
};

/// An action's place in its plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ActionId(pub usize);

/// Something that is built once for its key. Its result is one tree.
#[derive(Debug, Clone)]
pub struct Action {
    /// The digest of `parts`; the same key means the same result.
    pub key: Digest,
    /// What a person calls it, such as `unit musl`; unique in its plan.
    pub label: String,
    /// What to do.
    pub kind: ActionKind,
    /// Actions whose results it reads. Each comes earlier in the plan.
    pub inputs: Vec<ActionId>,
    /// Its named inputs, to tell which one changed.
    pub parts: BTreeMap<String, Digest>,
    /// Parts that stand for the result of another action. Their keys can be replaced by the digests of what those
    /// actions gave, so that an input which was rebuilt to the same bytes does not rebuild this one.
    pub results: BTreeMap<String, ActionId>,
}

/// What an action does.
#[derive(Debug, Clone)]
pub enum ActionKind {
    /// Fetches and unpacks a source.
    Source(SourceAction),
    /// Fetches packages and unpacks a build environment.
    Container(ContainerAction),
    /// Runs a unit's steps.
    Unit(UnitAction),
    /// Checks and packages what a unit left.
    Package(PackageAction),
    /// Collects the texts of licences.
    Notice(Box<NoticeAction>),
    /// Merges packages into a root tree.
    Root(Box<RootAction>),
    /// Makes the disk.
    Disk(Box<DiskAction>),
    /// Makes an OCI image.
    OciImage(Box<OciAction>),
    /// Fetches an image of a registry.
    RegistryImage(Box<RegistryImageAction>),
}

impl ActionKind {
    /// The kind's name, which keeps keys of different kinds apart.
    pub fn name(&self) -> &'static str {
        match self {
            ActionKind::Source(_) => "source",
            ActionKind::Container(_) => "container",
            ActionKind::Unit(_) => "unit",
            ActionKind::Package(_) => "package",
            ActionKind::Notice(_) => "notice",
            ActionKind::Root(_) => "root",
            ActionKind::Disk(_) => "disk",
            ActionKind::OciImage(_) => "oci",
            ActionKind::RegistryImage(_) => "registry image",
        }
    }
}

/// Fetches and unpacks a source.
#[derive(Debug, Clone)]
pub struct SourceAction {
    /// What to fetch.
    pub fetch: Fetch,
    /// Path prefixes that are unpacked; all of it when empty.
    pub only: Vec<String>,
    /// What the lock calls the source.
    pub key: String,
    /// The unit that it was planned for; others may use it too.
    pub user: String,
    /// Where that unit names it.
    pub origin: Origin,
}

/// What is fetched, with all that the lock says of it.
#[derive(Debug, Clone)]
pub enum Fetch {
    /// A file on a web server.
    Https {
        /// Places that serve it, tried in order.
        urls: Vec<String>,
        /// What the file is called.
        name: String,
        /// Of the file as served.
        sha256: Digest,
        /// Whether it is an archive to unpack; otherwise it stays one file.
        unpack: bool,
    },
    /// The archive of a Rust crate.
    Crate {
        /// Its name in its registry.
        name: String,
        /// Its full version.
        version: String,
        /// Of the `.crate` file as served.
        sha256: Digest,
    },
    /// The upstream tarballs of a Debian source package.
    Debian {
        /// The tarballs.
        files: Vec<ArchiveFile>,
        /// Debian's own patches, where some are applied.
        patches: Option<Patches>,
    },
    /// An archive inside of a Debian binary package.
    DebianPackage {
        /// The package.
        package: ArchiveFile,
        /// The archive's path in it.
        archive: String,
    },
    /// A commit of a git repository.
    Git {
        /// Where the repository is served.
        url: String,
        /// The full commit name.
        commit: String,
        /// The container that holds git.
        container: ActionId,
    },
    /// A Go module with every module that it needs.
    GoModule {
        /// The module.
        module: GoModule,
        /// The container that holds the Go client.
        container: ActionId,
        /// The digest of its tree, by the lock.
        tree: Digest,
    },
    /// A working tree on this machine.
    Path {
        /// Relative to the project.
        path: String,
        /// What of it is left out; see [`TreeFilter`](yoe_model::TreeFilter).
        exclude: Vec<String>,
        /// The digest of the tree that the plan was made for.
        tree: Digest,
    },
}

/// Patches of a Debian source package that are applied.
#[derive(Debug, Clone)]
pub struct Patches {
    /// The file that holds them.
    pub file: ArchiveFile,
    /// Which of them are applied.
    pub wanted: DebianPatches,
    /// The container that holds patch(1).
    pub container: ActionId,
}

/// Fetches packages and unpacks a build environment.
#[derive(Debug, Clone)]
pub struct ContainerAction {
    /// The container's name.
    pub name: String,
    /// Its packages.
    pub packages: Vec<LockedPackage>,
    /// Symbolic links to add, absolute path to target.
    pub links: BTreeMap<String, String>,
    /// Text files to add, absolute path to text.
    pub files: BTreeMap<String, String>,
}

/// One source of a unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceInput {
    /// The action that fetches it.
    pub action: ActionId,
    /// Directory below `$SRCDIR`; empty for `$SRCDIR` itself.
    pub into: String,
}

/// Runs a unit's steps.
#[derive(Debug, Clone)]
pub struct UnitAction {
    /// The unit.
    pub unit: Arc<Unit>,
    /// The architecture that it is built for.
    pub arch: Arch,
    /// Its build environment.
    pub container: ActionId,
    /// Its sources, in order.
    pub sources: Vec<SourceInput>,
    /// Direct members of its sysroot; the rest follows along their own.
    pub sysroot: Vec<ActionId>,
}

/// Checks and packages what a unit left.
#[derive(Debug, Clone)]
pub struct PackageAction {
    /// The unit.
    pub unit: Arc<Unit>,
    /// The architecture that it was built for.
    pub arch: Arch,
    /// The unit's action.
    pub built: ActionId,
    /// Units that will be on the device with it.
    pub runtime: Vec<ActionId>,
}

/// Merges packages into a root tree.
#[derive(Debug, Clone)]
pub struct RootAction {
    /// The image.
    pub image: Image,
    /// The architecture.
    pub arch: Arch,
    /// Packages, each with its unit, ordered by name.
    pub packages: Vec<(Arc<Unit>, ActionId)>,
    /// The workloads that it brings along.
    pub workloads: Vec<Arc<Workload>>,
    /// The images that they are made of.
    pub images: BTreeMap<WorkloadImage, ActionId>,
    /// The texts of licences, where they are to be on the device.
    pub notice: Option<ActionId>,
    /// Seconds since 1970 that stand for "now".
    pub epoch: u64,
}

/// Collects the texts of the licences of all that an image is handed out with. It reads what units left, which says what is linked in,
/// and the trees of their sources, which hold the texts.
#[derive(Debug, Clone)]
pub struct NoticeAction {
    /// The image.
    pub image: Image,
    /// The architecture.
    pub arch: Arch,
    /// The units whose packages are in the root, by name.
    pub units: Vec<Arc<Unit>>,
    /// The images of its workloads.
    pub images: BTreeMap<WorkloadImage, ActionId>,
    /// The kernel's unit.
    pub kernel: Arc<Unit>,
    /// The containers that hold boot programs.
    pub boot: Vec<ActionId>,
    /// What units and containers say of licences.
    pub said: Vec<String>,
}

/// Makes the disk.
#[derive(Debug, Clone)]
pub struct DiskAction {
    /// The image.
    pub image: Image,
    /// The machine it is for.
    pub machine: Machine,
    /// The container that holds the image tools.
    pub container: ActionId,
    /// The container that holds the boot manager, when it is another one.
    pub boot_manager: Option<ActionId>,
    /// The root tree.
    pub root: ActionId,
    /// The kernel's unit.
    pub kernel: ActionId,
    /// Seconds since 1970 that stand for "now".
    pub epoch: u64,
}

/// Makes an OCI image.
#[derive(Debug, Clone)]
pub struct OciAction {
    /// The image.
    pub image: OciImage,
    /// The architecture.
    pub arch: Arch,
    /// Packages, each with its unit, ordered by name.
    pub packages: Vec<(Arc<Unit>, ActionId)>,
    /// The container that it is a copy of, with what the lock names for it.
    pub container: Option<(ActionId, Vec<LockedPackage>)>,
    /// Seconds since 1970 that stand for "now".
    pub epoch: u64,
}

/// Fetches an image of a registry.
#[derive(Debug, Clone)]
pub struct RegistryImageAction {
    /// Its name.
    pub name: ImageName,
    /// The architecture.
    pub arch: Arch,
    /// What the lock says of it.
    pub image: LockedManifest,
    /// The workload that it was planned for; others may use it too.
    pub user: String,
    /// Where that workload was written.
    pub origin: Origin,
}
