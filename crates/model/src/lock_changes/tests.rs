use super::*;
use crate::{ArchiveFile, Digest, LockedContainer, LockedSuite};

fn file(text: &str) -> ArchiveFile {
    let sha256 = Digest::of(text.as_bytes());
    ArchiveFile { archive: "debian".into(), path: text.into(), size: 1, sha256 }
}

fn source(text: &str, applied: &[&str]) -> LockedSource {
    let applied = applied.iter().map(|patch| (*patch).to_owned()).collect();
    LockedSource { files: vec![file(text)], applied, ..LockedSource::default() }
}

fn package(name: &str, version: &str) -> LockedPackage {
    LockedPackage { name: name.into(), version: version.into(), file: file(version) }
}

fn lock(sources: &[(&str, LockedSource)], packages: Vec<LockedPackage>, date: u64) -> Lock {
    let suite = LockedSuite { date, release: Digest::of(&date.to_le_bytes()), signed_by: "key".into() };
    let container = LockedContainer::new(Digest::of(b"request"), packages);
    Lock {
        version: Lock::VERSION,
        suites: [("debian/trixie".to_owned(), suite)].into(),
        containers: [("tools".to_owned(), container)].into(),
        sources: sources.iter().map(|(key, source)| ((*key).to_owned(), source.clone())).collect(),
        ..Lock::default()
    }
}

fn set(all: &[&str]) -> BTreeSet<String> {
    all.iter().map(|one| (*one).to_owned()).collect()
}

#[test]
fn equal_locks_differ_in_nothing() {
    let lock = lock(&[("debian:musl@1.2.5-3", source("musl", &[]))], vec![package("make", "4")], 1);
    assert!(LockChanges::new(&lock, &lock.clone()).is_empty());
}

#[test]
fn what_moved_came_or_went_is_named() {
    let before = lock(
        &[("debian:musl@1.2.5-3", source("a", &["one", "two"])), ("crate:gone@1.0.0", source("b", &[]))],
        vec![package("make", "4"), package("sed", "1")],
        0,
    );
    let now = lock(
        &[
            ("debian:musl@1.2.5-4 with its series", source("c", &["two", "three"])),
            ("go:example.org/new@v1.0.0", source("d", &[])),
        ],
        vec![package("make", "5"), package("sed", "1")],
        86_400,
    );
    let changes = LockChanges::new(&before, &now);
    let names = |changes: &[EntryChange]| changes.iter().map(|one| one.name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&changes.sources), ["crate:gone", "debian:musl", "go:example.org/new"]);
    let musl = &changes.sources[1];
    assert_eq!((&musl.from, &musl.to), (&set(&["1.2.5-3"]), &set(&["1.2.5-4 with its series"])));
    assert_eq!(
        (musl.patches_added.as_slice(), musl.patches_gone.as_slice()),
        (&["three".to_owned()][..], &["one".to_owned()][..])
    );
    assert!(changes.sources[0].to.is_empty() && changes.sources[2].from.is_empty());
    assert_eq!(names(&changes.containers), ["tools: make"]);
    assert_eq!(changes.suites[0].to, set(&["1970-01-02T00:00:00Z"]));
}

#[test]
fn other_bytes_under_the_same_version_are_no_equality() {
    let before = lock(&[("debian:musl@1.2.5-3", source("a", &[]))], vec![], 0);
    let now = lock(&[("debian:musl@1.2.5-3", source("b", &[]))], vec![], 0);
    let changes = LockChanges::new(&before, &now);
    assert_eq!(changes.sources[0].other_bytes, set(&["1.2.5-3"]));
    assert_eq!(changes.sources[0].from, changes.sources[0].to);
}
