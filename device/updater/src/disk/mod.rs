//! The device's own disk and boot entries: reading what is there, and carrying out one write.

mod entries;
mod esp;
mod medium;
mod mend;
mod system;

pub use entries::Entries;
pub use medium::{Disk, Region};
pub use system::{Purpose, System, is_on_trial, refuses_unsigned};
