//! `module_ref`.

use crate::arguments::paths::ModulePath;
use crate::arguments::text::Name;
use crate::arguments::{Call, arguments};
use crate::builtins::Builtin;
use crate::definitions::{Made, ModuleRef, Part};
use crate::session::FileKind;

arguments! {
    /// A module of the project. Its class files are loaded by `@name//classes/…`.
    "module_ref" => pub(crate) struct Arguments {
        /// The name that the module's MODULE.star gives it.
        name: Name,
        /// Its directory, relative to the project; `../` leads out of it.
        path: ModulePath,
    }
}

impl Builtin for Arguments {
    const HOME: Option<FileKind> = None;

    fn make(self, call: &Call<'_>) -> Option<Part> {
        let value = ModuleRef { name: self.name.into(), path: self.path.into() };
        Some(Part::ModuleRef(Made { value, site: call.site.clone() }))
    }
}
