//! `path`.

use yoe_model::{Source, SourceEntry};

use crate::arguments::paths::{SourceFolder, WorkingTree};
use crate::arguments::{Call, arguments};
use crate::builtins::Builtin;
use crate::definitions::{Made, Part};
use crate::session::FileKind;

arguments! {
    /// A source: a working tree on this machine.
    "path" => pub(crate) struct Arguments {
        /// Its folder, relative to the project, or to the module that the unit belongs to.
        [positional] path: WorkingTree,
        /// The folder below `$SRCDIR` that it is laid into.
        into: SourceFolder = SourceFolder(String::new()),
    }
}

impl Builtin for Arguments {
    const HOME: Option<FileKind> = None;

    fn make(self, call: &Call<'_>) -> Option<Part> {
        let source = Source::Path { path: self.path.normal() };
        let value =
            SourceEntry { source, into: self.into.into(), only: Vec::new(), origin: call.site.origin() };
        Some(Part::Source(Made { value, site: call.site.clone() }))
    }
}
