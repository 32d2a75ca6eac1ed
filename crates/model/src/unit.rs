//! A unit: the smallest thing that is built and packaged.

use std::collections::BTreeMap;

use crate::{ContentHash, Digest, Fingerprint, Origin, Service, SourceEntry, Task, UnitFile, Vex};

/// A unit, as its `.star` file defines it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    /// Unique in the project; also the name of its package.
    pub name: String,
    /// Upstream's version.
    pub version: String,
    /// Counts our own changes to the same upstream version; the `-rN` of the package.
    pub release: u32,
    /// One line.
    pub description: String,
    /// An SPDX licence expression.
    pub license: String,
    /// The licences of what is linked into its programs, by `NAME@VERSION` of the component. Like the six that follow, they are for
    /// papers and enter no key.
    pub licenses: BTreeMap<String, String>,
    /// The SPDX expression of what is linked into its programs, where that is not what [`Unit::license`] says.
    pub linked_license: Option<String>,
    /// The files of its sources that hold the texts of its licence, by path in `$SRCDIR`, with the digest of each as somebody read it.
    pub license_files: BTreeMap<String, Digest>,
    /// The web address of the project that it comes from.
    pub homepage: Option<String>,
    /// Its name in the dictionary of platforms (CPE 2.3, formatted string) that advisories are filed under.
    pub cpe: Option<String>,
    /// What its author says of known holes.
    pub vex: Vec<Vex>,
    /// Units whose code its programs hold, because they are linked statically.
    pub contains: Vec<String>,
    /// Laid into `$SRCDIR` in this order.
    pub sources: Vec<SourceEntry>,
    /// Applied to `$SRCDIR` in this order; paths of [`Unit::files`].
    pub patches: Vec<String>,
    /// Units whose packages are in the sysroot when this one builds.
    pub deps: Vec<String>,
    /// Units whose packages must be on the device with this one.
    pub runtime_deps: Vec<String>,
    /// Further names that this package satisfies.
    pub provides: Vec<String>,
    /// Packages that this one takes the place of.
    pub replaces: Vec<String>,
    /// Absolute device paths that a user may edit.
    pub conffiles: Vec<String>,
    /// The container (build environment) its steps run in.
    pub container: String,
    /// What is done, in order.
    pub tasks: Vec<Task>,
    /// Services that its programs can run as.
    pub services: Vec<Service>,
    /// Additional environment variables of its steps.
    pub environment: BTreeMap<String, String>,
    /// What the result depends on.
    pub scope: Scope,
    /// Absolute device paths that may carry a setuid or setgid bit.
    pub setuid: Vec<String>,
    /// Whether text of the build's own paths in the output is accepted.
    pub host_paths_ok: bool,
    /// Name of the directory that its compiler's cache stays in between builds. It enters no key: a cache changes how long a
    /// build takes and nothing else.
    pub cache: Option<String>,
    /// Every file of the unit's own directory, by path.
    pub files: Vec<UnitFile>,
    /// Where it was written.
    pub origin: Origin,
}

/// What a unit's result depends on, in addition to its inputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The architecture: one result for all machines of it.
    Arch,
    /// The machine.
    Machine,
    /// Neither: the package is marked `noarch`.
    NoArch,
}

impl Scope {
    /// As written in a definition.
    pub fn as_str(self) -> &'static str {
        match self {
            Scope::Arch => "arch",
            Scope::Machine => "machine",
            Scope::NoArch => "noarch",
        }
    }
}

impl ContentHash for Scope {
    fn hash(&self, into: &mut Fingerprint) {
        self.as_str().hash(into);
    }
}

impl Unit {
    /// A unit that does nothing, with the language's defaults for everything else. Its licence and the container that its steps
    /// run in, which have no default, are to be filled in.
    pub fn new(name: impl Into<String>, version: impl Into<String>, origin: Origin) -> Self {
        Self {
            name: name.into(),
            version: version.into(),
            release: 0,
            description: String::new(),
            license: String::new(),
            licenses: BTreeMap::new(),
            linked_license: None,
            license_files: BTreeMap::new(),
            homepage: None,
            cpe: None,
            vex: Vec::new(),
            contains: Vec::new(),
            sources: Vec::new(),
            patches: Vec::new(),
            deps: Vec::new(),
            runtime_deps: Vec::new(),
            provides: Vec::new(),
            replaces: Vec::new(),
            conffiles: Vec::new(),
            container: String::new(),
            tasks: Vec::new(),
            services: Vec::new(),
            environment: BTreeMap::new(),
            scope: Scope::Arch,
            setuid: Vec::new(),
            host_paths_ok: false,
            cache: None,
            files: Vec::new(),
            origin,
        }
    }

    /// The unit's file at this path of its directory.
    pub fn file(&self, path: &str) -> Option<&UnitFile> {
        self.files.iter().find(|file| file.path == path)
    }

    /// Version and release as packages carry them: `1.2.5-r0`.
    pub fn package_version(&self) -> String {
        format!("{}-r{}", self.version, self.release)
    }
}
