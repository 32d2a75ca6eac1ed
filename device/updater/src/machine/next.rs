//! Installing: which write comes next.

use yoe_disk::Uuid;
use yoe_disk::entry::{EntryName, State};
use yoe_disk::partition::{self, Slot};

use super::{AdmitError, Entry, Install, View, keep};

/// One write. It is durable before the disk is looked at again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Make both copies of the partition table whole.
    MendTable,
    /// Remove a boot entry.
    RemoveEntry(EntryName),
    /// Remove an unfinished copy of a kernel.
    RemoveUnfinished(String),
    /// Give a slot's partition an identifier.
    SetUuid(Slot, Uuid),
    /// Write the new root into a slot, and read it back.
    WriteSlot(Slot),
    /// Copy the new kernel to a name that the boot manager does not look at, and read it back.
    CopyKernel(String),
    /// Rename a file among the boot entries. This alone changes what boots next.
    Rename {
        /// What it is called.
        from: String,
        /// What it shall be called.
        to: EntryName,
    },
}

/// Whether an installation may begin, or go on.
///
/// # Errors
/// With the reason why not.
pub fn admit(view: &View, install: &Install) -> Result<(), AdmitError> {
    let entry = view.entry(view.running).ok_or(AdmitError::NoEntry)?;
    if !entry.name.state().found_good() {
        return Err(AdmitError::OnTrial);
    }
    if view.slot(view.running).uuid == install.root {
        return Err(AdmitError::SameRoot);
    }
    Ok(())
}

/// The next write of an installation; nothing when it is complete.
pub fn next(view: &View, install: &Install) -> Option<Step> {
    let target = view.running.other();
    if !view.table_is_whole {
        return Some(Step::MendTable);
    }
    // Soon there is nothing else: the version that runs is disarmed while the other one is still whole.
    if let Some(step) = keep(view, 0) {
        return Some(step);
    }
    if let Some(entry) = view.entries.iter().find(|entry| is_stale(view, install, entry)) {
        return Some(Step::RemoveEntry(entry.name.clone()));
    }
    // Two slots of one name: which of them an entry starts would be chance, and one of them is about to be written to.
    if view.slot(target).uuid == view.slot(view.running).uuid {
        return Some(Step::SetUuid(target, partition::empty(target)));
    }
    if !view.slot(target).holds_new {
        return Some(Step::WriteSlot(target));
    }
    if view.slot(target).uuid != install.root {
        return Some(Step::SetUuid(target, install.root));
    }
    let finished = view.entries.iter().any(|entry| entry.root == install.root);
    finish(view, install, finished)
}

/// The kernel's part: everything else is in place.
fn finish(view: &View, install: &Install, finished: bool) -> Option<Step> {
    let file = install.entry.unfinished();
    let left_over = |unfinished: &&super::Unfinished| finished || unfinished.file != file;
    if let Some(other) = view.unfinished.iter().find(left_over) {
        return Some(Step::RemoveUnfinished(other.file.clone()));
    }
    if finished {
        return None;
    }
    match view.unfinished.iter().find(|unfinished| unfinished.is_new) {
        Some(whole) => Some(Step::Rename { from: whole.file.clone(), to: install.entry.clone() }),
        None => Some(Step::CopyKernel(file)),
    }
}

/// An entry that has to go before its slot is written to: every one but those of the running slot and a finished new one.
/// One whose partition is nowhere would never boot, and would be tried for ever if it counted as good.
fn is_stale(view: &View, install: &Install, entry: &Entry) -> bool {
    let target = view.slot(view.running.other());
    if entry.root == view.slot(view.running).uuid {
        return false;
    }
    let waiting = matches!(entry.name.state(), State::Trial(_));
    let complete = target.uuid == install.root && target.holds_new;
    !(entry.root == install.root && entry.is_new && waiting && complete)
}
