//! `symlink`.

use yoe_model::Step;

use crate::arguments::paths::{DevicePath, LinkTarget};
use crate::arguments::{Call, arguments};
use crate::builtins::Builtin;
use crate::definitions::{Made, Part};
use crate::session::FileKind;

arguments! {
    /// A step that makes a symbolic link in the package.
    "symlink" => pub(crate) struct Arguments {
        /// What the link says.
        [positional] target: LinkTarget,
        /// Where the link is on the device.
        [positional] dest: DevicePath,
    }
}

impl Builtin for Arguments {
    const HOME: Option<FileKind> = None;

    fn make(self, call: &Call<'_>) -> Option<Part> {
        let value = Step::Symlink { target: self.target.into(), dest: self.dest.into() };
        Some(Part::Step(Made { value, site: call.site.clone() }))
    }
}
