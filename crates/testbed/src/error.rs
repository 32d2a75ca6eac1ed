//! What can go wrong around a device under test. That a test fails is not an error.

use std::error::Error;
use std::io;
use std::path::PathBuf;

use yoe_image::update::UpdateError;
use yoe_keys::KeysError;
use yoe_model::Size;
use yoe_vm::CredentialError;

/// Why an image cannot be booted, served or tested.
#[derive(Debug, thiserror::Error)]
pub enum TestbedError {
    /// This host does not do what it should: the words say what.
    #[error("{what}")]
    Host {
        /// What could not be done.
        what: String,
        /// The reason.
        source: Box<dyn Error + Send + Sync>,
    },
    /// A disk file of the user's cannot be used.
    #[error("the disk {} cannot be {doing}", path.display())]
    DiskFile {
        /// The file.
        path: PathBuf,
        /// What was to be done: `made`, `written`, `found`.
        doing: &'static str,
        /// The reason.
        source: io::Error,
    },
    /// The disk that was asked for is smaller than the image.
    #[error("a disk of {have} is too small for image {image:?}: expected at least {need}")]
    SmallDisk {
        /// The image.
        image: String,
        /// What was asked for.
        have: Size,
        /// What the image takes.
        need: Size,
    },
    /// The project lacks the container of the update server.
    #[error("the releases of image {image:?} cannot be served: there is no container {container:?}")]
    NoUpdateServer {
        /// The image.
        image: String,
        /// The container.
        container: &'static str,
    },
    /// A server did not start.
    #[error("the {server} could not be started: {why}{tail}")]
    Server {
        /// What it is called.
        server: &'static str,
        /// What happened instead.
        why: String,
        /// The last lines of its log, each after a line break.
        tail: String,
        /// Its whole log.
        log: PathBuf,
    },
    /// Something that a device is to be given cannot be a credential. This is a mistake of this program.
    #[error(transparent)]
    Credential(#[from] CredentialError),
    /// Nothing of the image says when a device is well.
    #[error(
        "image {0:?} has no workloads, by whose health a fault could be judged; image(workloads = […]) names some"
    )]
    NoWorkloads(String),
    /// No test of the image cuts the power.
    #[error("no test of image {0:?} has a sweep that could cut the power")]
    NoSweep(String),
    /// The directory for records of tests cannot be made.
    #[error("the records of tests cannot be kept")]
    Records(#[source] io::Error),
    /// The image's tests never ran.
    #[error("image {0:?} has no record of its tests")]
    NoRecord(String),
    /// The record of a test run cannot be read.
    #[error("{} {problem}", path.display())]
    Record {
        /// The image whose tests it is of.
        image: String,
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: &'static str,
        /// The reason.
        source: Box<dyn Error + Send + Sync>,
    },
    /// Keys cannot be used.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// An update for the update server cannot be made.
    #[error(transparent)]
    Update(#[from] UpdateError),
}

impl TestbedError {
    /// This host did not do `what`.
    pub(crate) fn host(what: impl Into<String>, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Host { what: what.into(), source: source.into() }
    }
}
