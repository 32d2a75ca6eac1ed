//! `crate`.

use yoe_model::{Digest, Source};

use crate::arguments::paths::SourceDirectory;
use crate::arguments::version::{CrateName, CrateVersion};
use crate::arguments::{Call, arguments};
use crate::builtins::Builtin;
use crate::definitions::Part;
use crate::session::FileKind;

arguments! {
    /// A source: the archive of a Rust crate, known by its digest. It comes from where this machine's cargo gets crates, or
    /// from the project's mirrors of `crates`.
    "crate" => pub(crate) struct Arguments {
        /// The name of the crate.
        [positional] name: CrateName,
        /// Its full version.
        [positional] version: CrateVersion,
        /// The digest of its archive, as `checksum` in Cargo.lock.
        sha256: Digest,
        /// The directory below `$SRCDIR` that it is put into.
        into: SourceDirectory = SourceDirectory(String::new()),
    }
}

impl Builtin for Arguments {
    const HOME: Option<FileKind> = None;

    fn make(self, call: &Call<'_>) -> Option<Part> {
        let source =
            Source::Crate { name: self.name.into(), version: self.version.into(), sha256: self.sha256 };
        Some(Part::source(source, self.into, Vec::<String>::new(), call.site))
    }
}
