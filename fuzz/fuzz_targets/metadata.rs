//! The metadata of updates: as anybody can send it, and as it is once the right key signed it.

#![no_main]

use std::collections::BTreeMap;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use yoe_bundle::{
    Expiry, Keyring, Named, Published, Publisher, Role, Seen, Signer, TargetFile, Time, Trust, canonical,
};

const NOW: Time = Time(1_795_478_400);

static KEYRING: LazyLock<Keyring> = LazyLock::new(|| Keyring { signers: vec![signer()] });
static TRUST: LazyLock<Trust> = LazyLock::new(|| Trust::new(&root()).expect("it is signed"));
static PUBLISHED: LazyLock<Published> = LazyLock::new(|| {
    let targets = BTreeMap::from([("box/qemu/1.0/index".to_owned(), TargetFile::of(3, &"a".repeat(64)))]);
    publisher().publish(&TRUST, None, targets).expect("the keys are at hand")
});

/// The same key in every run (RFC 8410, a private key of 32 bytes), so that what is found can be found again.
fn signer() -> Signer {
    let mut der = b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20".to_vec();
    der.extend([7; 32]);
    Signer::from_pkcs8(&der).expect("it is a key")
}

fn publisher() -> Publisher<'static> {
    Publisher { keyring: &KEYRING, now: NOW, expiry: Expiry::default() }
}

fn root() -> Vec<u8> {
    let named = |role| Named { role, keys: vec![KEYRING.signers[0].public()], threshold: 1 };
    let roles = [Role::Root, Role::Targets, Role::Snapshot, Role::Timestamp].map(named);
    publisher().root(None, &roles).expect("the key is at hand")
}

/// The file that holds this value as what was signed, if it has a canonical form.
fn sign(signed: serde_json::Value) -> Option<Vec<u8>> {
    let signer = &KEYRING.signers[0];
    let signature = signer.sign(&canonical::bytes(&signed).ok()?);
    let signatures = serde_json::json!([{ "keyid": signer.public().id(), "sig": signature }]);
    serde_json::to_vec(&serde_json::json!({ "signatures": signatures, "signed": signed })).ok()
}

fn read(bytes: &[u8]) {
    let trust = &*TRUST;
    let _ = Trust::new(bytes);
    let _ = trust.clone().rotate(bytes);
    let timestamp = published("timestamp.json");
    let known = trust.timestamp(timestamp, &Seen::default(), NOW).expect("it is signed");
    if let Ok(timestamp) = trust.timestamp(bytes, &Seen::default(), NOW) {
        let _ = timestamp.version_of(Role::Snapshot);
        let _ = trust.snapshot(bytes, &timestamp, &Seen::default(), NOW);
    }
    if let Ok(snapshot) = trust.snapshot(published("snapshot.json"), &known, &Seen::default(), NOW) {
        let _ = trust.targets(bytes, &known, &snapshot, NOW);
    }
    let _ = trust.snapshot(bytes, &known, &Seen::default(), NOW);
}

fn published(end: &str) -> &'static [u8] {
    let found = PUBLISHED.files.iter().find(|(path, _)| path.ends_with(end));
    &found.expect("it was published").1
}

fuzz_target!(init: yoe_fuzz::seeds(seeds), |data: &[u8]| {
    read(data);
    if let Some(signed) = serde_json::from_slice(data).ok().and_then(sign) {
        read(&signed);
    }
});

fn seeds() -> Vec<Vec<u8>> {
    let whole = std::iter::once(root()).chain(PUBLISHED.files.iter().map(|(_, bytes)| bytes.clone()));
    // What is signed is a seed as well: it is signed again above.
    let signed = whole.clone().filter_map(|bytes| {
        let value: serde_json::Value = serde_json::from_slice(&bytes).ok()?;
        serde_json::to_vec(&value["signed"]).ok()
    });
    whole.clone().chain(signed).collect()
}
