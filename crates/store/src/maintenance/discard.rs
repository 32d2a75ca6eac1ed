//! Taking things out of the store.

use std::fs;
use std::path::Path;

use super::inventory::Item;
use super::sweep::in_use;
use crate::error::{At, Result, present};
use crate::layout::{Layout, digest_of_name, entries};
use crate::lock::{Gate, Lock};
use crate::remove::{open_up, remove_directory};
use crate::{Kind, Object, Store};

/// So many are taken out while others wait at the gate.
const BATCH: usize = 128;

/// Removes these objects, but for those that somebody used since the inventory; gives what was removed.
pub(crate) fn discard_unused(store: &Store, items: Vec<Item>) -> Result<Vec<Item>> {
    let (layout, session) = (&store.layout, store.session()?);
    let mut removed = Vec::new();
    for batch in items.chunks(BATCH) {
        let trash = session.scratch()?;
        let gate = layout.enter_alone()?;
        let used = in_use(layout, &gate)?;
        for item in batch {
            // Who has no session leaves a newer time at least.
            let unused = !used.contains(&item.object) && layout.last_used(item.object)? == item.last_used;
            if unused && discard(layout, item.object, trash.path(), &gate)? {
                removed.push(item.clone());
            }
        }
        drop(gate);
        remove_directory(trash.path())?;
    }
    Ok(removed)
}

/// Moves an object into the trash; whether it was there to be moved. What it holds is removed later, without the gate.
pub(crate) fn discard(layout: &Layout, object: Object, trash: &Path, _alone: &Gate) -> Result<bool> {
    let path = layout.path(object);
    if object.kind == Kind::Partial {
        let blob = Object::new(Kind::Blob, &object.digest);
        if Lock::try_exclusive(&layout.lock_path(blob))?.is_none() {
            return Ok(false);
        }
    }
    // Moving a directory changes its `..`, which needs the right to write in it.
    open_up(&path)?;
    let to = trash.join(object.to_string());
    if present(fs::rename(&path, &to)).at("remove", &path)?.is_none() {
        return Ok(false);
    }
    if object.kind == Kind::Tree {
        let stamp = layout.stamp(object);
        present(fs::remove_file(&stamp)).at("remove", &stamp)?;
    }
    Ok(true)
}

/// Removes what killed processes left next to their sessions: locks that nobody holds and stamps of trees that never
/// came.
pub(crate) fn tidy(layout: &Layout) -> Result<()> {
    for path in layout.locks_of_objects()? {
        // Dropping the lock removes its file.
        drop(Lock::try_exclusive(&path)?);
    }
    let _gate = layout.enter_alone()?;
    for path in entries(&layout.stamps())? {
        let Some(digest) = digest_of_name(&path) else { continue };
        if !layout.has(Object::new(Kind::Tree, &digest))? {
            present(fs::remove_file(&path)).at("remove", &path)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
