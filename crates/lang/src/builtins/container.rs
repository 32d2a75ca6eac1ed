//! `container`.

use std::collections::{BTreeMap, BTreeSet};

use yoe_model::Container;

use crate::arguments::license::License;
use crate::arguments::paths::{DevicePath, LinkTarget};
use crate::arguments::text::{ContainerPackage, HttpsUrl, KeyFingerprint, Name};
use crate::arguments::{Call, arguments};
use crate::builtins::Builtin;
use crate::definitions::{Definition, Made, Part};
use crate::session::FileKind;

arguments! {
    /// A build environment made of Debian packages. The lock pins each package; none of their scripts run.
    "container" => pub(crate) struct Arguments {
        /// The name that units, images and machines refer to.
        name: Name,
        /// The packages; what they depend on is added by the lock. Of another architecture than this machine's, `name:arm64`, the
        /// package alone is taken: its files are there, none of its programs can be run.
        packages: BTreeSet<ContainerPackage>,
        /// The suite that they come from.
        suite: Name = Name("trixie".to_owned()),
        /// The archive, a key of the project's mirrors.
        archive: Name = Name("debian".to_owned()),
        /// The primary keys that may sign the suite.
        keys: BTreeSet<KeyFingerprint>,
        /// Symbolic links to add, from path to target.
        links: BTreeMap<DevicePath, LinkTarget> = BTreeMap::new(),
        /// Text files to add, from path to text.
        files: BTreeMap<DevicePath, String> = BTreeMap::new(),
        /// Licences of packages that are handed out: boot programs, and what an OCI image is a copy of. They are for papers, and enter no
        /// key.
        licenses: BTreeMap<ContainerPackage, License> = BTreeMap::new(),
        /// Web addresses of those who made them.
        homepages: BTreeMap<ContainerPackage, HttpsUrl> = BTreeMap::new(),
        /// Whether an index past its Valid-Until is accepted.
        accept_expired: bool = false,
    }
}

impl Builtin for Arguments {
    const HOME: Option<FileKind> = Some(FileKind::Container);

    fn make(self, call: &Call<'_>) -> Option<Part> {
        let value = Container {
            name: self.name.into(),
            packages: self.packages.into_iter().map(String::from).collect(),
            suite: self.suite.into(),
            archive: self.archive.into(),
            keys: self.keys.into_iter().map(String::from).collect(),
            accept_expired: self.accept_expired,
            links: self.links.into_iter().map(|(path, target)| (path.into(), target.into())).collect(),
            files: self.files.into_iter().map(|(path, text)| (path.into(), text)).collect(),
            licenses: self
                .licenses
                .into_iter()
                .map(|(name, license)| (name.into(), license.into()))
                .collect(),
            homepages: self.homepages.into_iter().map(|(name, url)| (name.into(), url.into())).collect(),
            origin: call.site.origin(),
        };
        call.session.define(Definition::Container(Made { value, site: call.site.clone() }));
        None
    }
}
