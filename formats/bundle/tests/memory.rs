//! What a device remembers, over any life: keys are rotated, stolen, and what was published comes back.
//!
//! A model of a device that keeps what the library says, and of a vendor and a thief. Two things hold: a state that was signed
//! earlier is never believed after one that was signed later, and what the vendor offers now is always believed.

#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

use std::collections::BTreeMap;
use std::sync::LazyLock;

use proptest::prelude::*;
use yoe_bundle::{
    Expiry, Keyring, Named, Published, Publisher, Role, Seen, Signer, TargetFile, Targets, Time, Trust,
    TrustError,
};

const NOW: Time = Time(1_795_478_400);

/// Keys for a life; each rotation takes the next ones.
static KEYS: LazyLock<Vec<Vec<u8>>> =
    LazyLock::new(|| (0..40).map(|_| Signer::generate().unwrap()).collect());

fn signer(number: usize) -> Signer {
    Signer::from_pkcs8(&KEYS[number]).unwrap()
}

/// What was in the repository at some time.
#[derive(Clone)]
struct State {
    roots: Vec<Vec<u8>>,
    published: Published,
}

/// The vendor. `keys` are those of each role, by their numbers.
struct Vendor {
    keys: [usize; 4],
    next: usize,
    roots: Vec<Vec<u8>>,
    trust: Trust,
    targets: Option<Targets>,
    states: Vec<State>,
}

fn named(keys: [usize; 4]) -> Vec<Named> {
    let named = |(role, key): (Role, usize)| Named { role, keys: vec![signer(key).public()], threshold: 1 };
    Role::ALL.into_iter().zip(keys).map(named).collect()
}

fn keyring(numbers: impl IntoIterator<Item = usize>) -> Keyring {
    Keyring { signers: numbers.into_iter().map(signer).collect() }
}

fn publisher(keyring: &Keyring) -> Publisher<'_> {
    Publisher { keyring, now: NOW, expiry: Expiry::default() }
}

impl Vendor {
    fn new() -> Self {
        let keys = [0, 1, 2, 3];
        let root = publisher(&keyring(keys)).root(None, &named(keys)).unwrap();
        let trust = Trust::new(&root).unwrap();
        let mut vendor = Self { keys, next: 4, roots: vec![root], trust, targets: None, states: Vec::new() };
        vendor.publish();
        vendor
    }

    fn publish(&mut self) {
        let add: BTreeMap<String, TargetFile> =
            [(format!("version {}", self.states.len()), TargetFile::of(1, &"a".repeat(64)))].into();
        let published =
            publisher(&keyring(self.keys)).publish(&self.trust, self.targets.as_ref(), add).unwrap();
        self.targets = Some(published.targets.clone());
        self.states.push(State { roots: self.roots.clone(), published });
    }

    /// New keys for these roles. After a theft the list begins anew: `fresh`.
    fn rotate(&mut self, roles: u8, fresh: bool) {
        let before = self.keys;
        for (index, key) in self.keys.iter_mut().enumerate() {
            if roles >> index & 1 == 1 {
                *key = self.next;
                self.next += 1;
            }
        }
        let both = keyring(before.into_iter().chain(self.keys));
        let root = publisher(&both).root(Some(&self.trust), &named(self.keys)).unwrap();
        self.trust.rotate(&root).unwrap();
        self.roots.push(root);
        if fresh {
            self.targets = None;
        }
        self.publish();
    }
}

/// A device: what its image trusts, the roots that it kept, and what it saw.
struct Device {
    roots: Vec<Vec<u8>>,
    seen: Seen,
}

impl Device {
    /// As the updater does at each run: from the image's root on.
    fn offer(&mut self, state: &State) -> Result<(), TrustError> {
        let mut trust = Trust::new(&self.roots[0]).unwrap();
        self.roots[1..].iter().for_each(|root| trust.rotate(root).unwrap());
        while let Some(next) = state.roots.get(trust.version() as usize) {
            trust.rotate(next)?;
            self.roots.push(next.clone());
        }
        trust.check_root(&self.seen, NOW)?;
        let file = |end: &str| {
            let mut files = state.published.files.iter();
            files.find(|(path, _)| path.ends_with(end)).unwrap().1.as_slice()
        };
        let timestamp = trust.timestamp(file("timestamp.json"), &self.seen, NOW)?;
        let snapshot = trust.snapshot(file("snapshot.json"), &timestamp, &self.seen, NOW)?;
        let verified = trust.targets(file("targets.json"), &timestamp, &snapshot, NOW)?;
        // Through the file that it is kept in.
        self.seen = serde_json::from_slice(&serde_json::to_vec(&verified.seen).unwrap()).unwrap();
        Ok(())
    }
}

#[derive(Debug, Clone)]
enum Event {
    Publish,
    Rotate(u8),
    /// The device is offered what lies in the repository.
    Offer,
    /// And what was there at another time.
    Replay(prop::sample::Index),
    /// A thief signs the highest version there is, the device sees it, and the vendor replaces the keys that may be stolen.
    Theft,
    /// The file of the newest root metadata that the device kept is lost.
    Lose,
    /// An update brings an image with the root metadata of its time.
    Image,
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        4 => Just(Event::Publish),
        3 => (1u8..16).prop_map(Event::Rotate),
        4 => Just(Event::Offer),
        6 => any::<prop::sample::Index>().prop_map(Event::Replay),
        1 => Just(Event::Theft),
        1 => Just(Event::Lose),
        1 => Just(Event::Image),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn nothing_older_comes_back_and_nothing_newer_is_kept_out(events in prop::collection::vec(event(), 1..24)) {
        let mut vendor = Vendor::new();
        let mut device = Device { roots: vendor.roots.clone(), seen: Seen::default() };
        let mut newest = None;
        for event in events {
            match event {
                Event::Publish => vendor.publish(),
                Event::Rotate(roles) if vendor.next < 32 => vendor.rotate(roles, false),
                Event::Rotate(_) => {}
                Event::Theft if vendor.next < 32 => {
                    let stolen = Seen { timestamp: u64::MAX, snapshot: u64::MAX, targets: u64::MAX, ..device.seen.clone() };
                    // A device that never saw anything did not see that either.
                    if !device.seen.signers.is_empty() {
                        let now = vendor.states.last().unwrap().clone();
                        device.offer(&now).unwrap();
                        device.seen = Seen { root: device.seen.root, signers: device.seen.signers.clone(), ..stolen };
                        newest = Some(vendor.states.len() - 1);
                        vendor.rotate(0b1110, true);
                    }
                }
                Event::Theft => {}
                Event::Lose => {
                    if device.roots.len() > 1 {
                        device.roots.pop();
                    }
                }
                Event::Image => {
                    // It was installed from what was offered, so the device saw that before.
                    if let Some(number) = newest {
                        device.roots = vec![vendor.states[number].roots.last().unwrap().clone()];
                    }
                }
                Event::Offer | Event::Replay(_) => {
                    let all = vendor.states.len();
                    let number = match &event {
                        Event::Replay(index) => index.index(all),
                        _ => all - 1,
                    };
                    let output = device.offer(&vendor.states[number]);
                    match newest {
                        Some(newest) if number < newest => prop_assert!(output.is_err(), "state {number} after {newest}"),
                        _ if number == all - 1 => prop_assert_eq!(output.clone(), Ok(())),
                        _ => {}
                    }
                    if output.is_ok() {
                        newest = newest.max(Some(number));
                    }
                }
            }
        }
    }
}

/// The rotations that the review tried: of timestamp or snapshot keys, with the chain walked from the image's root each time.
#[test]
fn after_a_rotation_replays_are_refused_as_before() {
    for roles in 1..16 {
        let mut vendor = Vendor::new();
        let mut device = Device { roots: vendor.roots.clone(), seen: Seen::default() };
        vendor.rotate(roles, false);
        vendor.publish();
        device.offer(&vendor.states[2]).unwrap();
        for old in 0..2 {
            let refused = device.offer(&vendor.states[old]).unwrap_err();
            assert!(
                matches!(refused, TrustError::Older { .. } | TrustError::Signatures { .. }),
                "{roles}: {refused}"
            );
        }
        // Without the root that it kept, too.
        device.roots.truncate(1);
        device.offer(&vendor.states[0]).unwrap_err();
        device.offer(&vendor.states[2]).unwrap();
    }
}
