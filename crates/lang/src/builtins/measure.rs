//! `measure`.

use yoe_model::{Measure, MeasureUnit};

use crate::arguments::text::Line;
use crate::arguments::{Call, arguments};
use crate::builtins::Builtin;
use crate::definitions::Part;
use crate::session::FileKind;

arguments! {
    /// A figure that a test yields: the number that its standard output ends with, or how long it took. `yoe report` shows it.
    "measure" => pub(crate) struct Arguments {
        /// What it is called.
        [positional] name: Line,
        /// What it counts. `"elapsed"` is how long the test took, by the host's clock: on a busy host the device's own may go
        /// wrong. `"uptime"` is a moment, as /proc/uptime begins; it is shown in seconds since power-on.
        unit: MeasureUnit,
    }
}

impl Builtin for Arguments {
    const HOME: Option<FileKind> = None;

    fn make(self, _call: &Call<'_>) -> Option<Part> {
        Some(Part::Measure(Measure { name: self.name.into(), unit: self.unit }))
    }
}
