//! Choosing what to remove. No I/O: what is known comes in, what is to go comes out.

use std::collections::{HashMap, HashSet};
use std::time::{Duration, SystemTime};

use super::inventory::{Inventory, Item, Recorded};
use crate::{ActionResult, Object};

/// What [`Store::gc`] removes. The default removes only what nobody can use: results without their tree.
#[derive(Debug, Clone, Default)]
pub struct GcOptions {
    /// Remove what was not used for longer than this, also caches of programs, which are not in the report.
    pub max_age: Option<Duration>,
    /// Remove what was not used for longest, until trees and blobs together have at most so many bytes.
    pub keep_bytes: Option<u64>,
    /// Only say what would be removed.
    pub dry_run: bool,
}

/// What is to be removed, in this order: actions before the trees that they name.
///
/// A tree counts as used when itself or any action that gave it was, so it never goes while such an action would be kept. An
/// action goes by its age, or with its tree.
pub(crate) fn victims(
    mut inventory: Inventory,
    options: &GcOptions,
    now: SystemTime,
    in_use: &HashSet<Object>,
) -> Vec<Item> {
    let expired = |last_used: SystemTime| {
        // A time in the future is an age of nothing.
        let age = now.duration_since(last_used).unwrap_or_default();
        options.max_age.is_some_and(|max| age > max)
    };
    let contents = by_use(std::mem::take(&mut inventory.contents), &inventory.actions);
    let (mut gone, mut left) = (Vec::new(), HashSet::new());
    let mut bytes: u64 = contents.iter().map(|(_, item)| item.bytes).sum();
    for (last_used, item) in contents {
        let too_much = options.keep_bytes.is_some_and(|keep| bytes > keep);
        if !in_use.contains(&item.object) && (expired(last_used) || too_much) {
            bytes -= item.bytes;
            gone.push(item);
        } else {
            left.insert(item.object);
        }
    }
    let whole = |result: &ActionResult| left.contains(&result.tree());
    let useless =
        |action: &Recorded| !action.result.as_ref().is_some_and(whole) || expired(action.item.last_used);
    let actions = inventory.actions.into_iter().filter(useless).map(|action| action.item);
    let others = inventory.others.into_iter().filter(|item| expired(item.last_used));
    let unused = actions.chain(others).filter(|item| !in_use.contains(&item.object));
    unused.chain(gone).collect()
}

/// Trees and blobs with the time when they, or an action that gave them, were last used; the oldest first.
fn by_use(contents: Vec<Item>, actions: &[Recorded]) -> Vec<(SystemTime, Item)> {
    let mut given: HashMap<Object, SystemTime> = HashMap::new();
    for action in actions {
        if let Some(result) = &action.result {
            let time = given.entry(result.tree()).or_insert(action.item.last_used);
            *time = action.item.last_used.max(*time);
        }
    }
    let last_used =
        |item: &Item| given.get(&item.object).map_or(item.last_used, |given| item.last_used.max(*given));
    let mut sorted: Vec<_> = contents.into_iter().map(|item| (last_used(&item), item)).collect();
    sorted.sort_by_key(|(last_used, item)| (*last_used, item.object));
    sorted
}

#[cfg(test)]
mod tests;
