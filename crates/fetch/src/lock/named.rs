//! Some entries of a lock, looked up again by themselves.

use std::collections::BTreeSet;

use yoe_model::Lock;

use super::LockError;
use super::run::{Run, debian_sources};

impl Run<'_> {
    /// The previous lock with these entries looked up again, and nothing else changed.
    pub(super) fn finish_named(
        mut self,
        containers: &BTreeSet<String>,
        sources: &BTreeSet<String>,
        images: &BTreeSet<String>,
    ) -> Result<Lock, LockError> {
        self.one_suite_a_key()?;
        let mut lock = self.previous.clone();
        let project = self.project;
        for container in containers.iter().filter_map(|name| project.containers.get(name)) {
            let entry = self.container(container)?;
            lock.containers.insert(container.name.clone(), entry);
        }
        let mut done = BTreeSet::new();
        for (unit, entry) in debian_sources(project) {
            let key = entry.source.key();
            if sources.contains(&key) && done.insert(key.clone()) {
                let found = self.source(unit, entry)?;
                lock.sources.insert(key, found);
            }
        }
        lock.images.extend(self.named_images(images)?);
        // Those that were seen before stay: their dates stand for "now" in what is built.
        for (name, suite) in self.lock.suites {
            lock.suites.entry(name).or_insert(suite);
        }
        Ok(lock)
    }
}
