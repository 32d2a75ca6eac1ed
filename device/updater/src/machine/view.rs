//! What the machine is asked about.

use yoe_disk::Uuid;
use yoe_disk::entry::{EntryName, State};
use yoe_disk::partition::Slot;

/// What is on the disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    /// The slot that runs.
    pub running: Slot,
    /// Slot A, slot B.
    pub slots: [SlotView; 2],
    /// The boot entries that name a verified root.
    pub entries: Vec<Entry>,
    /// Unfinished copies of kernels.
    pub unfinished: Vec<Unfinished>,
    /// Both copies of the partition table are whole and the same.
    pub table_is_whole: bool,
}

/// A root slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SlotView {
    /// Its partition's identifier.
    pub uuid: Uuid,
    /// It holds the root that is to be installed, whole, as its root hash says.
    pub holds_new: bool,
}

/// A boot entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its file's name.
    pub name: EntryName,
    /// The partition that its command line names.
    pub root: Uuid,
    /// Its bytes are those of the kernel that is to be installed.
    pub is_new: bool,
}

/// An unfinished copy of a kernel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfinished {
    /// Its file's name.
    pub file: String,
    /// Its bytes are those of the kernel that is to be installed.
    pub is_new: bool,
}

/// What is to be installed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Install {
    /// The entry's name, with the tries that it gets.
    pub entry: EntryName,
    /// The partition that its command line names.
    pub root: Uuid,
}

/// Why nothing is done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The version that runs is still on trial: the other slot holds the only one known to be good.
    #[error("the version that runs was not found good yet, so the other slot cannot be overwritten")]
    OnTrial,
    /// The version that runs has no entry.
    #[error("no boot entry starts the version that runs, so a failed update could not come back to it")]
    NoEntry,
    /// The new root is the same as the one that runs.
    #[error("the root of the update is the one that runs already")]
    SameRoot,
    /// There is nothing in the other slot that was found good.
    #[error("the other slot holds no version that was found good")]
    NothingToReturnTo,
}

impl View {
    /// A slot.
    pub fn slot(&self, slot: Slot) -> &SlotView {
        match slot {
            Slot::A => &self.slots[0],
            Slot::B => &self.slots[1],
        }
    }

    /// The entries that start what is in this slot.
    pub fn entries_of(&self, slot: Slot) -> impl Iterator<Item = &Entry> {
        let uuid = self.slot(slot).uuid;
        self.entries.iter().filter(move |entry| entry.root == uuid)
    }

    /// The entry of this slot that counts as good.
    pub fn good_entry(&self, slot: Slot) -> Option<&Entry> {
        self.entries_of(slot).find(|entry| entry.name.state() == State::Good)
    }
}
