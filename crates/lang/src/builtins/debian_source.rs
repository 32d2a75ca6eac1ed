//! `debian_source`.

use std::collections::BTreeSet;

use yoe_model::{DebianPatches, DebianSuite, Source};

use crate::arguments::patches::PatchChoice;
use crate::arguments::paths::{ArchivePath, SourceDirectory};
use crate::arguments::text::{DebianPackage, KeyFingerprint, Name};
use crate::arguments::version::DebianVersion;
use crate::arguments::{Call, arguments};
use crate::builtins::Builtin;
use crate::definitions::Part;
use crate::session::FileKind;

arguments! {
    /// A source: the upstream tarballs of a Debian source package, with what is asked for of Debian's own patches. The lock
    /// pins them.
    "debian_source" => pub(crate) struct Arguments {
        /// The name of the source package.
        [positional] package: DebianPackage,
        /// Debian's version with its revision, such as `1.2.5-3`.
        [positional] version: DebianVersion,
        /// Which of the package's patches are applied: all of its series, those that are named (in the order of the series),
        /// or none. It must be said of a package that has patches: they close the holes that its version is said to be free
        /// of.
        patches: Option<PatchChoice> = None,
        /// The directory below `$SRCDIR` that it is put into.
        into: SourceDirectory = SourceDirectory(String::new()),
        /// The paths below the archive's top directory that are unpacked; all when empty.
        only: Vec<ArchivePath> = Vec::new(),
        /// The suite whose index lists it.
        suite: Name = Name("trixie".to_owned()),
        /// The archive, a key of the project's mirrors.
        archive: Name = Name("debian".to_owned()),
        /// The primary keys that may sign the suite. They stand in the place of those that containers name; when empty,
        /// those of the containers that are made of it, or of its archive.
        keys: BTreeSet<KeyFingerprint> = BTreeSet::new(),
    }
}

impl Builtin for Arguments {
    const HOME: Option<FileKind> = None;

    fn make(self, call: &Call<'_>) -> Option<Part> {
        let source = Source::Debian {
            package: self.package.into(),
            version: self.version.into(),
            suite: suite(self.archive, self.suite, self.keys),
            patches: self.patches.map_or(DebianPatches::Unsaid, DebianPatches::from),
        };
        Some(Part::source(source, self.into, self.only, call.site))
    }
}

/// The suite of a source.
pub(super) fn suite(archive: Name, name: Name, keys: BTreeSet<KeyFingerprint>) -> DebianSuite {
    DebianSuite {
        archive: archive.into(),
        name: name.into(),
        keys: keys.into_iter().map(String::from).collect(),
    }
}
