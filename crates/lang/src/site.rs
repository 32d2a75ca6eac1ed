//! Where a builtin was called, and through which functions.

use std::sync::Arc;

use starlark::codemap::FileSpan;
use starlark::eval::Evaluator;
use yoe_model::Origin;

/// The calls that led to a builtin, the one in the definition file first. Through a class function it has one call in
/// the unit's file and one in each class file.
#[derive(Debug, Clone)]
pub(crate) struct Site(Arc<[FileSpan]>);

impl Site {
    /// The calls that the evaluator is in now.
    pub(crate) fn of_current_call(evaluator: &Evaluator<'_, '_, '_>) -> Self {
        Self(evaluator.call_stack().into_frames().into_iter().filter_map(|frame| frame.location).collect())
    }

    /// These calls, outermost first.
    pub(crate) fn of_calls(calls: &[FileSpan]) -> Self {
        Self(calls.into())
    }

    /// The calls, outermost first.
    pub(crate) fn calls(&self) -> &[FileSpan] {
        &self.0
    }

    /// Where the call in the definition file starts.
    pub(crate) fn origin(&self) -> Origin {
        self.0.first().map(origin_of).unwrap_or_default()
    }
}

/// The start of a span, counted from 1.
pub(crate) fn origin_of(span: &FileSpan) -> Origin {
    let begin = span.resolve_span().begin;
    Origin { file: span.filename().to_owned(), line: begin.line as u32 + 1, column: begin.column as u32 + 1 }
}
