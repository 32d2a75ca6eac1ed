//! OCI images: what is assembled from packages and run as a container.

use std::collections::{BTreeMap, BTreeSet};

use crate::content_hash::content_hash;
use crate::{AuditGate, LicensePolicy, Origin};

/// The definition of an OCI image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OciImage {
    /// Unique in the project, and apart from the names of units and images.
    pub name: String,
    /// The tag that it has in a registry.
    pub version: String,
    /// One line.
    pub description: String,
    /// Units whose packages it holds; the closure of their runtime_deps is added. None when it is made of a container.
    pub artifacts: Vec<String>,
    /// The build environment that it is a copy of, in the place of packages.
    pub container: Option<String>,
    /// How a container of it is run.
    pub config: OciConfig,
    /// What it demands of an audit; it is for papers and enters no key.
    pub audit: Option<AuditGate>,
    /// What it demands of the licences of what is in it; it is for papers and enters no key.
    pub licenses: Option<LicensePolicy>,
    /// Where it was written.
    pub origin: Origin,
}

/// How a container is run: the `config` of the OCI image specification 1.1.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OciConfig {
    /// The program and its first arguments.
    pub entrypoint: Vec<String>,
    /// Arguments, or the command without an entry point; a user may give others.
    pub cmd: Vec<String>,
    /// Environment variables.
    pub env: BTreeMap<String, String>,
    /// `user`, `uid`, `user:group` or `uid:gid`; root when empty.
    pub user: String,
    /// The working directory; `/` when empty.
    pub workdir: String,
    /// Labels.
    pub labels: BTreeMap<String, String>,
    /// Ports that a program listens on, such as `80/tcp`.
    pub ports: BTreeSet<String>,
    /// Directories whose content outlives a container.
    pub volumes: BTreeSet<String>,
    /// The signal that asks it to end; the engine's default when absent.
    pub stop_signal: Option<String>,
}

content_hash!(OciConfig { entrypoint, cmd, env, user, workdir, labels, ports, volumes, stop_signal });
