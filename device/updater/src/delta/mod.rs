//! Putting content together from what is here and what has to be fetched.

mod fetch;
mod fill;
mod plan;
mod ranges;
mod receiver;

pub use fetch::Fetch;
pub use fill::Fill;
pub use receiver::Wanted;

/// What an installation took.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Bytes that came: over a network all that servers answered, of a medium what was taken from it.
    pub fetched: u64,
    /// Bytes of the content that were here already.
    pub reused: u64,
}
