//! `kernel`.

use yoe_model::Kernel;

use crate::arguments::text::UnitName;
use crate::arguments::{Call, arguments};
use crate::builtins::Builtin;
use crate::definitions::{Made, Part};
use crate::session::FileKind;

arguments! {
    /// The kernel of a machine.
    "kernel" => pub(crate) struct Arguments {
        /// The unit whose package holds `/boot/vmlinuz`.
        unit: UnitName,
        /// The machine's part of the kernel command line.
        cmdline: String = String::new(),
    }
}

impl Builtin for Arguments {
    const HOME: Option<FileKind> = None;

    fn make(self, call: &Call<'_>) -> Option<Part> {
        let value = Kernel { unit: self.unit.into(), cmdline: self.cmdline };
        Some(Part::Kernel(Made { value, site: call.site.clone() }))
    }
}
