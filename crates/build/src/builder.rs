//! All that executing a plan needs.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use yoe_fetch::client::Client;
use yoe_fetch::images::Registries;
use yoe_model::{Cancel, Digest, Locked, Mirrors, Project};
use yoe_package::Signer;
use yoe_store::{Session, Store};

use crate::error::ActionError;
use crate::reporter::Reporter;
use crate::schedule::Lanes;

/// What sources come by: the network, and the project's working trees. No other action may see it.
pub struct Fetching {
    /// Fetches.
    pub client: Client,
    /// Fetches images of registries.
    pub registries: Registries,
    /// Base addresses of archives.
    pub mirrors: Mirrors,
    /// Settings of the Go client, as variables of its environment.
    pub go: BTreeMap<String, String>,
    /// The project's directory, which `path()` sources are relative to.
    pub project: PathBuf,
}

/// Everything that executing a plan needs.
pub struct Builder {
    /// What is built.
    pub project: Project<Locked>,
    /// Where results go.
    pub store: Store,
    /// Keeps garbage collection away from what is used.
    pub session: Session,
    /// What sources come by.
    pub fetching: Fetching,
    /// Signs packages.
    pub signer: Signer,
    /// Processors that a unit may use.
    pub cores: usize,
    /// Whether what needs nothing that failed is made after a failure, too.
    pub keep_going: bool,
    /// Ends the build.
    pub cancel: Cancel,
    /// Is told what happens.
    pub reporter: Arc<dyn Reporter>,
}

impl Builder {
    pub(crate) fn lanes(&self) -> Lanes {
        Lanes { fetch: 2, compute: self.cores.max(1), keep_going: self.keep_going }
    }

    /// The directory of a tree that is known to be in the store.
    pub(crate) fn tree(&self, digest: &Digest) -> Result<PathBuf, ActionError> {
        self.store.tree(digest)?.ok_or(ActionError::Gone(*digest))
    }
}
