//! Writing a disk to a medium.
//!
//! ```text
//! /sys, /proc ──Facts::gather──▶ Facts ──judge──▶ Target ──write──▶ a medium that was read back
//!                                    file ──used──▶ ranges ──┘
//! ```
//!
//! [`judge`] looks at nothing but facts, so each refusal is produced in a test.

mod credentials;
mod facts;
mod judge;
mod mounts;
mod source;
mod used;
mod write;

pub use credentials::with_credentials;
pub use facts::{Disk, Facts, Node};
pub use judge::{Target, judge};
pub use source::Source;
pub use used::{Range, used};
pub use write::{Meter, NewFile, Writable, WriteError, write};
