//! Project and targets in, [`Graph`] and [`Plan`] out. Pure: no I/O, no clock, no environment.
//!
//! Everything that is built is an [`Action`] with a key: the SHA-256 digest of its named inputs. Keys are recursive:
//! the key of a dependency stands for all that went into it, so a plan knows every key before anything is built.
//!
//! # Every input and the key that it enters
//!
//! | part | unit | package | source | container | root | disk | oci | registry image | what it is |
//! |---|---|---|---|---|---|---|---|---|---|
//! | `rules` | x | x | x | x | x | x | x | x | version of this program's own behaviour for the kind of action |
//! | `arch` | x | x | | | x | x | x | | the architecture that is built for |
//! | `machine` | if scope is machine | | | | | x | | | name, kernel unit and command line of the machine |
//! | `identity` | x | x | | | | | | | name, version and release |
//! | `container` | x | | | | | x | if it is a copy of one | | key of the container action |
//! | `environment` | x | | | | | | | | variables of the unit |
//! | `files` | x | | | | | | | | the unit's own directory |
//! | `patches` | x | | | | | | | | names of the patches, in order |
//! | `tasks` | x | | | | | | | | tasks and their steps |
//! | `source N` | x | | | | | | | | key of the Nth source action |
//! | `directories` | x | | | | | | | | the directories that sources are put into |
//! | `dep NAME` | x | | | | | | | | key of a unit in the sysroot |
//! | `unit` | | x | | | | | | | key of the unit action that is packaged |
//! | `metadata` | | x | | | | | | | description, licence, names of runtime_deps, provides, replaces, conffiles, setuid, host_paths_ok |
//! | `runtime NAME` | | x | | | | | | | key of a unit that must be on the device with it |
//! | `signer` | | x | | | | | | | digest of the public half of the signing key |
//! | `content` | | | x | x | | | | x | digests of the bytes that are fetched, and which of Debian's patches are applied; of a registry's image those of manifest, configuration and layers |
//! | `only` | | | x | | | | | | the parts of an archive that are unpacked |
//! | `additions` | | | | x | | | | | links and files that are added to the packages |
//! | `image` | | | | | x | x | x | | name, version and host name; of an OCI image also its description and the units that it names |
//! | `artifacts` | | | | | x | | | | the units that the image names, which its list of wanted packages holds |
//! | `etc` | | | | | x | | | | what becomes of changes to /etc |
//! | `users` | | | | | if there are any | | | | accounts of the image |
//! | `timezone` | | | | | if there is one | | | | the time zone of the image |
//! | `budget` | | | | | x | x | | | limits of the image |
//! | `epoch` | | | | | x | x | x | | the time that stands for "now" |
//! | `package NAME` | | | | | x | | x | | key of a package in the root |
//! | `policy` | | | | | if there is one | | | | which images the device may run: rules, keys and the default |
//! | `workloads` | | | | | if it has some | | | | the workloads: their Compose files, the files next to them, what they are called |
//! | `OCI image NAME` | | | | | x | | | | key of an OCI image of a workload |
//! | `registry image NAME` | | | | | x | | | | key of a registry's image of a workload |
//! | `init` | | | | | x | | | | what the services are rendered for |
//! | `notice` | | | | | if it is to hold one | | | | key of the texts of licences |
//! | `services` | | | | | x | | | | services of the units in the root |
//! | `layout` | | | | | | x | | | partitions and file systems |
//! | `contract` | | | | | | x | | | runtimes that the kernel must carry, and the revision of the rules |
//! | `boot manager` | | | | | | x | | | key of the container with the boot manager, when it is not that of the tools |
//! | `root` | | | | | | x | | | key of the root action |
//! | `kernel` | | | | | | x | | | key of the kernel's unit action |
//! | `format` | | | | | | | x | | revision of the code that writes OCI images |
//! | `config` | | | | | | | x | | how a container of the OCI image is run |
//!
//! The `notice` of an image, which is planned where `image(notice = True)` asks for it, has parts of its own: `rules`, `image` (name and
//! version), `licences` (what units and containers say of licences), and for each thing that it reads the key of the action that gave it.
//!
//! Left out on purpose: where a definition stands in its file, where bytes are fetched from, descriptions of machines
//! and images, how QEMU runs a machine, an image's tests and releases,
//! the cache of a unit's compiler, and what units say for papers alone.

mod action;
mod error;
mod graph;
mod image;
mod key;
mod notice;
mod oci;
mod planner;
mod registry_image;
mod relations;
mod texts;
mod unit;

pub use action::{
    Action, ActionId, ActionKind, ContainerAction, DiskAction, Fetch, NoticeAction, OciAction, PackageAction,
    Patches, RegistryImageAction, RootAction, SourceAction, SourceInput, UnitAction,
};
pub use error::PlanError;
pub use graph::{Graph, Target};
pub use key::{Key, UNIT_EPOCH};
pub use planner::{Options, Plan, WorkingTrees, plan};
pub use relations::{Change, Edge, EdgeKind, Impact, Loads, Paths, Place, Relations, Step, Why};
pub use texts::texts;

#[cfg(test)]
mod tests;
