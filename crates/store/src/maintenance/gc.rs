//! Collecting garbage.

use std::time::SystemTime;

use super::choose::{GcOptions, victims};
use super::discard::{discard_unused, tidy};
use super::inventory::{Inventory, Item};
use super::sweep::{in_use, sweep};
use crate::error::Result;
use crate::lock::Lock;
use crate::{Object, Store};

/// What [`Store::gc`] did, or would do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GcReport {
    /// What was removed.
    pub removed: Vec<Object>,
    /// How many bytes that was.
    pub freed: u64,
    /// How many bytes of trees and blobs are left.
    pub kept: u64,
    /// How many objects running sessions use.
    pub in_use: usize,
}

impl Store {
    /// Removes what was not used lately, and what killed processes left. Running sessions of any process keep what they
    /// use or used; only one collection or verification runs at a time, others wait.
    pub fn gc(&self, options: &GcOptions) -> Result<GcReport> {
        let _lock = Lock::exclusive(&self.layout.maintenance_lock())?;
        if !options.dry_run {
            sweep(&self.layout)?;
            tidy(&self.layout)?;
            options.max_age.map_or(Ok(()), |max_age| self.discard_caches(max_age))?;
        }
        let began = SystemTime::now();
        let inventory = Inventory::take(&self.layout)?;
        let used = in_use(&self.layout, &self.layout.enter_alone()?)?;
        // What was used since belongs to actions that may have been recorded after the inventory passed them, by a process
        // whose session ended meanwhile.
        let recent = inventory.contents.iter().filter(|item| item.last_used >= began).map(|item| item.object);
        let kept = recent.chain(used.iter().copied()).collect();
        let all = bytes(inventory.contents.iter());
        let mut removed = victims(inventory, options, SystemTime::now(), &kept);
        if !options.dry_run {
            removed = discard_unused(self, removed)?;
        }
        let freed = |item: &&Item| item.object.kind.is_content();
        Ok(GcReport {
            freed: bytes(removed.iter()),
            kept: all.saturating_sub(bytes(removed.iter().filter(freed))),
            in_use: used.len(),
            removed: removed.iter().map(|item| item.object).collect(),
        })
    }
}

fn bytes<'a>(items: impl Iterator<Item = &'a Item>) -> u64 {
    items.map(|item| item.bytes).sum()
}
