//! The operator `*` with a bound: a repetition such as `"a" * 1000000000000` would otherwise take all memory at once,
//! before any limit of the evaluator is asked.

use starlark::eval::{Arguments, Evaluator};
use starlark::values::Value;

use crate::limits;

/// The name that the operator is called by; no file can write it.
pub(crate) const NAME: &str = "*";

#[derive(Debug, thiserror::Error)]
#[error("the repetition would have more than {} elements", limits::ELEMENTS)]
struct RepetitionError;

/// The operator as a function of two values.
pub(crate) fn invoke<'v>(
    arguments: &Arguments<'v, '_>,
    evaluator: &mut Evaluator<'v, '_, '_>,
) -> starlark::Result<Value<'v>> {
    let heap = evaluator.heap();
    let [left, right] = arguments.positional::<2>(heap)?;
    if repetition(left, right).or_else(|| repetition(right, left)).is_some_and(|n| n > limits::ELEMENTS) {
        return Err(starlark::Error::new_value(RepetitionError));
    }
    left.mul(right, heap)
}

/// How many elements a sequence repeated that often has; absent when this is not a repetition.
fn repetition(sequence: Value<'_>, times: Value<'_>) -> Option<usize> {
    let times = usize::try_from(times.unpack_i32()?).ok()?;
    let length = match sequence.unpack_str() {
        Some(text) => text.len(),
        None if sequence.get_type() == "int" => return None,
        None => usize::try_from(sequence.length().ok()?).ok()?,
    };
    Some(length.saturating_mul(times))
}
