//! Sources of suites that no container is made of, as of Debian's archive of security updates: their keys are named, and lie in
//! the keyring package of another archive.

use super::signer::Signer;
use super::*;
use crate::test_server::Server;

const KEY: &str = "debian-package:linux-source@2 (usr/src/a.tar.xz)";

/// The main archive, whose keyring has the keys of both.
fn main() -> Archive {
    Archive::new(&[ed25519(), other()])
}

/// The other one: no keyring package.
fn security() -> Archive {
    Archive::new(&[]).at("linux-source", "2", "pool/linux-source_2_all.deb")
}

/// A package of a suite of the archive `security`, which these may sign.
fn sketch(server: &Server, keys: &[&Signer]) -> Sketch {
    Sketch::new(ed25519()).of_suite("security", "trixie", &server.url(""), keys).package("linux-source", "2")
}

/// Locks it next to a container of the main archive; what was asked of either.
fn locked_from(
    security: &Archive,
    keys: &[&Signer],
    previous: Option<&Lock>,
) -> (Result<Lock, String>, [Vec<String>; 2]) {
    let server = security.serve();
    let (lock, of_main) = try_lock(&main(), &sketch(&server, keys), previous, LockMode::AddMissing, &[]);
    let of_security = server.requests().into_iter().map(|request| request.path).collect();
    (lock.map_err(|error| message(&error)), [of_main, of_security])
}

#[test]
fn the_keyring_of_another_archive_has_the_key() {
    let security = security().sign(&[other()]);
    let (lock, asked) = locked_from(&security, &[other()], None);
    let lock = lock.unwrap();
    assert_eq!(lock.suites["security/trixie"].signed_by, other().fingerprint());
    assert_eq!(lock.suites["debian/trixie"].signed_by, ed25519().fingerprint());
    assert_eq!(
        asked.each_ref().map(Vec::len),
        [3, 2],
        "release, packages, keyring; release and packages: {asked:?}"
    );
    let (again, asked) = locked_from(&security, &[other()], Some(&lock));
    assert_eq!((again.unwrap(), asked), (lock, [vec![], vec![]]));
}

/// One key in two files is one key: another one is looked for.
#[test]
fn a_key_that_comes_twice_is_not_two_keys() {
    let server = security().sign(&[ed25519()]).serve();
    let sketch = sketch(&server, &[other(), ed25519()]);
    let twice = [other().binary(), other().armored()];
    let (lock, _) = try_lock(&main(), &sketch, None, LockMode::AddMissing, &twice);
    assert_eq!(lock.unwrap().suites["security/trixie"].signed_by, ed25519().fingerprint());
}

#[test]
fn no_other_key_counts() {
    let (refused, _) = locked_from(&security().sign(&[ed25519()]), &[other()], None);
    let message = refused.unwrap_err();
    assert!(message.contains("carries no valid signature by a key that may sign it"), "{message}");
}

#[test]
fn a_key_that_is_nowhere_is_named_with_where_it_was_looked_for() {
    let (refused, _) = locked_from(&security().sign(&[rsa()]), &[rsa()], None);
    let message = refused.unwrap_err();
    let looked = "packages of security/trixie, which has none; debian/trixie. Check the fingerprints";
    assert!(message.contains(&rsa().fingerprint()) && message.contains(looked), "{message}");
}

#[test]
fn nobody_says_which_keys() {
    let (refused, asked) = locked_from(&security().sign(&[other()]), &[], None);
    let message = refused.unwrap_err();
    assert!(
        message.contains("nothing says which keys may sign archive \"security\". Name them with keys"),
        "{message}"
    );
    assert!(asked[1].is_empty(), "{asked:?}");
}

/// The keyring of the archive's own main suite serves its other suites.
#[test]
fn another_suite_of_the_archive_has_the_key() {
    let mut both = main();
    let updates = Archive::new(&[])
        .at("linux-source", "2", "pool/linux-source_2_all.deb")
        .named("updates")
        .sign(&[other()]);
    for (path, bytes) in updates.files {
        both.files.entry(path.replace("dists/trixie/", "dists/updates/")).or_insert(bytes);
    }
    let server = both.serve();
    let sketch = Sketch::new(ed25519()).of_suite("debian", "updates", &server.url(""), &[other()]);
    let lock = locked(&both, &sketch.package("linux-source", "2"));
    assert_eq!(lock.suites["debian/updates"].signed_by, other().fingerprint());
}

#[test]
fn an_entry_stays_only_while_its_signer_and_archive_are_accepted() {
    let (lock, _) = locked_from(&security().sign(&[other()]), &[other()], None);
    let lock = lock.unwrap();
    // Another key is named now: it is looked up again, and refused.
    let (refused, _) = locked_from(&security().sign(&[other()]), &[ed25519()], Some(&lock));
    assert!(refused.unwrap_err().contains("carries no valid signature"));
    // Of another archive now: not to be found there.
    let sketch = Sketch::new(ed25519()).package("linux-source", "2");
    let (refused, _) = try_lock(&main(), &sketch, Some(&lock), LockMode::AddMissing, &[]);
    assert!(message(&refused.unwrap_err()).contains("debian/trixie has no package linux-source"));
}

#[test]
fn two_sources_that_share_an_entry_are_of_one_suite() {
    let server = security().sign(&[other()]).serve();
    let both = sketch(&server, &[other()]).of_suite("security", "trixie", &server.url(""), &[rsa()]);
    let (refused, _) = try_lock(&main(), &both.package("linux-source", "2"), None, LockMode::AddMissing, &[]);
    let message = message(&refused.unwrap_err());
    let output =
        format!("cannot lock source {KEY}: units/linux-source.star:7:1 takes it from another archive");
    assert!(message.contains(&output), "{message}");
}

#[test]
fn a_suite_of_a_time_to_come_is_refused() {
    let client = Client::new(Settings { attempts: 1, ..Settings::default() }, Cancel::new()).unwrap();
    let server = Archive::new(&[ed25519()]).serve();
    let lock_at = |now| {
        let options = LockOptions {
            now,
            mode: LockMode::AddMissing,
            architecture: Arch::X86_64,
            keyrings: Vec::new(),
            docker: None,
        };
        lock(&Sketch::new(ed25519()).project(&server.url("")), None, &client, &options, &mut |_| ())
    };
    lock_at(archive::DATE - 86_400).unwrap();
    let message = message(&lock_at(archive::DATE - 86_401).unwrap_err());
    assert!(message.contains("debian/trixie is of 2025-12-01, and it is 2025-11-29 here"), "{message}");
}
