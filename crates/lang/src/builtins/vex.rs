//! `vex`.

use yoe_model::{Judgement, Justification, Vex, VexStatus};

use crate::arguments::text::Line;
use crate::arguments::{Call, arguments};
use crate::builtins::Builtin;
use crate::definitions::Part;
use crate::problem::{Place, Problem};
use crate::session::FileKind;

arguments! {
    /// What a unit's author knows about a known hole, for `yoe audit` and for the documents that it writes (OpenVEX, CSAF). A statement
    /// that is about nothing any more is an error of the audit.
    "vex" => pub(crate) struct Arguments {
        /// The hole, by the name of its advisory or another name of it: `CVE-2026-40200`, `GHSA-…`, `GO-…`.
        [positional] id: Line,
        /// Whether it matters here.
        status: VexStatus,
        /// Why it does not: of what is `"not_affected"`, and of nothing else.
        justification: Option<Justification> = None,
        /// More about it, for readers of the documents. Of what is `"affected"` it is needed, and says what to do.
        note: Option<Line> = None,
        /// The component that it is about, as papers name it, such as a Go module. Otherwise it is what the unit is made from.
        component: Option<Line> = None,
        /// The version of the component that was looked at: with another one, the statement has to be made anew.
        version: Line,
    }
}

impl Builtin for Arguments {
    const HOME: Option<FileKind> = None;

    fn make(self, call: &Call<'_>) -> Option<Part> {
        if let Some(problem) = self.unfit(call) {
            call.report(problem);
            return Some(Part::Broken);
        }
        Some(Part::Vex(Vex {
            id: self.id.into(),
            component: self.component.map(String::from),
            version: self.version.into(),
            judgement: Judgement {
                status: self.status,
                justification: self.justification,
                note: self.note.map(String::from).unwrap_or_default(),
            },
            origin: call.site.origin(),
        }))
    }
}

impl Arguments {
    /// What the status demands and is not there, or the other way round.
    fn unfit(&self, call: &Call<'_>) -> Option<Problem> {
        let status = self.status.as_str();
        let at = |argument: &'static str| Place::argument(call.site, argument);
        match (self.status, self.justification, &self.note) {
            (VexStatus::NotAffected, None, _) => Some(
                Problem::error(at("status"), "nobody says why this hole does not matter")
                    .expected("`justification` next to it")
                    .hint(format!(
                        "it is one of {}",
                        Justification::ALL.map(Justification::as_str).join(", ")
                    )),
            ),
            (VexStatus::NotAffected, Some(_), _) => None,
            (_, Some(_), _) => Some(
                Problem::error(
                    at("justification"),
                    format!("what is {status:?} is not justified by anything"),
                )
                .expected("no `justification`, or `status = \"not_affected\"`"),
            ),
            (VexStatus::Affected, None, None) => Some(
                Problem::error(at("status"), "nobody says what to do about this hole")
                    .expected("`note` next to it"),
            ),
            _ => None,
        }
    }
}
