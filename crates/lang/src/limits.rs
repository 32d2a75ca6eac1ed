//! Bounds that keep bad input from hanging or crashing the program. They are far above what a project needs.

use starlark::codemap::FileSpanRef;
use starlark::eval::{BeforeStmtFunc, BeforeStmtFuncDyn, Evaluator};

/// Bytes of a `.star` file.
pub(crate) const STAR_FILE: u64 = 1 << 20;
/// Bytes of a file in a unit's directory.
pub(crate) const UNIT_FILE: u64 = 4 << 20;
/// Files in a unit's directory, subdirectories included.
pub(crate) const UNIT_FILES: usize = 2_000;
/// Depth of a unit's directory.
pub(crate) const DIRECTORY_DEPTH: usize = 16;
/// Function calls and loop rounds while evaluating one file.
const TICKS: u64 = 2_000_000;
/// Bytes of values while evaluating one file.
const HEAP: usize = 64 << 20;
/// Calls within calls.
const CALLS: usize = 60;
/// Elements of a `range`, and elements or bytes of a repetition by `*`.
pub(crate) const ELEMENTS: usize = 1 << 20;

/// Sets the bounds of one file's evaluation.
pub(crate) fn apply(evaluator: &mut Evaluator<'_, '_, '_>) -> starlark::Result<()> {
    // The evaluator's own checks know no place and hide an error that does, so they come later than ours; they are
    // for what happens within one statement.
    evaluator.set_max_tick_count(2 * TICKS)?;
    evaluator.set_max_heap_size(8 * HEAP)?;
    evaluator.set_max_callstack_size(CALLS)?;
    evaluator.before_stmt_for_dap(BeforeStmtFunc::from_dyn(Box::new(EachStatement)));
    Ok(())
}

/// Asks before each statement. The evaluator itself asks every thousand steps only, and a text that is doubled in a
/// loop needs forty to fill all memory. Asking here also gives the place.
struct EachStatement;

impl<'e> BeforeStmtFuncDyn<'e> for EachStatement {
    fn call<'v>(
        &mut self,
        statement: FileSpanRef<'_>,
        _continued: bool,
        evaluator: &mut Evaluator<'v, '_, 'e>,
    ) -> starlark::Result<()> {
        let exceeded = if evaluator.heap().allocated_bytes() > HEAP {
            LimitError::Memory
        } else if evaluator.get_total_tick_count() > TICKS {
            LimitError::Steps
        } else {
            return Ok(());
        };
        let mut error = starlark::Error::new_other(exceeded);
        error.set_span(statement.span, statement.file);
        Err(error)
    }
}

#[derive(Debug, thiserror::Error)]
enum LimitError {
    #[error("evaluating the file takes too much memory")]
    Memory,
    #[error("evaluating the file takes too many steps")]
    Steps,
}
