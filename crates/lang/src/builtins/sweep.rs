//! `sweep`.

use yoe_model::Sweep;

use crate::arguments::numbers::Whole;
use crate::arguments::{Call, arguments};
use crate::builtins::Builtin;
use crate::definitions::Part;
use crate::session::FileKind;

arguments! {
    /// Losses of power at random moments of some work. Before each of them, and after the last, `run` of the test says
    /// whether what the work had reported is still there. Variables say both: `$reported` holds the newest line of
    /// each subject (the first word of a line), `$cut` the number of losses so far, `$random` a number.
    "sweep" => pub(crate) struct Arguments {
        /// The work: shell text, run as root on the device. Each line that it prints reports what holds for a subject from
        /// now on; it must report that it begins before it changes one. When it ends, the power is cut too.
        during: String,
        /// How often the power is cut. `yoe test --cuts` raises it.
        cuts: Whole<1, 100_000> = Whole(3),
        /// Seconds from the start of the work in which it is cut.
        within: Whole<1, 3600> = Whole(30),
    }
}

impl Builtin for Arguments {
    const HOME: Option<FileKind> = None;

    fn make(self, _call: &Call<'_>) -> Option<Part> {
        Some(Part::Sweep(Sweep { during: self.during, cuts: self.cuts.0, within: self.within.0 }))
    }
}
