//! Which sessions run, what they use, and cleaning up after those that were killed.

use std::collections::{BTreeSet, HashSet};
use std::fs::{self, File};
use std::io::Read;
use std::path::PathBuf;

use crate::Object;
use crate::error::{At, Result, present};
use crate::layout::{Layout, entries};
use crate::lock::{Gate, try_lock};
use crate::remove::remove_directory;

/// A session whose process is gone. Its file is locked by us now, so that nobody else cleans up after it.
struct Dead {
    list: PathBuf,
    tmp: PathBuf,
    _file: File,
}

/// Removes what killed processes left in `tmp/` and `sessions/`.
pub(crate) fn sweep(layout: &Layout) -> Result<()> {
    if entries(&layout.sessions())?.is_empty() && entries(&layout.tmp())?.is_empty() {
        return Ok(());
    }
    for dead in dead(layout)? {
        remove_directory(&dead.tmp)?;
        // The list goes last: killed before, we leave a dead session again.
        present(fs::remove_file(&dead.list)).at("remove", &dead.list)?;
    }
    Ok(())
}

/// What running sessions use. No other can begin to use something while the gate is held alone.
pub(crate) fn in_use(layout: &Layout, _alone: &Gate) -> Result<HashSet<Object>> {
    let mut used = HashSet::new();
    for path in entries(&layout.sessions())? {
        let Some(mut file) = present(File::open(&path)).at("open", &path)? else { continue };
        if try_lock(&file, &path)? {
            continue;
        }
        // Not by its name again: the session may end at any time.
        let mut list = String::new();
        file.read_to_string(&mut list).at("read", &path)?;
        used.extend(list.lines().filter_map(Object::parse));
    }
    Ok(used)
}

fn dead(layout: &Layout) -> Result<Vec<Dead>> {
    // Alone: no session is between making its file and locking it.
    let _gate = layout.enter_alone()?;
    // A directory without a list has lost it; for the time of the cleaning it gets one again.
    let directories = [entries(&layout.sessions())?, entries(&layout.tmp())?].concat();
    let ids: BTreeSet<_> = directories.iter().filter_map(|path| path.file_name()).collect();
    let mut dead = Vec::new();
    for id in ids {
        let (list, tmp) = (layout.sessions().join(id), layout.tmp().join(id));
        let file = File::options().append(true).create(true).open(&list).at("open", &list)?;
        if try_lock(&file, &list)? {
            dead.push(Dead { list, tmp, _file: file });
        }
    }
    Ok(dead)
}
