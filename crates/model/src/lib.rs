//! What every stage of yoe speaks of: units, containers, machines, images, sources, digests and the lock.
//!
//! Plain data without I/O. A [`Project`] is complete once it exists: no field waits for a later stage to fill it in.
//! Building takes a [`Project<Locked>`]; a [`Project<Unlocked>`] becomes one by [`Project::lock`].

mod audit;
mod cancel;
mod container;
mod content_hash;
mod credential;
mod digest;
mod file;
mod image;
mod image_name;
mod image_policy;
mod image_test;
mod license_policy;
mod lock;
mod lock_changes;
mod locked_image;
mod machine;
mod module;
mod near;
mod oci;
mod origin;
mod patch_header;
mod project;
mod release;
mod service;
pub mod shell;
mod size;
mod source;
mod task;
mod tree_filter;
mod unit;
mod user;
mod vex;
mod workload;

pub use audit::{AuditGate, HoleLevel};
pub use cancel::Cancel;
pub use container::Container;
pub use content_hash::{ContentHash, Fingerprint};
pub use credential::is_credential_name;
pub use digest::{Digest, DigestError};
pub use file::UnitFile;
pub use image::{Budget, DataSize, Etc, Image, Init, Layout, RootFormat, RootSize, Slots};
pub use image_name::{ImageName, ImageNameError};
pub use image_policy::{ImagePolicy, PolicyDefault};
pub use image_test::{ImageTest, Measure, MeasureUnit, Reach, Registry, Sweep, TestBoot};
pub use license_policy::LicensePolicy;
pub use lock::{
    ArchiveFile, Lock, LockedContainer, LockedModule, LockedPackage, LockedSource, LockedSuite, LockedTree,
    MismatchError,
};
pub use lock_changes::{EntryChange, LockChanges};
pub use locked_image::{LockedBlob, LockedImage, LockedManifest};
pub use machine::{Arch, Kernel, Machine, Qemu};
pub use module::{Module, ModuleSource, Revision};
pub use near::nearest;
pub use oci::{OciConfig, OciImage};
pub use origin::Origin;
pub use patch_header::{PatchHeader, PatchHeaderError};
pub use project::{Definitions, Locked, Mirrors, Project, Publisher, Unlocked};
pub use release::Release;
pub use service::{Children, OomScore, Restart, RestartLimit, Service, ServiceKind, Signal, Stop};
pub use size::{Size, SizeError};
pub use source::{
    ARCHIVE_ENDINGS, CRATES, DebianPatches, DebianSuite, GoModule, Source, SourceEntry, go_escaped,
    name_in_url,
};
pub use task::{Step, Task};
pub use tree_filter::{TreeFilter, is_editors_file};
pub use unit::{Scope, Unit};
pub use user::User;
pub use vex::{Judgement, Justification, Vex, VexStatus};
pub use workload::{Workload, WorkloadHealth, WorkloadImage, WorkloadService};
