//! Putting content together from what is here and what has to be fetched.

mod fill;
mod plan;
mod ranges;

pub use fill::{Fill, Tally};
