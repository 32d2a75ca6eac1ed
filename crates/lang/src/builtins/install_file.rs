//! `install_file`.

use yoe_model::Step;

use crate::arguments::numbers::Mode;
use crate::arguments::paths::{DevicePath, OwnPath};
use crate::arguments::{Call, arguments};
use crate::builtins::Builtin;
use crate::definitions::{Made, Part};
use crate::session::FileKind;

arguments! {
    /// A step that copies a file of the unit's directory into the package.
    "install_file" => pub(crate) struct Arguments {
        /// The file, below the unit's directory.
        [positional] src: OwnPath,
        /// Where it goes on the device.
        [positional] dest: DevicePath,
        /// Its permission bits.
        mode: Mode = Mode(0o644),
    }
}

impl Builtin for Arguments {
    const HOME: Option<FileKind> = None;

    fn make(self, call: &Call<'_>) -> Option<Part> {
        let value = Step::InstallFile { src: self.src.into(), dest: self.dest.into(), mode: self.mode.0 };
        Some(Part::Step(Made { value, site: call.site.clone() }))
    }
}
