//! Why a command ended without its result: one exit code for each reason.

use std::path::{Path, PathBuf};

use yoe_bundle::archive::ArchiveError;
use yoe_bundle::{IndexError, ManifestError, TrustError};
use yoe_disk::bootable::BootableError;
use yoe_disk::gpt::GptError;
use yoe_disk::verity::CmdlineError;
use yoe_program::FileError;

use crate::machine::{AdmitError, NoEffectError};

/// Whether it is of use to ask once more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Again {
    /// The server would say the same.
    Never,
    /// After a pause.
    Soon,
    /// After this many seconds, which the server asks for.
    After(u64),
    /// At once, for the whole file: the server does not give out parts as it should.
    Whole,
}

/// Why a command ended without its result. Whatever is said before a write leaves the disk as it was.
#[derive(Debug, thiserror::Error)]
pub enum UpdaterError {
    /// The command line is wrong.
    #[error("{0}")]
    Usage(String),
    /// A file of this system cannot be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// A file of this system is not what it should be.
    #[error("cannot parse {}: {problem}", path.display())]
    Content {
        /// Which one.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// The disk has no partition table.
    #[error("the disk {} cannot be used", path.display())]
    Table {
        /// The disk.
        path: PathBuf,
        /// Why.
        source: GptError,
    },
    /// The system was not started from a slot.
    #[error("this system was not started from a slot of its disk")]
    NoSlot(#[source] CmdlineError),
    /// A partition is not there.
    #[error("the disk has no partition {0:?}: this device does not have two slots")]
    NoPartition(&'static str),
    /// Another updater runs.
    #[error("another updater is running")]
    Busy,
    /// The EFI system partition has to be mended, and cannot be while it is mounted.
    #[error("{} has a file with two names, which can be repaired only while unmounted", .0.display())]
    Mounted(PathBuf),
    /// For another machine.
    #[error("the update is for {found}; this machine is {machine:?}")]
    WrongMachine {
        /// Which ones.
        found: String,
        /// This one.
        machine: String,
    },
    /// For another image.
    #[error("the update is of {found}; this device runs {image:?}")]
    WrongImage {
        /// Which ones.
        found: String,
        /// This one.
        image: String,
    },
    /// A workload alone.
    #[error("the update is of workload {0:?} alone; install it with --workload {0}")]
    WorkloadAlone(String),
    /// Nothing of this workload.
    #[error("the update has no workload {workload:?} for this device; it has {found}")]
    NoWorkload {
        /// What there is.
        found: String,
        /// What was asked for.
        workload: String,
    },
    /// The device runs none.
    #[error("this device runs no workloads: there is no {}", .0.display())]
    NoWorkloads(PathBuf),
    /// The program that runs workloads refuses.
    #[error("yoe-workload {command}: {printed}")]
    Workload {
        /// What was asked of it.
        command: &'static str,
        /// The end of what it said.
        printed: String,
    },
    /// Older than what runs.
    #[error("the update is version {version}, older than version {running} that runs")]
    OlderVersion {
        /// Of the update.
        version: String,
        /// That runs.
        running: String,
    },
    /// The metadata is not trusted.
    #[error("the update is not trusted")]
    Metadata(#[source] TrustError),
    /// Nobody may sign updates for this device.
    #[error(
        "this device trusts nobody, so it takes no updates: there is neither {} nor the credential {}; build the image with \
         the public part of its keys (`yoe keys export`, updates(root = …)), or hand the device the credential",
        image.display(),
        credential.display()
    )]
    NoTrust {
        /// Where an image has its root metadata.
        image: PathBuf,
        /// Where a credential would be.
        credential: PathBuf,
    },
    /// The root metadata of this device is damaged.
    #[error("the root metadata of this device, {}, cannot be used", path.display())]
    Trust {
        /// Where it is.
        path: PathBuf,
        /// Why.
        source: TrustError,
    },
    /// The manifest cannot be used.
    #[error("the manifest of the update cannot be used")]
    Manifest(#[source] ManifestError),
    /// The index cannot be used.
    #[error("the index of the update cannot be used")]
    Index(#[source] IndexError),
    /// Not a bundle.
    #[error("{origin} is not a bundle")]
    Archive {
        /// Where it comes from.
        origin: String,
        /// Why not.
        source: ArchiveError,
    },
    /// A bundle with members that none has.
    #[error("{origin} is not a bundle: it has {problem}")]
    Members {
        /// Where it comes from.
        origin: String,
        /// What is wrong with its members.
        problem: &'static str,
    },
    /// Something is larger than anything of its kind.
    #[error("{origin} has more than {limit} bytes, and nothing of its kind is as large")]
    Oversized {
        /// Where it comes from.
        origin: String,
        /// Bytes that it may have.
        limit: u64,
    },
    /// A bundle on a server without the newest version.
    #[error(
        "{origin} lists version {version} and does not hold it: a server that leaves the newest version out holds devices back; \
         to install an older version, fetch its bundle and give its path"
    )]
    LeftOut {
        /// Where it comes from.
        origin: String,
        /// The newest version.
        version: String,
    },
    /// Something is cut off.
    #[error("{origin} is cut off: it has {have} bytes and should have {need}")]
    Truncated {
        /// Where it comes from.
        origin: String,
        /// Its length.
        have: u64,
        /// The length that it should have.
        need: u64,
    },
    /// Something is damaged.
    #[error("{origin} is damaged: its digest is not the signed one")]
    Damaged {
        /// Where it comes from.
        origin: String,
    },
    /// Something is not there.
    #[error("{origin} is not there")]
    Missing {
        /// Where it should be.
        origin: String,
    },
    /// The network or a medium failed.
    #[error("{origin} cannot be fetched: {problem}")]
    Fetch {
        /// Where it comes from.
        origin: String,
        /// What went wrong.
        problem: String,
        /// Whether it is of use to ask once more.
        again: Again,
    },
    /// A server does not give something out.
    #[error("{origin}: the server refused access ({status}), as some do for missing files")]
    Forbidden {
        /// Where it should be.
        origin: String,
        /// The status.
        status: u16,
    },
    /// Too little space.
    #[error("{place} has {have} bytes for the update and it needs {need}")]
    Space {
        /// Where.
        place: String,
        /// What there is.
        have: u64,
        /// What it takes.
        need: u64,
    },
    /// Not now.
    #[error(transparent)]
    Refused(#[from] AdmitError),
    /// Firmware would not start it.
    #[error(
        "the update's kernel is not signed, and the firmware of this device refuses what is not: Secure Boot is on"
    )]
    Unsigned,
    /// The kernel of the update would not start its root.
    #[error("the update's kernel image cannot start its root: the publisher made a mistake")]
    NotBootable(#[source] BootableError),
    /// What is published as the version that runs is not what runs.
    #[error(
        "{origin} has another version {version} than the one that runs: its root differs, so its papers are not of this device"
    )]
    OtherRoot {
        /// The repository.
        origin: String,
        /// The version.
        version: String,
    },
    /// A step had no effect.
    #[error("{0}: the disk does not keep what is written to it, or another program undoes it")]
    NoEffect(#[from] NoEffectError),
    /// What was written does not come back.
    #[error("what was written to {0} reads back differently: the disk is failing")]
    ReadBack(String),
    /// Checks did not pass.
    #[error("not good: {}", .0.join("; "))]
    Checks(Vec<String>),
}

impl UpdaterError {
    /// An error of a file, for `map_err`.
    pub fn file(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let error = FileError::new(action, path);
        move |source| Self::File(error(source))
    }

    /// A word for programs, and the exit code: documented in docs/reference/updater.md.
    pub fn kind(&self) -> (&'static str, u8) {
        match self {
            Self::Usage(_) => ("usage", 2),
            Self::File(error) if error.source.kind() == std::io::ErrorKind::StorageFull => ("space", 20),
            Self::File(_) | Self::Content { .. } | Self::Table { .. } => ("system", 3),
            Self::NoSlot(_) | Self::NoPartition(_) | Self::Trust { .. } => ("system", 3),
            Self::Busy | Self::Mounted(_) => ("busy", 4),
            Self::WrongMachine { .. } => ("wrong-machine", 10),
            Self::WrongImage { .. } | Self::WorkloadAlone(_) => ("wrong-image", 11),
            Self::OlderVersion { .. } => ("older-version", 12),
            Self::NoWorkload { .. } | Self::NoWorkloads(_) => ("no-workload", 29),
            Self::Workload { .. } => ("workload", 32),
            Self::Metadata(TrustError::Signatures { .. }) => ("signature", 13),
            Self::Metadata(TrustError::Expired { .. }) => ("expired", 14),
            Self::Metadata(TrustError::Older { .. }) => ("replay", 15),
            Self::Metadata(TrustError::Malformed { .. } | TrustError::Mismatch { .. }) => ("damaged", 16),
            Self::Manifest(_) | Self::Index(_) | Self::Archive { .. } | Self::Damaged { .. } => {
                ("damaged", 16)
            }
            Self::Members { .. } | Self::Oversized { .. } => ("damaged", 16),
            Self::Truncated { .. } => ("truncated", 17),
            Self::Missing { .. } | Self::LeftOut { .. } => ("missing", 18),
            Self::Fetch { .. } | Self::Forbidden { .. } => ("fetch", 19),
            Self::Space { .. } => ("space", 20),
            Self::Refused(AdmitError::OnTrial) => ("on-trial", 21),
            Self::Refused(AdmitError::SameRoot) => ("same-root", 22),
            Self::Refused(AdmitError::NothingToReturnTo) => ("nothing-to-return-to", 23),
            Self::Refused(AdmitError::NoEntry) => ("no-entry", 24),
            Self::NoTrust { .. } => ("no-root", 25),
            Self::Unsigned => ("unsigned", 26),
            Self::NotBootable(_) => ("not-bootable", 27),
            Self::OtherRoot { .. } => ("other-root", 28),
            Self::ReadBack(_) | Self::NoEffect(_) => ("read-back", 30),
            Self::Checks(_) => ("checks", 31),
        }
    }
}
