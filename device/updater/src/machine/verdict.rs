//! What becomes of a version that was tried.

use yoe_disk::entry::{Counter, State};

use super::{Refused, Step, View};

/// The write that makes the version that runs a good one; nothing when it is one already.
///
/// # Errors
/// When no entry starts it.
pub fn good(view: &View) -> Result<Option<Step>, Refused> {
    if view.good_entry(view.running).is_some() {
        return Ok(None);
    }
    let entry = view.entries_of(view.running).next().ok_or(Refused::NoEntry)?;
    Ok(Some(Step::Rename { from: entry.name.to_string(), to: entry.name.with(None) }))
}

/// The write after which the other slot's version boots: the one that runs has no tries left, so the boot manager takes it
/// last. Nothing when it has none already.
///
/// # Errors
/// When the other slot holds nothing that was found good: then there would be no entry without a counter.
pub fn rollback(view: &View) -> Result<Option<Step>, Refused> {
    if view.good_entry(view.running.other()).is_none() {
        return Err(Refused::NothingToReturnTo);
    }
    let entry = view.entries_of(view.running).next().ok_or(Refused::NoEntry)?;
    let done = match entry.name.state() {
        State::Failed(_) => return Ok(None),
        State::Trial(counter) => counter.done.max(1),
        State::Good => 1,
    };
    let failed = entry.name.with(Some(Counter { left: 0, done }));
    Ok(Some(Step::Rename { from: entry.name.to_string(), to: failed }))
}
