//! Projects locked against archives that a test makes and serves.

mod archive;
mod keys;
mod patches;
mod project;
mod signer;

use yoe_model::{Digest, Lock};

use super::*;
use crate::client::Settings;
use crate::debian::DebianError;
use crate::{Cancel, test_archive};
use archive::Archive;
use project::Sketch;
use signer::{ed25519, other, rsa};

/// The time at which tests lock: the first of January 2026.
const NOW: u64 = 1_767_225_600;

/// Locks, and gives the names of what was asked of the archive.
fn try_lock(
    archive: &Archive,
    sketch: &Sketch,
    previous: Option<&Lock>,
    mode: LockMode,
    keyrings: &[Vec<u8>],
) -> (Result<Lock, LockError>, Vec<String>) {
    try_lock_on(Arch::X86_64, archive, sketch, previous, mode, keyrings)
}

/// The same on a machine of another architecture.
fn try_lock_on(
    architecture: Arch,
    archive: &Archive,
    sketch: &Sketch,
    previous: Option<&Lock>,
    mode: LockMode,
    keyrings: &[Vec<u8>],
) -> (Result<Lock, LockError>, Vec<String>) {
    let server = archive.serve();
    let client = Client::new(Settings { attempts: 1, ..Settings::default() }, Cancel::new()).unwrap();
    let options = LockOptions { now: NOW, mode, architecture, keyrings: keyrings.to_vec(), docker: None };
    let result = lock(&sketch.project(&server.url("")), previous, &client, &options, &mut |_| ());
    (result, server.requests().into_iter().map(|request| request.path).collect())
}

fn locked(archive: &Archive, sketch: &Sketch) -> Lock {
    try_lock(archive, sketch, None, LockMode::AddMissing, &[]).0.unwrap()
}

/// The message and that of its cause.
fn refusal(archive: &Archive, sketch: &Sketch) -> String {
    message(&try_lock(archive, sketch, None, LockMode::AddMissing, &[]).0.unwrap_err())
}

fn message(error: &LockError) -> String {
    let cause = std::error::Error::source(error).map(|cause| format!(": {cause}"));
    format!("{error}{}", cause.unwrap_or_default())
}

fn packages(lock: &Lock, container: &str) -> String {
    let all = lock.containers[container].packages.iter();
    all.map(|package| format!("{}={}", package.name, package.version)).collect::<Vec<_>>().join(" ")
}

#[test]
fn a_project_is_locked() {
    let archive = Archive::new(&[ed25519()]);
    let sketch = Sketch::new(ed25519()).source("musl", "1.2.5-3");
    let lock = locked(&archive, &sketch);
    assert_eq!(packages(&lock, "tools"), "clang=1 dash=1 libc=2");
    let package = &lock.containers["tools"].packages[0].file;
    assert_eq!((package.archive.as_str(), package.path.as_str()), ("debian", "pool/clang_1.deb"));
    let suite = &lock.suites["debian/trixie"];
    assert_eq!(suite.date, archive::DATE);
    assert_eq!(suite.signed_by, ed25519().fingerprint());
    assert_eq!(suite.release, Digest::of(&archive.files["dists/trixie/InRelease"]));
    let files: Vec<&str> =
        lock.sources["debian:musl@1.2.5-3"].files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(files, ["pool/musl/musl_1.2.5.orig.tar.gz", "pool/musl/musl_1.2.5.orig-extra.tar.xz"]);
    assert!(sketch.project("").lock(lock).is_ok(), "the lock fits its project");
}

#[test]
fn a_package_that_holds_a_source_is_locked() {
    let path = "pool/linux-source-6.12_6.12.117-1_all.deb";
    let archive = Archive::new(&[ed25519()])
        .at("linux-source-6.12", "6.12.117-1", path)
        .at("linux-source-6.12", "6.12.107-1", "pool/linux-source-6.12_6.12.107-1_all.deb")
        .at("linux-image", "6.12.117-1", "pool/linux-image_6.12.117-1_amd64.deb")
        .sign(&[ed25519()]);
    let sketch = Sketch::new(ed25519()).package("linux-source-6.12", "6.12.117-1");
    let lock = locked(&archive, &sketch);
    let key = "debian-package:linux-source-6.12@6.12.117-1 (usr/src/a.tar.xz)";
    let files: Vec<&str> = lock.sources[key].files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(files, [path]);
    let (again, asked) = try_lock(&archive, &sketch, Some(&lock), LockMode::AddMissing, &[]);
    assert_eq!((again.unwrap(), asked), (lock.clone(), Vec::new()));
    assert!(sketch.project("").lock(lock).is_ok(), "the lock fits its project");

    let message = refusal(&archive, &Sketch::new(ed25519()).package("linux-source-6.12", "6.12.118-1"));
    assert!(
        message.ends_with(
            "debian/trixie has no package linux-source-6.12 6.12.118-1: it has 6.12.117-1, 6.12.107-1"
        ),
        "{message}"
    );
    let message = refusal(&archive, &Sketch::new(ed25519()).package("gone", "1"));
    assert!(message.ends_with("has no package gone 1: it has no package of this name"), "{message}");
    let message = refusal(&archive, &Sketch::new(ed25519()).package("linux-image", "6.12.117-1"));
    assert!(message.contains("linux-image_6.12.117-1_amd64.deb is for one architecture"), "{message}");
}

#[test]
fn trees_that_clients_laid_down_stay_as_long_as_they_are_used() {
    let archive = Archive::new(&[ed25519()]);
    let sketch = Sketch::new(ed25519()).go_module("example.org/tool", "v1.0.0");
    let mut previous = locked(&archive, &sketch);
    assert!(previous.sources.is_empty(), "only their client can say what they are");
    let tree = yoe_model::LockedSource { tree: Some(Digest::of(b"tree")), ..Default::default() };
    for key in ["go:example.org/tool@v1.0.0", "go:example.org/gone@v1.0.0"] {
        previous.sources.insert(key.to_owned(), tree.clone());
    }
    for mode in [LockMode::AddMissing, LockMode::UpdateAll] {
        let (lock, _) = try_lock(&archive, &sketch, Some(&previous), mode, &[]);
        let sources = lock.unwrap().sources;
        assert_eq!(
            sources.into_iter().collect::<Vec<_>>(),
            [("go:example.org/tool@v1.0.0".to_owned(), tree.clone())]
        );
    }
}

#[test]
fn locking_again_asks_nothing_and_changes_nothing() {
    let archive = Archive::new(&[ed25519()]);
    let sketch = Sketch::new(ed25519()).source("musl", "1.2.5-3");
    let first = locked(&archive, &sketch);
    let (second, asked) = try_lock(&archive, &sketch, Some(&first), LockMode::AddMissing, &[]);
    assert_eq!(second.unwrap(), first);
    assert_eq!(asked, Vec::<String>::new());
}

#[test]
fn only_an_update_moves_what_is_locked() {
    let sketch = Sketch::new(ed25519());
    let first = locked(&Archive::new(&[ed25519()]), &sketch);
    let moved = Archive::new(&[ed25519()]).package("clang", "3", "Depends: libc").sign(&[ed25519()]);
    let wider = sketch.clone().container("more", &["libc"]);
    let (added, _) = try_lock(&moved, &wider, Some(&first), LockMode::AddMissing, &[]);
    let added = added.unwrap();
    assert_eq!(packages(&added, "tools"), "clang=1 dash=1 libc=2");
    assert_eq!(packages(&added, "more"), "dash=1 libc=2");
    let (updated, _) = try_lock(&moved, &wider, Some(&added), LockMode::UpdateAll, &[]);
    let updated = updated.unwrap();
    assert_eq!(packages(&updated, "tools"), "clang=3 dash=1 libc=2");
    // What is no longer in the project goes.
    let (fewer, asked) = try_lock(&moved, &sketch, Some(&updated), LockMode::AddMissing, &[]);
    let fewer = fewer.unwrap();
    assert_eq!((fewer.containers.len(), asked.len()), (1, 0));
}

#[test]
fn an_update_by_name_moves_that_entry_and_no_other_line() {
    let sketch =
        Sketch::new(ed25519()).container("more", &["clang"]).source("musl", "1.2.5-3").source("native", "7");
    let first = locked(&Archive::new(&[ed25519()]), &sketch);
    let moved = Archive::new(&[ed25519()]).package("clang", "3", "Depends: libc").sign(&[ed25519()]);
    let only = |containers: &[&str], sources: &[&str]| {
        let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        LockMode::Only { containers: set(containers), sources: set(sources), images: BTreeSet::new() }
    };
    let (second, _) = try_lock(&moved, &sketch, Some(&first), only(&["tools"], &[]), &[]);
    let second = second.unwrap();
    assert_eq!(packages(&second, "tools"), "clang=3 dash=1 libc=2");
    assert_eq!(packages(&second, "more"), "clang=1 dash=1 libc=2");
    let (before, after) = (file::render(&first), file::render(&second));
    let others =
        |text: &str| text.lines().filter(|line| !line.contains("clang")).collect::<Vec<_>>().join("\n");
    assert_eq!(others(&before), others(&after));
    assert_eq!(before.lines().zip(after.lines()).filter(|(old, new)| old != new).count(), 1);
    // What the project needs no longer stays too, and what it newly needs is not added.
    let other = Sketch::new(ed25519()).container("new", &["libc"]).source("musl", "1.2.5-3");
    let key = "debian:musl@1.2.5-3";
    let mut broken = first.clone();
    broken.sources.get_mut(key).unwrap().files.clear();
    let (mended, _) = try_lock(&moved, &other, Some(&broken), only(&[], &[key]), &[]);
    assert_eq!(mended.unwrap(), first);
}

#[test]
fn a_container_that_asks_for_something_else_is_looked_up_again() {
    let archive = Archive::new(&[ed25519()]);
    let first = locked(&archive, &Sketch::new(ed25519()));
    let changed = Sketch::new(ed25519()).container("tools", &["libc"]);
    let (second, _) = try_lock(&archive, &changed, Some(&first), LockMode::AddMissing, &[]);
    assert_eq!(packages(&second.unwrap(), "tools"), "dash=1 libc=2");
}

#[test]
fn each_file_is_fetched_once() {
    let archive = Archive::new(&[ed25519()]);
    let sketch =
        Sketch::new(ed25519()).container("more", &["libc"]).source("musl", "1.2.5-3").source("native", "7");
    let (lock, mut asked) = try_lock(&archive, &sketch, None, LockMode::AddMissing, &[]);
    lock.unwrap();
    // The last one is musl's file of patches: nothing is said of them.
    assert_eq!(asked.len(), 5, "{asked:?}");
    asked.dedup();
    assert_eq!(asked.len(), 5, "the release, packages, keyring, sources and patches: {asked:?}");
}

#[test]
fn packages_of_another_architecture_come_alone() {
    let archive = Archive::new(&[ed25519()]);
    let sketch = Sketch::new(ed25519()).container("tools", &["libc", "clang:arm64", "libc:amd64"]);
    let lock = locked(&archive, &sketch);
    assert_eq!(packages(&lock, "tools"), "clang:arm64=1 dash=1 libc=2");
    assert_eq!(lock.containers["tools"].packages[0].file.path, "pool/clang_1_arm64.deb");
    let sketch = Sketch::new(ed25519()).container("tools", &["gone:arm64"]);
    assert!(refusal(&archive, &sketch).ends_with("debian/trixie has no package \"gone:arm64\""));
}

#[test]
fn a_container_that_is_copied_is_locked_for_the_machines_that_are_unlike_this_one() {
    let archive = Archive::new(&[ed25519()]);
    let sketch = Sketch::new(ed25519()).container("box", &["libc"]).copied("box");
    let lock = locked(&archive, &sketch);
    assert!(lock.containers["tools"].copies.is_empty(), "what builds runs here");
    let files = |packages: &[yoe_model::LockedPackage]| -> Vec<String> {
        packages.iter().map(|package| package.file.path.clone()).collect()
    };
    let entry = &lock.containers["box"];
    let foreign: Vec<String> =
        files(&entry.packages).iter().map(|path| path.replace(".deb", "_arm64.deb")).collect();
    assert_eq!(entry.copies.keys().copied().collect::<Vec<_>>(), [Arch::Aarch64]);
    assert_eq!(files(&entry.copies[&Arch::Aarch64]), foreign, "with all that it depends on");
    let (again, asked) = try_lock(&archive, &sketch, Some(&lock), LockMode::AddMissing, &[]);
    assert_eq!((again.unwrap(), asked), (lock.clone(), Vec::new()));

    // What an older lock has of it stays, and what nobody needs any more goes.
    let mut older = lock.clone();
    let entry = older.containers.get_mut("box").unwrap();
    entry.copies.clear();
    entry.packages[0].version = "0".to_owned();
    let added = try_lock(&archive, &sketch, Some(&older), LockMode::AddMissing, &[]).0.unwrap();
    assert_eq!(added.containers["box"].packages, older.containers["box"].packages);
    assert_eq!(added.containers["box"].copies, lock.containers["box"].copies);
    let plain = Sketch::new(ed25519()).container("box", &["libc"]);
    let fewer = try_lock(&archive, &plain, Some(&lock), LockMode::AddMissing, &[]).0.unwrap();
    assert!(fewer.containers["box"].copies.is_empty());
}

#[test]
fn on_another_architecture_containers_are_its_own_and_copies_this_ones() {
    let archive = Archive::new(&[ed25519()]);
    let sketch = Sketch::new(ed25519())
        .container("tools", &["libc", "clang:amd64", "dash:arm64"])
        .container("box", &["libc"])
        .copied("box");
    let on_arm = |previous| {
        try_lock_on(Arch::Aarch64, &archive, &sketch, previous, LockMode::AddMissing, &[]).0.unwrap()
    };
    let lock = on_arm(None);
    let paths: Vec<&str> =
        lock.containers["tools"].packages.iter().map(|package| package.file.path.as_str()).collect();
    assert_eq!(paths, ["pool/clang_1.deb", "pool/dash_1_arm64.deb", "pool/libc_2_arm64.deb"]);
    let copies = &lock.containers["box"].copies;
    assert_eq!(copies.keys().copied().collect::<Vec<_>>(), [Arch::X86_64]);
    assert!(copies[&Arch::X86_64].iter().all(|package| !package.file.path.contains("arm64")));
    assert_eq!(on_arm(Some(&lock)), lock);
}

#[test]
fn a_native_source_is_its_own_tarball() {
    let lock = locked(&Archive::new(&[ed25519()]), &Sketch::new(ed25519()).source("native", "7"));
    assert_eq!(lock.sources["debian:native@7"].files[0].path, "pool/native/native_7.tar.xz");
}

#[test]
fn a_source_that_is_not_listed_says_what_is() {
    let archive = Archive::new(&[ed25519()]);
    assert_eq!(
        refusal(&archive, &Sketch::new(ed25519()).source("musl", "9")),
        "units/musl.star:7:1: cannot lock source debian:musl@9 of unit \"musl\": debian/trixie has no source package \
         musl 9: it has 1.2.5-1, 1.2.5-3"
    );
    let error = refusal(&archive, &Sketch::new(ed25519()).source("gone", "1"));
    assert!(error.ends_with("there is no source package gone"), "{error}");
    let error = refusal(&archive, &Sketch::new(ed25519()).source("empty", "1"));
    assert!(error.ends_with("source package empty 1 of debian/trixie lists no upstream tarball"), "{error}");
}

#[test]
fn a_source_of_an_archive_without_a_container_has_no_keys() {
    let sketch = Sketch::new(ed25519()).no_containers().source("musl", "1.2.5-3");
    assert_eq!(
        refusal(&Archive::new(&[ed25519()]), &sketch),
        "units/musl.star:7:1: cannot lock source debian:musl@1.2.5-3 of unit \"musl\": nothing says which keys may \
         sign archive \"debian\". Name them with keys = […], as `gpg --show-keys` prints them, or make a container of it"
    );
}

#[test]
fn a_container_that_cannot_be_resolved_says_where_and_why() {
    let error = refusal(&Archive::new(&[ed25519()]), &Sketch::new(ed25519()).container("tools", &["broken"]));
    assert_eq!(
        error,
        "containers/tools.star:3:1: cannot lock container \"tools\": broken needs gone (>= 1), which debian/trixie \
         cannot satisfy: it has no gone"
    );
}

#[test]
fn any_of_several_signatures_by_a_pinned_key_is_enough() {
    let archive = Archive::new(&[other(), rsa(), ed25519()]).sign(&[other(), rsa(), ed25519()]);
    for signer in [rsa(), ed25519()] {
        assert_eq!(
            locked(&archive, &Sketch::new(signer)).suites["debian/trixie"].signed_by,
            signer.fingerprint()
        );
    }
}

#[test]
fn a_signing_subkey_speaks_for_its_primary_key() {
    let archive = Archive::new(&[ed25519()]).sign_by_subkey(ed25519());
    locked(&archive, &Sketch::new(ed25519()));
}

#[test]
fn a_subkey_that_the_primary_key_did_not_bind_does_not() {
    let grafted = ed25519().with_subkey_of(other());
    let archive = Archive::with_keyring(&grafted).sign_by_subkey(other());
    let error = refusal(&archive, &Sketch::new(ed25519()));
    assert!(error.contains("carries no valid signature by a key that may sign it"), "{error}");
}

#[test]
fn a_release_signed_by_another_key_is_refused() {
    let archive = Archive::new(&[ed25519(), other()]).sign(&[other()]);
    let error = refusal(&archive, &Sketch::new(ed25519()));
    let expected = format!("Accepted: {}. Signed with: {}", ed25519().fingerprint(), other().fingerprint());
    assert!(error.ends_with(&expected), "{error}");
}

#[test]
fn a_keyring_without_the_pinned_key_is_of_no_use() {
    let archive = Archive::new(&[other()]).sign(&[ed25519()]);
    let error = refusal(&archive, &Sketch::new(ed25519()));
    assert!(error.contains("none of the keys that may sign debian/trixie was found"), "{error}");
}

#[test]
fn keys_can_come_from_files() {
    let archive = Archive::new(&[]).sign(&[ed25519()]);
    let sketch = Sketch::new(ed25519());
    for keyring in [ed25519().armored(), ed25519().binary()] {
        let (lock, asked) = try_lock(&archive, &sketch, None, LockMode::AddMissing, &[keyring]);
        lock.unwrap();
        assert_eq!(asked.len(), 2, "the release and the packages: {asked:?}");
    }
    let (error, _) = try_lock(&archive, &sketch, None, LockMode::AddMissing, &[b"\x00no keys".to_vec()]);
    assert!(error.is_err());
}

#[test]
fn a_release_that_was_changed_is_refused() {
    let mut archive = Archive::new(&[ed25519()]);
    archive.change("dists/trixie/InRelease", "Origin: here", "Origin: HERE");
    let error = refusal(&archive, &Sketch::new(ed25519()));
    assert!(error.contains("carries no valid signature"), "{error}");
}

#[test]
fn what_stands_beside_the_signed_text_is_refused() {
    for (from, to) in [
        ("-----BEGIN PGP SIGNED", "Suite: evil\n-----BEGIN PGP SIGNED"),
        ("-----END PGP SIGNATURE-----\n", "-----END PGP SIGNATURE-----\nSuite: evil\n"),
    ] {
        let mut archive = Archive::new(&[ed25519()]);
        archive.change("dists/trixie/InRelease", from, to);
        let error = refusal(&archive, &Sketch::new(ed25519()));
        assert!(error.contains("is not properly signed"), "{error}");
    }
}

#[test]
fn a_release_without_a_signature_is_refused() {
    let mut archive = Archive::new(&[ed25519()]);
    archive.files.insert("dists/trixie/InRelease".to_owned(), b"Suite: trixie\n".to_vec());
    let error = refusal(&archive, &Sketch::new(ed25519()));
    assert!(error.contains("the release file of debian/trixie is not properly signed"), "{error}");
}

#[test]
fn an_index_that_was_changed_is_refused() {
    let mut archive = Archive::new(&[ed25519()]);
    let path = "dists/trixie/main/binary-amd64/Packages.xz";
    archive.files.get_mut(path).unwrap()[20] ^= 1;
    let error = refusal(&archive, &Sketch::new(ed25519()));
    assert!(error.contains("wrong content: expected SHA-256"), "{error}");
}

#[test]
fn a_keyring_package_that_was_changed_is_refused() {
    let mut archive = Archive::new(&[ed25519()]);
    archive.files.get_mut("pool/debian-archive-keyring_1.deb").unwrap()[200] ^= 1;
    let error = refusal(&archive, &Sketch::new(ed25519()));
    assert!(error.contains("cannot fetch debian-archive-keyring"), "{error}");
}

#[test]
fn an_index_is_found_by_its_digest_when_its_name_moved_on() {
    let mut archive = Archive::new(&[ed25519()]).by_hash().sign(&[ed25519()]);
    archive.files.insert("dists/trixie/main/binary-amd64/Packages.xz".to_owned(), b"newer".to_vec());
    locked(&archive, &Sketch::new(ed25519()));
}

#[test]
fn an_expired_suite_needs_to_be_accepted() {
    let archive = Archive::new(&[ed25519()]).valid_until("Mon, 15 Dec 2025 00:00:00 UTC").sign(&[ed25519()]);
    assert_eq!(
        refusal(&archive, &Sketch::new(ed25519())),
        "containers/tools.star:3:1: cannot lock container \"tools\": debian/trixie expired on 2025-12-15, 17 days \
         ago: its archive no longer vouches for it. If that is acceptable, say so with accept_expired = True in a container of \
         this suite, which may be one that nothing runs in"
    );
    locked(&archive, &Sketch::new(ed25519()).accept_expired().source("musl", "1.2.5-3"));
    let fresh = Archive::new(&[ed25519()]).valid_until("Thu, 01 Jan 2026 00:00:00 UTC").sign(&[ed25519()]);
    locked(&fresh, &Sketch::new(ed25519()));
}

#[test]
fn a_suite_does_not_go_back() {
    let archive = Archive::new(&[ed25519()]);
    let mut previous = locked(&archive, &Sketch::new(ed25519()));
    previous.suites.get_mut("debian/trixie").unwrap().date += 86_400;
    let error =
        try_lock(&archive, &Sketch::new(ed25519()), Some(&previous), LockMode::UpdateAll, &[]).0.unwrap_err();
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert!(
        cause.contains("is of 2025-12-01, older than that of 2025-12-02 which the lock has seen"),
        "{cause}"
    );
}

#[test]
fn the_release_of_another_suite_is_refused() {
    let archive = Archive::new(&[ed25519()]).named("bookworm").sign(&[ed25519()]);
    let error = refusal(&archive, &Sketch::new(ed25519()));
    assert!(
        error.ends_with(
            "the release file of debian/trixie is that of another suite: it calls itself bookworm"
        ),
        "{error}"
    );
}

#[test]
fn a_suite_or_an_index_that_does_not_exist_is_named() {
    let mut archive = Archive::new(&[ed25519()]);
    let sketch = Sketch::new(ed25519()).container("tools", &["clang:riscv64"]);
    let error = refusal(&archive, &sketch);
    assert!(error.ends_with("debian/trixie has no main/binary-riscv64/Packages"), "{error}");
    archive.files.clear();
    let (error, _) = try_lock(&archive, &Sketch::new(ed25519()), None, LockMode::AddMissing, &[]);
    match error.unwrap_err() {
        LockError::Container { source, .. } => {
            assert!(matches!(*source, DebianError::Fetch(error) if error.is_missing()));
        }
        error => panic!("{error}"),
    }
}

#[test]
fn the_lock_is_the_same_after_a_way_through_its_file() {
    let sketch = Sketch::new(ed25519()).source("musl", "1.2.5-3");
    let lock = locked(&Archive::new(&[ed25519()]), &sketch);
    assert_eq!(file::parse(&file::render(&lock)).unwrap(), lock);
}
