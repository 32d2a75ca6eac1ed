//! Looking after a store: what dead sessions left, damage, garbage.

mod choose;
mod discard;
mod gc;
mod inventory;
mod leftovers;
mod sizes;
mod sweep;
mod verify;

pub use choose::GcOptions;
pub use gc::GcReport;
pub use leftovers::Leftover;
pub use sizes::PartSize;
pub(crate) use sweep::sweep;
pub use verify::{Damage, DamageError, Progress, VerifyReport};
