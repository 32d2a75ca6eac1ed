//! `audit`.

use yoe_model::{AuditGate, HoleLevel};

use crate::arguments::{Call, arguments};
use crate::builtins::Builtin;
use crate::definitions::Part;
use crate::session::FileKind;

arguments! {
    /// Which known holes an image may not have when it is handed out. `yoe audit` asks it, and `yoe build` and `yoe bundle` do when they
    /// are given advisories (`--advisories DIR`); no build needs a network for it.
    "audit" => pub(crate) struct Arguments {
        /// No hole may be open that is at least this bad, or whose advisory does not say how bad it is. What a `vex(…)` says not to
        /// matter is not open.
        fail_on: HoleLevel,
    }
}

impl Builtin for Arguments {
    const HOME: Option<FileKind> = None;

    fn make(self, _call: &Call<'_>) -> Option<Part> {
        Some(Part::Audit(AuditGate { fail_on: self.fail_on }))
    }
}
