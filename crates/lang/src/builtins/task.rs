//! `task`.

use yoe_model::Step;

use crate::arguments::text::Name;
use crate::arguments::{Call, arguments};
use crate::builtins::Builtin;
use crate::definitions::{Made, Part, TaskParts};
use crate::session::FileKind;

arguments! {
    /// A named group of steps. A failure is reported by the task's name.
    "task" => pub(crate) struct Arguments {
        /// The name, unique in its unit.
        [positional] name: Name,
        /// What is done, in order. A string is run by `sh -eu` in `$SRCDIR`.
        steps: Vec<Made<Step>>,
    }
}

impl Builtin for Arguments {
    const HOME: Option<FileKind> = None;

    fn make(self, call: &Call<'_>) -> Option<Part> {
        let value = TaskParts { name: self.name.into(), steps: self.steps };
        Some(Part::Task(Made { value, site: call.site.clone() }))
    }
}
