//! Looking after a store: what dead sessions left, damage, garbage.

mod choose;
mod discard;
mod gc;
mod inventory;
mod sweep;
mod verify;

pub use choose::GcOptions;
pub use gc::GcReport;
pub(crate) use sweep::sweep;
pub use verify::{Damage, DamageError, Progress, VerifyReport};
