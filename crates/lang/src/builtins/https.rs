//! `https`.

use yoe_model::{Digest, Source, SourceEntry};

use crate::arguments::paths::{ArchivePath, SourceFolder};
use crate::arguments::text::HttpsUrl;
use crate::arguments::{Call, arguments};
use crate::builtins::Builtin;
use crate::definitions::{Made, Part};
use crate::session::FileKind;

arguments! {
    /// A source: a file on a web server, known by its digest. A bare `"https://…"` string in a unit's `source` is the
    /// same, with the unit's `sha256` and `mirrors`.
    "https" => pub(crate) struct Arguments {
        /// The first place to ask.
        [positional] url: HttpsUrl,
        /// The digest of the file as served.
        sha256: Digest,
        /// Further places that serve the same bytes, tried in order.
        mirrors: Vec<HttpsUrl> = Vec::new(),
        /// The folder below `$SRCDIR` that it is laid into.
        into: SourceFolder = SourceFolder(String::new()),
        /// The paths below the archive's top folder that are unpacked; all when empty.
        only: Vec<ArchivePath> = Vec::new(),
        /// Whether it is an archive to unpack; otherwise it is laid down as one file.
        unpack: bool = true,
    }
}

impl Builtin for Arguments {
    const HOME: Option<FileKind> = None;

    fn make(self, call: &Call<'_>) -> Option<Part> {
        let source = Source::Https {
            url: self.url.into(),
            mirrors: self.mirrors.into_iter().map(String::from).collect(),
            sha256: self.sha256,
            unpack: self.unpack,
        };
        let only = self.only.into_iter().map(String::from).collect();
        let value = SourceEntry { source, into: self.into.into(), only, origin: call.site.origin() };
        Some(Part::Source(Made { value, site: call.site.clone() }))
    }
}
