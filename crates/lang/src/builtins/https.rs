//! `https`.

use yoe_model::{ARCHIVE_ENDINGS, Digest, Source, name_in_url};

use crate::arguments::paths::{ArchivePath, FileName, SourceDirectory};
use crate::arguments::text::HttpsUrl;
use crate::arguments::{Call, arguments};
use crate::builtins::Builtin;
use crate::definitions::Part;
use crate::problem::{Place, Problem};
use crate::session::FileKind;

arguments! {
    /// A source: a file on a web server, known by its digest. A bare `"https://…"` string in a unit's `source` is the
    /// same, with the unit's `sha256` and `mirrors`.
    "https" => pub(crate) struct Arguments {
        /// The first place to ask.
        [positional] url: HttpsUrl,
        /// The digest of the file as served.
        sha256: Digest,
        /// The file's name, where the address does not end in it: `…/download`. Its ending says how an archive is packed.
        name: Option<FileName> = None,
        /// Further places that serve the same bytes, tried in order.
        mirrors: Vec<HttpsUrl> = Vec::new(),
        /// The directory below `$SRCDIR` that it is put into.
        into: SourceDirectory = SourceDirectory(String::new()),
        /// The paths below the archive's top directory that are unpacked; all when empty.
        only: Vec<ArchivePath> = Vec::new(),
        /// Whether it is an archive to unpack; otherwise it is kept as one file.
        unpack: bool = true,
    }
}

/// An address that does not say what its file is.
pub(super) struct Unnamed {
    pub(super) message: String,
    pub(super) hint: String,
}

/// The name of the file at an address. An archive's must say how it is packed.
pub(super) fn served_name(url: &str, given: Option<FileName>, unpack: bool) -> Result<String, Unnamed> {
    let given = given.map(String::from);
    let named = given.as_deref().or_else(|| name_in_url(url));
    let packed = |name: &str| ARCHIVE_ENDINGS.iter().any(|ending| name.ends_with(ending));
    match named {
        Some(name) if !unpack || packed(name) => Ok(name.to_owned()),
        None if !unpack => Err(Unnamed {
            message: "the address names no file".to_owned(),
            hint: "say what it is called: https(…, name = \"data.bin\")".to_owned(),
        }),
        found => Err(Unnamed {
            message: match found {
                Some(name) => format!("{name:?} does not say how the archive is packed"),
                None => "the address names no file".to_owned(),
            },
            hint: format!(
                "say what it is called, https(…, name = \"example-1.0.tar.gz\"), with one of the endings {}; what is no \
                 archive is taken with `unpack = False`",
                ARCHIVE_ENDINGS.join(" ")
            ),
        }),
    }
}

impl Builtin for Arguments {
    const HOME: Option<FileKind> = None;

    fn make(self, call: &Call<'_>) -> Option<Part> {
        let name = served_name(&self.url.0, self.name, self.unpack)
            .map_err(|unfit| {
                call.report(
                    Problem::error(Place::text(call.site, "url", &self.url.0), unfit.message)
                        .hint(unfit.hint),
                );
            })
            .ok()?;
        let source = Source::Https {
            url: self.url.into(),
            mirrors: self.mirrors.into_iter().map(String::from).collect(),
            name,
            sha256: self.sha256,
            unpack: self.unpack,
        };
        Some(Part::source(source, self.into, self.only, call.site))
    }
}
