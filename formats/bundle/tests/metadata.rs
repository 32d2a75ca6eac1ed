//! What a device believes and what it refuses.

#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

use std::collections::BTreeMap;

use serde_json::{Value, json};
use yoe_bundle::{
    Expiry, Keyring, Named, Published, Publisher, Role, Seen, Signer, TargetFile, Time, Trust, TrustError,
    Verified, canonical,
};

const NOW: Time = Time(1_795_478_400);

fn keyring(count: usize) -> Keyring {
    Keyring {
        signers: (0..count).map(|_| Signer::from_pkcs8(&Signer::generate().unwrap()).unwrap()).collect(),
    }
}

fn publisher(keyring: &Keyring, now: Time) -> Publisher<'_> {
    Publisher { keyring, now, expiry: Expiry::default() }
}

/// Two of the first three keys for the root, one key each for the others.
fn named(keyring: &Keyring) -> Vec<Named> {
    let key = |index: usize| keyring.signers[index].public();
    let one = |role, index| Named { role, keys: vec![key(index)], threshold: 1 };
    vec![
        Named { role: Role::Root, keys: vec![key(0), key(1), key(2)], threshold: 2 },
        one(Role::Targets, 3),
        one(Role::Snapshot, 4),
        one(Role::Timestamp, 5),
    ]
}

fn targets(name: &str) -> BTreeMap<String, TargetFile> {
    [(name.to_owned(), TargetFile::of(3, &"a".repeat(64)))].into()
}

fn setting() -> (Keyring, Trust) {
    let keyring = keyring(6);
    let root = publisher(&keyring, NOW).root(None, &named(&keyring)).unwrap();
    let trust = Trust::new(&root).unwrap();
    (keyring, trust)
}

fn file<'a>(published: &'a Published, end: &str) -> &'a [u8] {
    &published.files.iter().find(|(path, _)| path.ends_with(end)).unwrap().1
}

fn verify(trust: &Trust, published: &Published, seen: Seen, now: Time) -> Result<Verified, TrustError> {
    trust.check_root(&seen, now)?;
    let timestamp = trust.timestamp(file(published, "timestamp.json"), &seen, now)?;
    let snapshot = trust.snapshot(file(published, "snapshot.json"), &timestamp, &seen, now)?;
    trust.targets(file(published, "targets.json"), &timestamp, &snapshot, now)
}

#[test]
fn what_is_published_is_believed() {
    let (keyring, trust) = setting();
    let first = publisher(&keyring, NOW).publish(&trust, None, targets("a")).unwrap();
    let verified = verify(&trust, &first, Seen::default(), NOW).unwrap();
    assert_eq!(verified.targets, first.targets);
    // At the same second, and with a clock that went back: versions still rise.
    let second =
        publisher(&keyring, Time(NOW.0 - 50)).publish(&trust, Some(&first.targets), targets("b")).unwrap();
    let verified = verify(&trust, &second, verified.seen, NOW).unwrap();
    assert_eq!(verified.targets.targets.len(), 2);
    assert_eq!(verified.targets.version, first.targets.version + 1);
}

#[test]
fn an_older_state_is_refused_for_every_role() {
    let (keyring, trust) = setting();
    let old = publisher(&keyring, NOW).publish(&trust, None, targets("a")).unwrap();
    let version = old.targets.version;
    let seen = verify(&trust, &old, Seen::default(), NOW).unwrap().seen;
    assert_eq!((seen.timestamp, seen.snapshot, seen.targets, seen.root), (version, version, version, 1));
    assert!(verify(&trust, &old, seen.clone(), NOW).is_ok());
    let later = |role| {
        let mut seen = seen.clone();
        match role {
            Role::Timestamp => seen.timestamp += 1,
            Role::Snapshot => seen.snapshot += 1,
            _ => seen.targets += 1,
        }
        seen
    };
    for role in [Role::Timestamp, Role::Snapshot, Role::Targets] {
        let refused = verify(&trust, &old, later(role), NOW);
        assert_eq!(refused, Err(TrustError::Older { role, version, seen: version + 1 }));
    }
    let newer = Seen { root: 2, ..seen };
    let refused = verify(&trust, &old, newer, NOW);
    assert_eq!(refused, Err(TrustError::Older { role: Role::Root, version: 1, seen: 2 }));
}

#[test]
fn expiry_is_held_against_the_given_time() {
    let (keyring, trust) = setting();
    let published = publisher(&keyring, NOW).publish(&trust, None, targets("a")).unwrap();
    let last = Time(NOW.plus_days(365).0 - 1);
    assert!(verify(&trust, &published, Seen::default(), last).is_ok());
    let late = verify(&trust, &published, Seen::default(), Time(last.0 + 1));
    assert!(matches!(late, Err(TrustError::Expired { role: Role::Timestamp, .. })), "{late:?}");
    let late = verify(&trust, &published, Seen::default(), NOW.plus_days(3650));
    assert!(matches!(late, Err(TrustError::Expired { role: Role::Root, .. })), "{late:?}");
}

#[test]
fn foreign_and_missing_signatures_are_refused() {
    let (keyring, trust) = setting();
    let (foreign, other) = setting();
    let published = publisher(&foreign, NOW).publish(&other, None, targets("a")).unwrap();
    let refused = verify(&trust, &published, Seen::default(), NOW);
    assert_eq!(refused, Err(TrustError::Signatures { role: Role::Timestamp, have: 0, need: 1 }));
    // One of the two signatures that the root needs.
    let few = Keyring { signers: keyring.signers.into_iter().take(1).collect() };
    let refused = publisher(&few, NOW).root(Some(&trust), &named(&foreign)).unwrap_err();
    assert_eq!(refused, TrustError::Signatures { role: Role::Root, have: 1, need: 2 });
}

#[test]
fn every_changed_byte_of_what_was_signed_is_refused() {
    let (keyring, trust) = setting();
    let published = publisher(&keyring, NOW).publish(&trust, None, targets("a")).unwrap();
    for (path, bytes) in published.files.iter().filter(|(path, _)| !path.ends_with("root.json")) {
        for at in (0..bytes.len()).step_by(3) {
            let mut damaged = published.clone();
            let mut changed = bytes.clone();
            changed[at] ^= 2;
            let place = damaged.files.iter_mut().find(|(other, _)| other == path).unwrap();
            place.1 = changed;
            let result = verify(&trust, &damaged, Seen::default(), NOW);
            // White space of the timestamp is under no digest.
            let blank = path.ends_with("timestamp.json") && bytes[at].is_ascii_whitespace();
            assert!(result.is_err() || blank, "{path} at {at}");
        }
    }
}

#[test]
fn parts_of_two_states_are_not_mixed() {
    let (keyring, trust) = setting();
    let first = publisher(&keyring, NOW).publish(&trust, None, targets("a")).unwrap();
    let second = publisher(&keyring, NOW).publish(&trust, Some(&first.targets), targets("b")).unwrap();
    let seen = Seen::default();
    let timestamp = trust.timestamp(file(&second, "timestamp.json"), &seen, NOW).unwrap();
    let refused = trust.snapshot(file(&first, "snapshot.json"), &timestamp, &seen, NOW);
    assert!(matches!(refused, Err(TrustError::Mismatch { role: Role::Snapshot, .. })), "{refused:?}");
    let snapshot = trust.snapshot(file(&second, "snapshot.json"), &timestamp, &seen, NOW).unwrap();
    let refused = trust.targets(file(&first, "targets.json"), &timestamp, &snapshot, NOW);
    assert!(matches!(refused, Err(TrustError::Mismatch { role: Role::Targets, .. })), "{refused:?}");
}

#[test]
fn keys_are_rotated_step_by_step() {
    let (old, trust) = setting();
    let new = keyring(6);
    let old_root = old.signers.len();
    let mut all = Keyring { signers: old.signers };
    all.signers.extend(new.signers);
    let new_named: Vec<Named> = {
        let part = Keyring { signers: all.signers.split_off(old_root) };
        let named = named(&part);
        all.signers.extend(part.signers);
        named
    };
    let second = publisher(&all, NOW).root(Some(&trust), &new_named).unwrap();
    let mut rotated = trust.clone();
    rotated.rotate(&second).unwrap();
    assert_eq!(rotated.version(), 2);
    // Twice the same is not the next one, and a version is not left out.
    assert!(matches!(rotated.clone().rotate(&second), Err(TrustError::Mismatch { role: Role::Root, .. })));
    let third = publisher(&all, NOW).root(Some(&rotated), &new_named).unwrap();
    assert!(trust.clone().rotate(&third).is_err());
    // The new keys sign; what a stolen key signed with the highest version is forgotten with it.
    let published = publisher(&all, NOW).publish(&rotated, None, targets("a")).unwrap();
    let before = publisher(&all, NOW).publish(&trust, None, targets("a")).unwrap();
    let seen = verify(&trust, &before, Seen::default(), NOW).unwrap().seen;
    let seen = Seen { timestamp: u64::MAX, snapshot: u64::MAX, targets: u64::MAX, ..seen };
    assert!(verify(&rotated, &published, seen, NOW).is_ok());
    assert!(verify(&trust, &published, Seen::default(), NOW).is_err());
}

#[test]
fn one_key_counts_once() {
    let keyring = keyring(4);
    let key = |index: usize| keyring.signers[index].public();
    let one = |role| Named { role, keys: vec![key(3)], threshold: 1 };
    let doubled = Named { role: Role::Root, keys: vec![key(0), key(0), key(1)], threshold: 2 };
    let few = Keyring { signers: Vec::new() };
    let roles = [doubled, one(Role::Targets), one(Role::Snapshot), one(Role::Timestamp)];
    assert!(publisher(&few, NOW).root(None, &roles).is_err());
    let single = Named { keys: vec![key(0), key(0)], ..roles[0].clone() };
    let refused = publisher(&keyring, NOW).root(None, &[single, one(Role::Targets)]).unwrap_err();
    assert_eq!(refused, TrustError::Signatures { role: Role::Root, have: 1, need: 2 });
}

/// The same metadata, changed as text, signed by this key.
fn signed(signer: &Signer, published: &[u8], change: impl Fn(&mut Value)) -> Vec<u8> {
    let mut whole: Value = serde_json::from_slice(published).unwrap();
    change(&mut whole["signed"]);
    let sig = signer.sign(&canonical::bytes(&whole["signed"]).unwrap());
    whole["signatures"] = json!([{ "keyid": signer.public().id(), "sig": sig }]);
    serde_json::to_vec(&whole).unwrap()
}

/// A root that names one key for the root twice, its digits in either case, and wants two.
#[test]
fn one_key_in_two_spellings_counts_once() {
    let keyring = keyring(4);
    let one = |role: Role| Named { role, keys: vec![keyring.signers[role as usize].public()], threshold: 1 };
    let root = publisher(&keyring, NOW).root(None, &Role::ALL.map(one)).unwrap();
    let signer = &keyring.signers[Role::Root as usize];
    let twice = signed(signer, &root, |root| {
        let mut key = root["keys"][signer.public().id()].clone();
        let digits = key["keyval"]["public"].as_str().unwrap().to_uppercase();
        key["keyval"]["public"] = digits.into();
        root["keys"]["other"] = key;
        root["roles"]["root"] = json!({ "keyids": [signer.public().id(), "other"], "threshold": 2 });
    });
    let mut both: Value = serde_json::from_slice(&twice).unwrap();
    let sig = both["signatures"][0]["sig"].clone();
    both["signatures"].as_array_mut().unwrap().push(json!({ "keyid": "other", "sig": sig }));
    let refused = Trust::new(&serde_json::to_vec(&both).unwrap());
    assert_eq!(refused, Err(TrustError::Signatures { role: Role::Root, have: 1, need: 2 }));
}

#[test]
fn a_key_signs_once() {
    let (keyring, trust) = setting();
    let published = publisher(&keyring, NOW).publish(&trust, None, targets("a")).unwrap();
    let mut whole: Value = serde_json::from_slice(file(&published, "timestamp.json")).unwrap();
    let list = whole["signatures"].as_array_mut().unwrap();
    list.push(list[0].clone());
    let refused = trust.timestamp(&serde_json::to_vec(&whole).unwrap(), &Seen::default(), NOW).unwrap_err();
    assert!(refused.to_string().contains("signed it twice"), "{refused}");
}

/// What follows is vouched for before it is read.
#[test]
fn what_is_named_without_its_digest_is_refused() {
    let (keyring, trust) = setting();
    let published = publisher(&keyring, NOW).publish(&trust, None, targets("a")).unwrap();
    let timestamp = signed(&keyring.signers[5], file(&published, "timestamp.json"), |timestamp| {
        timestamp["meta"]["snapshot.json"].as_object_mut().unwrap().remove("hashes");
    });
    let refused = trust.timestamp(&timestamp, &Seen::default(), NOW).unwrap_err();
    assert!(refused.to_string().contains("without its SHA-256 digest"), "{refused}");
}

#[test]
fn a_list_that_no_device_reads_is_not_published() {
    let (keyring, trust) = setting();
    let publish = |count: usize| {
        let name = |number| format!("{number:0700}");
        let all = (0..count).map(|number| (name(number), TargetFile::of(3, &"a".repeat(64)))).collect();
        publisher(&keyring, NOW).publish(&trust, None, all)
    };
    assert!(publish(4500).is_ok());
    let refused = publish(5000).unwrap_err();
    assert!(refused.to_string().contains("at most 4194304 are read"), "{refused}");
}

#[test]
fn what_was_used_up_is_an_error_and_no_wrong_number() {
    let (keyring, trust) = setting();
    let first = publisher(&keyring, NOW).publish(&trust, None, targets("a")).unwrap();
    let mut stolen = first.targets.clone();
    stolen.version = u64::MAX;
    let refused = publisher(&keyring, NOW).publish(&trust, Some(&stolen), targets("b")).unwrap_err();
    assert!(refused.to_string().contains("no version after"), "{refused}");
    let late = publisher(&keyring, NOW.plus_days(3650)).publish(&trust, None, targets("a")).unwrap_err();
    assert!(matches!(late, TrustError::Expired { role: Role::Root, .. }), "no device would take it: {late}");
}

#[test]
fn what_is_larger_than_its_role_needs_is_not_read() {
    let (keyring, trust) = setting();
    let published = publisher(&keyring, NOW).publish(&trust, None, targets("a")).unwrap();
    let mut timestamp = file(&published, "timestamp.json").to_vec();
    timestamp.resize(16 << 10, b' ');
    assert!(trust.timestamp(&timestamp, &Seen::default(), NOW).is_ok());
    timestamp.push(b' ');
    let refused = trust.timestamp(&timestamp, &Seen::default(), NOW).unwrap_err();
    assert!(refused.to_string().contains("it has 16385 bytes; at most 16384 are read"), "{refused}");
    let limits = Role::ALL.map(|role| role.limit() >> 10);
    assert_eq!(limits, [512, 4096, 64, 16]);
}

#[test]
fn what_is_no_metadata_is_refused() {
    for text in [
        "",
        "{}",
        "[1]",
        "{\"signatures\": [], \"signed\": {\"_type\": \"root\"}}",
        "{\"signatures\": [], \"signed\": 1.5}",
        "{\"signatures\": [], \"signed\": {}, \"signed\": {}}",
        "{\"signatures\": [], \"signed\": {\"_type\": \"root\", \"_type\": \"root\"}}",
    ] {
        assert!(matches!(Trust::new(text.as_bytes()), Err(TrustError::Malformed { .. })), "{text}");
    }
}
