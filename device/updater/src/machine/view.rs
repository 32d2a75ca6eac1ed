//! What the machine is asked about.

use yoe_disk::Uuid;
use yoe_disk::entry::{EntryName, State};
use yoe_disk::partition::Slot;
use yoe_notation::version::compare;

use super::aliases::rank_of_state;

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

/// An unfinished copy of a kernel, or what is left of one.
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
pub enum AdmitError {
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

    /// The entry of this slot. A power cut in a rename may have left it under two names; then the one that says most good.
    pub fn entry(&self, slot: Slot) -> Option<&Entry> {
        self.entries_of(slot).max_by_key(|entry| rank_of_state(entry.name.state()))
    }

    /// The entry of this slot that was found good and is not counted.
    pub fn uncounted(&self, slot: Slot) -> Option<&Entry> {
        self.entry(slot).filter(|entry| entry.name.state() == State::Good)
    }

    /// What the device comes to when the version that runs has no tries left: an older version in the other slot, found good
    /// and not counted. A newer one is what the boot manager takes first, so it is nothing to fall back to.
    pub fn fallback(&self) -> Option<&Entry> {
        let running = self.entry(self.running)?;
        let older = |other: &&Entry| compare(other.name.stem(), running.name.stem()).is_lt();
        self.uncounted(self.running.other()).filter(older)
    }

    /// Whether another entry stands in the way of counting this one, which has or will have this name.
    pub fn is_hindered(&self, entry: &Entry, name: &EntryName) -> bool {
        self.entries.iter().any(|other| other.name != entry.name && other.name.counts_like(name))
    }

    /// What a rename left of a name that the boot manager would come to when it counts this entry: an empty file.
    pub fn left_over_like(&self, entry: &Entry) -> Option<&Unfinished> {
        let hinders = |name: EntryName| name.counts_like(&entry.name);
        self.unfinished.iter().find(|unfinished| EntryName::parse(&unfinished.file).is_some_and(hinders))
    }

    /// This name for this entry, with more tries used where another stands in its way. So a rename never replaces a file: if
    /// both are one, what they consist of would be set free.
    pub fn free(&self, entry: &Entry, name: EntryName) -> EntryName {
        let mut free = name;
        while self.is_hindered(entry, &free) {
            free = free.once_more();
        }
        free
    }
}
