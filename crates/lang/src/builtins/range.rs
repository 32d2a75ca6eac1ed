//! `range` with a bound, so that a list made of one cannot take all memory.

use std::sync::LazyLock;

use starlark::environment::Globals;
use starlark::eval::{Arguments, Evaluator};
use starlark::values::Value;

use crate::limits;

#[derive(Debug, thiserror::Error)]
enum RangeError {
    #[error("the range would have more than {} numbers", limits::ELEMENTS)]
    TooLong,
    #[error("range() is not there")]
    Missing,
}

static STANDARD: LazyLock<Globals> = LazyLock::new(Globals::standard);

/// Starlark's `range`, for as many numbers as anybody needs.
pub(crate) fn invoke<'v>(
    arguments: &Arguments<'v, '_>,
    evaluator: &mut Evaluator<'v, '_, '_>,
) -> starlark::Result<Value<'v>> {
    arguments.no_named_args()?;
    let numbers: Vec<Value<'v>> = arguments.positions(evaluator.heap())?.collect();
    let range = STANDARD.iter().find(|(name, _)| *name == "range").map(|(_, value)| value.to_value());
    let range = range.ok_or_else(|| starlark::Error::new_other(RangeError::Missing))?;
    let made = evaluator.eval_function(range, &numbers, &[])?;
    match made.length() {
        Ok(length) if usize::try_from(length).is_ok_and(|length| length <= limits::ELEMENTS) => Ok(made),
        _ => Err(starlark::Error::new_value(RangeError::TooLong)),
    }
}
