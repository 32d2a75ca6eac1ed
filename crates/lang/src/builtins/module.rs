//! `module`.

use crate::arguments::text::Name;
use crate::arguments::{Call, arguments};
use crate::builtins::Builtin;
use crate::definitions::{Definition, Made, Part};
use crate::session::FileKind;

arguments! {
    /// A module: a directory of definitions that projects share. MODULE.star calls it once.
    "module" => pub(crate) struct Arguments {
        /// The name, as in `load("@name//…")`.
        name: Name,
        /// What it holds, in one line.
        description: String = String::new(),
    }
}

impl Builtin for Arguments {
    const HOME: Option<FileKind> = Some(FileKind::Module);

    fn make(self, call: &Call<'_>) -> Option<Part> {
        // The description is for readers of the file.
        let value = self.name.into();
        call.session.define(Definition::Module(Made { value, site: call.site.clone() }));
        None
    }
}
