//! The state machine of updates: pure functions from what is on the disk to the one write that comes next.
//!
//! [`View`] is what was read from the disk, [`Step`] is one write, [`next`] says which one. Nothing here writes. After each
//! step, and after a power cut in the middle of one, the disk is read again and [`next`] is asked again: so a re-run needs no
//! memory of how far the last one came.
//!
//! The order of the steps keeps two promises at every moment, also in the middle of a write:
//!
//! 1. There is an entry without a counter whose slot is whole, that was found good and is not written to: of the version that
//!    runs, or, while that one is armed, of the older version in the other slot. So what boots in the end was found good.
//! 2. No entry names a slot that is not whole. The entry of the overwritten slot goes first, the new one comes last.
//!
//! | step | writes | a power cut leaves |
//! |---|---|---|
//! | [`Step::MendTable`] | one copy of the partition table | the other copy |
//! | [`Step::Rename`], to disarm | one directory entry | the armed entry, or one without a counter, or (FAT) both or neither; the other slot's is there still |
//! | [`Step::RemoveEntry`] | one directory entry | the old entry with its whole slot, or none |
//! | [`Step::SetUuid`] | the partition table, second copy first | a table with the old or the new identifier |
//! | [`Step::WriteSlot`] | the slot that does not run | a slot that no entry names |
//! | [`Step::RemoveUnfinished`], [`Step::CopyKernel`] | a file that the boot manager does not look at | the same |
//! | [`Step::Rename`], to install | one directory entry | the unfinished file, or the finished entry, or (FAT) both or neither |
//!
//! Each step changes what is seen, so none comes up twice in one run: one that does is an error ([`Done`]).
//!
//! Two names of one file are made one before the machine looks ([`redundant`]): no [`Step`] frees what another name needs.
//!
//! The verdicts ([`good`], [`keep`], [`rollback`]) are renames too. What runs is counted only while the other slot's entry is not:
//! that one is there when a torn rename, also one of the boot manager's, leaves neither name.

mod aliases;
mod done;
mod next;
#[cfg(test)]
mod tests;
mod verdict;
mod view;

pub use aliases::redundant;
pub use done::{Done, NoEffectError};
pub use next::{Step, admit, next};
pub use verdict::{good, keep, rollback};
pub use view::{AdmitError, Entry, Install, SlotView, Unfinished, View};
