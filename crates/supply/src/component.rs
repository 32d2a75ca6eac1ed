//! Components and files.

/// How one component is in another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Link {
    /// It is a part of it.
    Contains,
    /// Its code was linked into programs of it.
    Static,
    /// It must be there when it runs.
    Needs,
}

/// What a component is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A package that a unit made.
    Package,
    /// What a unit was made from: upstream's source, or the project's own.
    Source,
    /// A Go module.
    GoModule,
    /// A Rust crate.
    Crate,
    /// A binary package of Debian.
    Debian,
    /// A container image of a workload.
    Image,
}

/// A component. What is absent is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Component {
    /// What it is.
    pub kind: Kind,
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// One line; may be empty.
    pub description: String,
    /// Its package URL.
    pub purl: String,
    /// Its name in the dictionary of platforms.
    pub cpe: Option<String>,
    /// The SPDX expression of its licence, as whoever made it declares it.
    pub license: Option<String>,
    /// Of a package, the expression that its unit says of what is linked in.
    pub linked_license: Option<String>,
    /// A web address of who made it.
    pub homepage: Option<String>,
    /// The file that it is handed out as: of a package.
    pub artifact: Option<FileEntry>,
    /// The file that it was made from, as it was fetched.
    pub source: Option<SourceFile>,
    /// SHA-256 in hexadecimal digits of what stands for it where it is served, where that is no file of [`Component::source`]: of a Go
    /// module the digest of its files that `go.sum` has.
    pub sum: Option<String>,
    /// What it was derived from without being it: Debian's package of which the patches were not all applied.
    pub ancestors: Vec<Ancestor>,
    /// Patches that were applied to it.
    pub patches: Vec<AppliedPatch>,
    /// What a reader must know to read it right.
    pub note: Option<String>,
}

impl Component {
    /// SHA-256 of what it was made from as it is served, in hexadecimal digits.
    pub fn sha256(&self) -> Option<&str> {
        self.sum.as_deref().or_else(|| self.source.as_ref()?.sha256.as_deref())
    }
}

/// A file as it was fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// Where it is served to everybody; absent when nobody said so.
    pub url: Option<String>,
    /// Its SHA-256 digest, in hexadecimal digits; absent when the lock holds a digest of another form.
    pub sha256: Option<String>,
}

/// What a component was derived from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ancestor {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its package URL.
    pub purl: String,
}

/// A patch.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct AppliedPatch {
    /// The name of its file.
    pub name: String,
    /// Names of the holes that it closes.
    pub closes: Vec<String>,
    /// Whether it is Debian's; otherwise the unit's own.
    pub debian: bool,
}

/// A file of the target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileEntry {
    /// Its path without a slash at the beginning; of an artifact, its name.
    pub path: String,
    /// Its size in bytes.
    pub size: u64,
    /// SHA-512 in hexadecimal digits.
    pub sha512: String,
    /// What it is.
    pub kind: FileKind,
}

/// What a file is, in the terms of BSI TR-03183-2, 5.2.2.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FileKind {
    /// A program, a library, or a script.
    pub executable: bool,
    /// Other files lie in it.
    pub archive: bool,
    /// It keeps what it is made of apart, so that the parts can be told.
    pub structured: bool,
}

impl FileKind {
    /// Whether every bill of materials must name it as a component of its own (TR-03183-2, 3.2.1).
    pub fn is_component(self) -> bool {
        self.executable || self.archive
    }
}
