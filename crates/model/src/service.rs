//! Services as typed data, rendered for the image's init.

use std::collections::BTreeMap;

use crate::content_hash::content_hash;
use crate::{ContentHash, Fingerprint, Origin};

/// A supervised program on the device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// Unique within an image.
    pub name: String,
    /// Absolute program path, then its arguments.
    pub command: Vec<String>,
    /// Names of the services and milestones that come before it.
    pub needs: Vec<String>,
    /// A command that succeeds when the service is up; empty when being started is being up.
    pub ready: Vec<String>,
    /// When it is started again.
    pub restart: Restart,
    /// Resource limits by their name in setrlimit(2) without `RLIMIT_`, in lower case.
    pub limits: BTreeMap<String, u64>,
    /// Its environment.
    pub environment: BTreeMap<String, String>,
    /// Where it was written.
    pub origin: Origin,
}

content_hash!(Service { name, command, needs, ready, restart, limits, environment } ignoring { origin });

/// When a service that ended is started again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Restart {
    /// However it ended.
    Always,
    /// When it ended with an error.
    OnFailure,
    /// Not at all.
    Never,
}

impl Restart {
    /// As written in a definition.
    pub fn as_str(self) -> &'static str {
        match self {
            Restart::Always => "always",
            Restart::OnFailure => "on-failure",
            Restart::Never => "never",
        }
    }
}

impl ContentHash for Restart {
    fn hash(&self, into: &mut Fingerprint) {
        self.as_str().hash(into);
    }
}
