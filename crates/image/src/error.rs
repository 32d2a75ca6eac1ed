//! What can go wrong with an image.

use std::io;
use std::path::{Path, PathBuf};

use yoe_model::{Arch, Origin, Size};
use yoe_package::PackageError;

use crate::services::ServiceError;

/// Why an image cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum ImageError {
    /// The operating system refused.
    #[error("cannot {doing} {}", path.display())]
    Io {
        /// What was tried.
        doing: &'static str,
        /// On which file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A boot program that the machine's firmware would not start.
    #[error(
        "/{path} {found}; machine {machine:?} needs it for {arch}: was it built for another machine, or does the container hold it of \
         another architecture?"
    )]
    BootProgram {
        /// Where its maker left it.
        path: String,
        /// What it is instead.
        found: String,
        /// The machine.
        machine: String,
        /// Its architecture.
        arch: Arch,
    },
    /// A package cannot be used.
    #[error("cannot take a package into the image")]
    Package(#[from] PackageError),
    /// An OCI image of a workload is not what it should be.
    #[error("the OCI image {image:?} of a workload has no manifest that can be read")]
    WorkloadImage {
        /// The OCI image.
        image: String,
    },
    /// A service waits for another's health, which nobody checks.
    #[error(
        "{origin}: a service of workload {workload:?} waits until {service:?} is healthy, and its image {image} has no health check; \
         write a `healthcheck` for {service:?} in the Compose file, or `service_started`"
    )]
    NeverHealthy {
        /// Where the workload is defined.
        origin: Origin,
        /// The workload.
        workload: String,
        /// The service that is waited for.
        service: String,
        /// Its image.
        image: String,
    },
    /// A version with a workload that does not run would be taken for a good one.
    #[error(
        "{origin}: the workload {workload:?} is required, but what makes a version of image {image:?} a good one does not ask for it; \
         write `workloads = True` in updates(…), or `required = False` in the workload"
    )]
    WorkloadNotAsked {
        /// Where the workload is defined.
        origin: Origin,
        /// The workload.
        workload: String,
        /// The image.
        image: String,
    },
    /// Nothing in the image goes by its policy.
    #[error(
        "{origin}: image {image:?} has a policy, and nothing in it judges images; add \"image-policy\" to its artifacts, with containerd as the engine"
    )]
    PolicyOfNobody {
        /// Where the image is defined.
        origin: Origin,
        /// The image.
        image: String,
    },
    /// What judges images would refuse them all.
    #[error(
        "{origin}: image {image:?} holds what judges images, and has no policy; write `policy = policy(…)`, or take \"image-policy\" out of its artifacts"
    )]
    PolicyMissing {
        /// Where the image is defined.
        origin: Origin,
        /// The image.
        image: String,
    },
    /// The smallest disk cannot hold what the device may come to need.
    #[error(
        "{origin}: image {image:?} needs a disk of {need}, and the smallest is {have}: {parts}; enlarge `budget(disk = …)`, \
         or make images, volumes or logs of its workloads smaller"
    )]
    DiskTooSmall {
        /// Where the image is defined.
        origin: Origin,
        /// The image.
        image: String,
        /// The smallest disk that would do.
        need: Size,
        /// The smallest disk that was named.
        have: Size,
        /// What it is needed for.
        parts: String,
    },
    /// An OCI image could not be written.
    #[error("the OCI image cannot be written")]
    Oci(#[from] yoe_oci::OciError),
    /// Two packages hold the same file.
    #[error(
        "packages {first:?} and {second:?} both hold /{path}; drop one of them, or let one name the other in its replaces"
    )]
    Conflict {
        /// Relative to the root.
        path: String,
        /// The package that came first.
        first: String,
        /// The package that came second.
        second: String,
    },
    /// One package has a directory where another has a file or a link.
    #[error("/{path} is {first_kind} in package {first:?} and {second_kind} in package {second:?}")]
    Kinds {
        /// Relative to the root.
        path: String,
        /// The package that came first.
        first: String,
        /// What it is there.
        first_kind: &'static str,
        /// The package that came second.
        second: String,
        /// What it is there.
        second_kind: &'static str,
    },
    /// A file's parent is not a directory.
    #[error(
        "package {package:?} holds /{path}, but /{parent} is {kind} of package {other:?}; install it where the link leads"
    )]
    BelowLink {
        /// Relative to the root.
        path: String,
        /// Its package.
        package: String,
        /// The parent.
        parent: String,
        /// What the parent is.
        kind: &'static str,
        /// The parent's package.
        other: String,
    },
    /// A hard link to something that is not there.
    #[error("package {package:?} holds /{path} as a hard link to /{target}, which is not a file in it")]
    HardLink {
        /// Relative to the root.
        path: String,
        /// Its package.
        package: String,
        /// What it links to.
        target: String,
    },
    /// The same package twice.
    #[error("package {0:?} was given twice")]
    Twice(String),
    /// A package for another processor.
    #[error("package {package:?} is for {found}; the image is for {expected}")]
    Arch {
        /// The package.
        package: String,
        /// Its architecture.
        found: String,
        /// The image's.
        expected: String,
    },
    /// Services that cannot run.
    #[error("{}", list(.0))]
    Services(Vec<ServiceError>),
    /// A field of the image cannot be used.
    #[error("{origin}: {field} {value:?} of image {image:?} {problem}")]
    Field {
        /// Where the image is defined.
        origin: Origin,
        /// The image.
        image: String,
        /// The field.
        field: &'static str,
        /// Its value.
        value: String,
        /// What is wrong, and what was expected.
        problem: &'static str,
    },
    /// More files than the budget allows.
    #[error(
        "{origin}: the files of image {image:?} take {have}, its budget is {budget}; largest: {largest}; take packages out or raise budget(rootfs = …)"
    )]
    Budget {
        /// Where the image is defined.
        origin: Origin,
        /// The image.
        image: String,
        /// Sum of the sizes of its files.
        have: Size,
        /// What was allowed.
        budget: Size,
        /// The largest packages with their sizes.
        largest: String,
    },
    /// The root does not fit its partition.
    #[error(
        "{origin}: the root file system of image {image:?} needs {need}{}, its partition has {have}; raise {field} = … of the layout, or take packages out",
        growth.as_ref().map(|growth| format!(" ({growth})")).unwrap_or_default()
    )]
    SlotTooSmall {
        /// Where the image is defined.
        origin: Origin,
        /// The image.
        image: String,
        /// Room that is wanted.
        need: Size,
        /// Room that there is.
        have: Size,
        /// The layout's argument that says so.
        field: &'static str,
        /// How the need came about, when not by the file system's size alone.
        growth: Option<String>,
    },
    /// Kernel and boot manager do not fit the EFI system partition.
    #[error(
        "{origin}: the EFI system partition of image {image:?} needs {need}{}, it has {have}; raise esp = … of the layout",
        if *kernels > 1 { format!(" (a kernel for each of {kernels} slots)") } else { String::new() }
    )]
    EspTooSmall {
        /// Where the image is defined.
        origin: Origin,
        /// The image.
        image: String,
        /// Room that is wanted.
        need: Size,
        /// Size of the partition.
        have: Size,
        /// How many kernels it must hold.
        kernels: u64,
    },
    /// The tools did not say how the root is verified.
    #[error("{} does not hold the number of blocks and the root hash: {text:?}", path.display())]
    Verity {
        /// The file.
        path: PathBuf,
        /// What it holds.
        text: String,
    },
    /// A manifest that this crate did not write.
    #[error("{} is not the manifest of an image", path.display())]
    Manifest {
        /// The file.
        path: PathBuf,
        /// Why.
        source: serde_json::Error,
    },
}

fn list(problems: &[ServiceError]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

impl ImageError {
    pub(crate) fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| ImageError::Io { doing, path: path.to_owned(), source }
    }
}
