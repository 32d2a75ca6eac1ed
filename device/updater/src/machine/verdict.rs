//! What becomes of a version that was tried.

use yoe_disk::entry::{Counter, EntryName, State};

use super::aliases::rank_of_state;
use super::{AdmitError, Entry, Step, View};

/// The write that makes the version that runs a good one; nothing when it is one already. `tries` as in [`keep`].
///
/// # Errors
/// When no entry starts it.
pub fn good(view: &View, tries: u32) -> Result<Option<Step>, AdmitError> {
    let entry = view.entry(view.running).ok_or(AdmitError::NoEntry)?;
    Ok(if entry.name.state().found_good() {
        keep(view, tries)
    } else {
        Some(rename(entry, kept(view, entry, tries)))
    })
}

/// The write that gives the version that runs, found good before, what it should have while it does its work: this many tries
/// where there is something to fall back to, and otherwise no counter. Nothing when it has that, or was not found good.
///
/// Without a fallback nothing is won by counting, and each count is a rename that a power cut may tear. What stands in the way
/// of counting goes out of it, whatever the state.
pub fn keep(view: &View, tries: u32) -> Option<Step> {
    let has_tries = |entry: &&Entry| matches!(entry.name.state(), State::Armed(_) | State::Trial(_));
    for entry in view.entries_of(view.running).filter(has_tries) {
        if let Some(left_over) = view.left_over_like(entry) {
            return Some(Step::RemoveUnfinished(left_over.file.clone()));
        }
        if view.is_hindered(entry, &entry.name) {
            return Some(rename(entry, view.free(entry, entry.name.clone())));
        }
    }
    let entry = view.entry(view.running)?;
    let as_it_should_be = match entry.name.state() {
        State::Good => !counts(view, tries),
        State::Armed(counter) => counts(view, tries) && counter.left == tries,
        State::UsedUp(_) => false,
        State::Trial(_) | State::Failed(_) => true,
    };
    (!as_it_should_be).then(|| rename(entry, kept(view, entry, tries)))
}

/// The write after which the other slot's version boots: the one that runs has no tries left, so the boot manager takes it
/// last. Nothing when it has none already. It no longer counts as one that was found good.
///
/// # Errors
/// When the other slot holds nothing that was found good: then there would be no entry without a counter.
pub fn rollback(view: &View) -> Result<Option<Step>, AdmitError> {
    if view.uncounted(view.running.other()).is_none() {
        return Err(AdmitError::NothingToReturnTo);
    }
    view.entry(view.running).ok_or(AdmitError::NoEntry)?;
    // Of several names that a power cut left, the best goes last: until then it is a version that was found good.
    let left = view.entries_of(view.running).filter(|entry| !matches!(entry.name.state(), State::Failed(_)));
    let Some(entry) = left.min_by_key(|entry| rank_of_state(entry.name.state())) else { return Ok(None) };
    let done = match entry.name.state() {
        State::Trial(counter) => counter.done.max(1),
        _ => 1,
    };
    let failed = view.free(entry, entry.name.with(Some(Counter { left: 0, done })));
    Ok(Some(rename(entry, failed)))
}

fn counts(view: &View, tries: u32) -> bool {
    tries > 0 && view.fallback().is_some()
}

fn kept(view: &View, entry: &Entry, tries: u32) -> EntryName {
    if counts(view, tries) {
        view.free(entry, entry.name.armed(Counter { left: tries, done: 0 }))
    } else {
        entry.name.with(None)
    }
}

fn rename(entry: &Entry, to: EntryName) -> Step {
    Step::Rename { from: entry.name.to_string(), to }
}
