//! `oci_image`.

use std::collections::{BTreeMap, BTreeSet};

use yoe_model::{AuditGate, LicensePolicy, OciConfig, OciImage};

use crate::arguments::oci::{OciName, OciPort, OciTag, Signal, User};
use crate::arguments::paths::DevicePath;
use crate::arguments::text::{Line, Name, UnitName, Variable};
use crate::arguments::{Call, arguments};
use crate::builtins::Builtin;
use crate::definitions::{Definition, Made, Part};
use crate::problem::{Place, Problem};
use crate::session::FileKind;

arguments! {
    /// A container image, as an OCI image layout and as an archive of that. It is assembled from packages as images are, or is
    /// a copy of a container: of locked Debian packages, for programs that are linked to glibc.
    "oci_image" => pub(crate) struct Arguments {
        /// The name, unique in the project and apart from the names of units and images. It names the repository.
        name: OciName,
        /// The tag that it has in a registry.
        version: OciTag = OciTag("0.1.0".to_owned()),
        /// The units whose packages it holds; what they need at run time is added.
        artifacts: Vec<UnitName> = Vec::new(),
        /// The container that it is a copy of, in the place of `artifacts`. All in it belongs to root; the packages' scripts did
        /// not run, so accounts and settings that they make come by the container's `files`. For the host's architecture alone.
        container: Option<Name> = None,
        /// The program and its first arguments.
        entrypoint: Vec<String> = Vec::new(),
        /// Further arguments, or the whole command where there is no entry point; whoever runs it may give others.
        cmd: Vec<String> = Vec::new(),
        /// Environment variables of the program. `PATH` is set unless it is named.
        env: BTreeMap<Variable, String> = BTreeMap::new(),
        /// Who the program runs as: `NAME`, `UID`, `NAME:GROUP` or `UID:GID`.
        user: Option<User> = None,
        /// Its working directory.
        workdir: Option<DevicePath> = None,
        /// Labels, by name.
        labels: BTreeMap<Line, String> = BTreeMap::new(),
        /// Ports that the program listens on, such as `"80/tcp"`.
        ports: Vec<OciPort> = Vec::new(),
        /// Directories whose content outlives a container.
        volumes: Vec<DevicePath> = Vec::new(),
        /// The signal that asks the program to end, such as `"SIGTERM"`.
        stop_signal: Option<Signal> = None,
        /// Which known holes may not be in what is handed out. It changes nothing that is built.
        audit: Option<AuditGate> = None,
        /// What is demanded of the licences of what is in it. It changes nothing that is built.
        licenses: Option<LicensePolicy> = None,
        /// What it is, in one line.
        description: String = String::new(),
    }
}

impl Builtin for Arguments {
    const HOME: Option<FileKind> = Some(FileKind::Image);

    fn make(self, call: &Call<'_>) -> Option<Part> {
        if self.entrypoint.is_empty() && self.cmd.is_empty() {
            let place = Place::Call(call.site.clone());
            let message = format!("the OCI image `{}` has nothing to run", self.name.0);
            call.report(Problem::error(place, message).expected("an `entrypoint` or a `cmd`"));
            return None;
        }
        if self.artifacts.is_empty() == self.container.is_none() {
            let what = if self.artifacts.is_empty() { "is made of nothing" } else { "is made of two things" };
            let message = format!("the OCI image `{}` {what}", self.name.0);
            let problem = Problem::error(Place::Call(call.site.clone()), message);
            call.report(problem.expected("either `artifacts` or a `container`"));
            return None;
        }
        let text = |value: Option<String>| value.unwrap_or_default();
        let config = OciConfig {
            entrypoint: self.entrypoint,
            cmd: self.cmd,
            env: self.env.into_iter().map(|(name, value)| (name.into(), value)).collect(),
            user: text(self.user.map(String::from)),
            workdir: text(self.workdir.map(String::from)),
            labels: self.labels.into_iter().map(|(name, value)| (name.into(), value)).collect(),
            ports: self.ports.into_iter().map(String::from).collect::<BTreeSet<_>>(),
            volumes: self.volumes.into_iter().map(String::from).collect(),
            stop_signal: self.stop_signal.map(String::from),
        };
        let value = OciImage {
            name: self.name.into(),
            version: self.version.into(),
            description: self.description,
            artifacts: self.artifacts.into_iter().map(String::from).collect(),
            container: self.container.map(String::from),
            config,
            audit: self.audit,
            licenses: self.licenses,
            origin: call.site.origin(),
        };
        call.session.define(Definition::OciImage(Made { value, site: call.site.clone() }));
        None
    }
}
