//! What differs between two locks.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::{Lock, LockedImage, LockedModule, LockedPackage, LockedSource, LockedTree};

/// What differs between two locks, each kind of entry by name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct LockChanges {
    /// Suites of Debian's; a version is the day that one is of.
    pub suites: Vec<EntryChange>,
    /// Packages of containers: `CONTAINER: PACKAGE`.
    pub containers: Vec<EntryChange>,
    /// Sources of units: `debian:NAME`, `go:PATH` and so on.
    pub sources: Vec<EntryChange>,
    /// Modules of the project; a version is a commit, or the digest of an archive.
    pub modules: Vec<EntryChange>,
    /// Images of registries; a version is the digest that the name stands for.
    pub images: Vec<EntryChange>,
}

/// An entry that one lock has alone, or both have with other bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct EntryChange {
    /// Its name.
    pub name: String,
    /// Its versions before; none when it was not there.
    pub from: BTreeSet<String>,
    /// Its versions now; none when it is gone.
    pub to: BTreeSet<String>,
    /// Versions that stand for other bytes than before.
    pub other_bytes: BTreeSet<String>,
    /// Of Debian's patches, those that are applied now and were not.
    pub patches_added: Vec<String>,
    /// Those that were applied and are not now.
    pub patches_gone: Vec<String>,
}

/// One version of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    /// What stands for its bytes.
    bytes: Vec<String>,
    patches: Vec<String>,
}

/// Entries by name and version.
type Entries = BTreeMap<String, BTreeMap<String, Entry>>;

impl LockChanges {
    /// Compares two locks.
    pub fn new(from: &Lock, to: &Lock) -> Self {
        let of = |entries: fn(&Lock) -> Entries| changes(&entries(from), &entries(to));
        Self {
            suites: of(suites),
            containers: of(containers),
            sources: of(sources),
            modules: of(modules),
            images: of(images),
        }
    }

    /// The kinds by name, in the order in which the lock has them.
    pub fn kinds(&self) -> [(&'static str, &[EntryChange]); 5] {
        [
            ("suites", &self.suites),
            ("containers", &self.containers),
            ("sources", &self.sources),
            ("modules", &self.modules),
            ("images", &self.images),
        ]
    }

    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        self.kinds().iter().all(|(_, changes)| changes.is_empty())
    }
}

fn changes(from: &Entries, to: &Entries) -> Vec<EntryChange> {
    let names: BTreeSet<&String> = from.keys().chain(to.keys()).collect();
    let none = BTreeMap::new();
    let change = |name: &String| {
        let (before, now) = (from.get(name).unwrap_or(&none), to.get(name).unwrap_or(&none));
        let other = |(version, entry): &(&String, &Entry)| {
            before.get(*version).is_some_and(|before| before.bytes != entry.bytes)
        };
        let patches = |entries: &BTreeMap<String, Entry>| -> Vec<String> {
            entries.values().flat_map(|entry| entry.patches.iter().cloned()).collect()
        };
        let (applied, applies) = (patches(before), patches(now));
        let only = |these: &[String], those: &[String]| -> Vec<String> {
            these.iter().filter(|patch| !those.contains(patch)).cloned().collect()
        };
        EntryChange {
            name: name.clone(),
            from: before.keys().cloned().collect(),
            to: now.keys().cloned().collect(),
            other_bytes: now.iter().filter(other).map(|(version, _)| version.clone()).collect(),
            patches_added: only(&applies, &applied),
            patches_gone: only(&applied, &applies),
        }
    };
    let differs = |change: &EntryChange| {
        let same = change.from == change.to && change.other_bytes.is_empty();
        !same || !change.patches_added.is_empty() || !change.patches_gone.is_empty()
    };
    names.into_iter().map(change).filter(differs).collect()
}

fn one(name: impl Into<String>, version: impl Into<String>, bytes: Vec<String>) -> (String, (String, Entry)) {
    (name.into(), (version.into(), Entry { bytes, patches: Vec::new() }))
}

fn gathered(all: impl IntoIterator<Item = (String, (String, Entry))>) -> Entries {
    let mut entries = Entries::new();
    for (name, (version, entry)) in all {
        entries.entry(name).or_default().insert(version, entry);
    }
    entries
}

fn suites(lock: &Lock) -> Entries {
    gathered(lock.suites.iter().map(|(name, suite)| {
        one(name, yoe_notation::date::rfc3339(suite.date), vec![suite.release.to_string()])
    }))
}

fn containers(lock: &Lock) -> Entries {
    let packages = |of: &str, packages: &[LockedPackage]| -> Vec<_> {
        let package = |package: &LockedPackage| {
            let name = format!("{of}: {}", package.name);
            one(name, &package.version, vec![package.file.sha256.to_string()])
        };
        packages.iter().map(package).collect()
    };
    gathered(lock.containers.iter().flat_map(|(name, container)| {
        let copies = container.copies.iter();
        let copies = copies.flat_map(|(arch, copy)| packages(&format!("{name} for {arch}"), copy));
        let copies: Vec<_> = copies.collect();
        packages(name, &container.packages).into_iter().chain(copies)
    }))
}

/// A source's key is `KIND:NAME@VERSION`, and the version may say more, such as which patches are applied.
fn sources(lock: &Lock) -> Entries {
    let source = |(key, source): (&String, &LockedSource)| {
        let (name, version) = key.split_once('@').unwrap_or((key, ""));
        let files = source.files.iter().chain(&source.patches).map(|file| file.sha256.to_string());
        let bytes = files.chain(source.tree.iter().map(ToString::to_string)).collect();
        let (name, (version, entry)) = one(name, version, bytes);
        (name, (version, Entry { patches: source.applied.clone(), ..entry }))
    };
    gathered(lock.sources.iter().map(source))
}

fn modules(lock: &Lock) -> Entries {
    let module = |(name, module): (&String, &LockedModule)| {
        let version = match &module.from {
            LockedTree::Git { commit, .. } => commit.clone(),
            LockedTree::Archive { sha256, .. } => sha256.to_string(),
        };
        one(name, version, vec![module.tree.to_string()])
    };
    gathered(lock.modules.iter().map(module))
}

fn images(lock: &Lock) -> Entries {
    let image = |(name, image): (&String, &LockedImage)| {
        let manifests = image.manifests.iter();
        let bytes = manifests.map(|(arch, of)| format!("{arch} {}", of.manifest.sha256)).collect();
        one(name, image.digest().map(|digest| digest.to_string()).unwrap_or_default(), bytes)
    };
    gathered(lock.images.iter().map(image))
}

#[cfg(test)]
mod tests;
