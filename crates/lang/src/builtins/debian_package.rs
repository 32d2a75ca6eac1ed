//! `debian_package`.

use std::collections::BTreeSet;

use yoe_model::Source;

use super::debian_source::suite;
use crate::arguments::paths::{ArchivePath, PackagedArchive, SourceDirectory};
use crate::arguments::text::{DebianPackage, KeyFingerprint, Name};
use crate::arguments::version::DebianVersion;
use crate::arguments::{Call, arguments};
use crate::builtins::Builtin;
use crate::definitions::Part;
use crate::session::FileKind;

arguments! {
    /// A source: an archive inside of a Debian binary package, such as the kernel's in `linux-source-6.12`, where Debian's
    /// patches are applied already. The lock pins the package, which must be one for all architectures.
    "debian_package" => pub(crate) struct Arguments {
        /// The name of the binary package.
        [positional] package: DebianPackage,
        /// Debian's version with its revision, such as `6.12.118-1`.
        [positional] version: DebianVersion,
        /// The path of the archive in the package, as `dpkg -L` prints it.
        file: PackagedArchive,
        /// The directory below `$SRCDIR` that it is put into.
        into: SourceDirectory = SourceDirectory(String::new()),
        /// The paths below the archive's top directory that are unpacked; all when empty.
        only: Vec<ArchivePath> = Vec::new(),
        /// The suite whose index lists it.
        suite: Name = Name("trixie".to_owned()),
        /// The archive that serves the package, a key of the project's mirrors.
        archive: Name = Name("debian".to_owned()),
        /// The primary keys that may sign the suite. They stand in the place of those that containers name; when empty,
        /// those of the containers that are made of it, or of its archive.
        keys: BTreeSet<KeyFingerprint> = BTreeSet::new(),
    }
}

impl Builtin for Arguments {
    const HOME: Option<FileKind> = None;

    fn make(self, call: &Call<'_>) -> Option<Part> {
        let source = Source::DebianPackage {
            package: self.package.into(),
            version: self.version.into(),
            file: String::from(self.file).trim_start_matches('/').to_owned(),
            suite: suite(self.archive, self.suite, self.keys),
        };
        Some(Part::source(source, self.into, self.only, call.site))
    }
}
