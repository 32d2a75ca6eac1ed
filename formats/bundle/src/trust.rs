//! What a device believes, and why (The Update Framework, section 5.3 on).
//!
//! Time: expiry is checked against a time that the caller gives. For what came over a network that is the later of the clock
//! and the floor; for a bundle that somebody brought it is the floor alone: the time of the system that runs, or of the
//! newest update that was ever verified. The floor needs no clock, only grows, and no wrong clock can refuse a bundle.

use std::collections::BTreeSet;

use yoe_notation::hex;

use crate::role::{MetaFile, Metadata, Signed, malformed};
use crate::{Role, RootRole, Snapshot, Targets, Time, Timestamp, TrustError, sha256};

/// Roles whose keys are at hand all the time: a thief of them may have signed versions that nobody can ever exceed.
const ONLINE: [Role; 2] = [Role::Timestamp, Role::Snapshot];

/// The newest metadata that was verified before: nothing older is believed.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Seen {
    /// The version of the timestamp.
    pub timestamp: u64,
    /// Of the snapshot.
    pub snapshot: u64,
    /// Of the targets.
    pub targets: u64,
    /// Of the root metadata that vouched for them; 0 when that is not known.
    pub root: u64,
    /// Who could sign timestamps and snapshots then: public keys, in hexadecimal digits. Empty when that is not known.
    pub signers: BTreeSet<String>,
}

impl Seen {
    /// The newer one of two that one chain of root metadata vouched for.
    #[must_use]
    pub fn newest(self, other: Self) -> Self {
        let order = |seen: &Self| (seen.root, seen.timestamp, seen.snapshot, seen.targets);
        if order(&other) > order(&self) { other } else { self }
    }
}

/// The root metadata that a device trusts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trust {
    root: RootRole,
    bytes: Vec<u8>,
}

/// What was verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// What there is.
    pub targets: Targets,
    /// To be remembered, whatever comes of it.
    pub seen: Seen,
}

impl Trust {
    /// Begins with root metadata that is trusted for where it lies: the image's, or what a chain from there led to.
    ///
    /// # Errors
    /// When it cannot be understood or its own keys did not sign it.
    pub fn new(root: &[u8]) -> Result<Self, TrustError> {
        let signed = Signed::read(Role::Root, root)?;
        let content: RootRole = signed.content()?;
        let root_role: RootRole = signed.verify(&content)?;
        Ok(Self { root: root_role, bytes: root.to_vec() })
    }

    /// The version of the root metadata.
    pub fn version(&self) -> u64 {
        self.root.version
    }

    /// The file that it was read from.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Who may sign what.
    pub fn root(&self) -> &RootRole {
        &self.root
    }

    /// Takes the next version: signed by enough keys of this one, and of its own.
    ///
    /// # Errors
    /// When it is not the next one, or not signed by both.
    pub fn rotate(&mut self, next: &[u8]) -> Result<(), TrustError> {
        let signed = Signed::read(Role::Root, next)?;
        let root: RootRole = signed.verify(&self.root)?;
        signed.verify::<RootRole>(&root)?;
        if Some(root.version) != self.root.version.checked_add(1) {
            let problem = format!("version {} follows version {}", root.version, self.root.version);
            return Err(TrustError::Mismatch { role: Role::Root, problem });
        }
        self.root = root;
        self.bytes = next.to_vec();
        Ok(())
    }

    /// Whether the root metadata is still valid, and not older than what was seen.
    ///
    /// # Errors
    /// When it is not.
    pub fn check_root(&self, seen: &Seen, now: Time) -> Result<(), TrustError> {
        not_older(Role::Root, self.root.version, seen.root)?;
        fresh(Role::Root, &self.root, now)
    }

    /// Reads a timestamp: which snapshot to ask for.
    ///
    /// # Errors
    /// When it is not signed, expired, or older than what was seen.
    pub fn timestamp(&self, bytes: &[u8], seen: &Seen, now: Time) -> Result<Timestamp, TrustError> {
        let timestamp: Timestamp = Signed::read(Role::Timestamp, bytes)?.verify(&self.root)?;
        let snapshot = timestamp.names(Role::Snapshot)?.version;
        if self.binds(seen) {
            not_older(Role::Timestamp, timestamp.version, seen.timestamp)?;
            not_older(Role::Snapshot, snapshot, seen.snapshot)?;
        }
        fresh(Role::Timestamp, &timestamp, now)?;
        Ok(timestamp)
    }

    /// Reads the snapshot that a timestamp names: which list to ask for.
    ///
    /// # Errors
    /// When it is another one, not signed, expired, or names an older list than was seen.
    pub fn snapshot(
        &self,
        bytes: &[u8],
        timestamp: &Timestamp,
        seen: &Seen,
        now: Time,
    ) -> Result<Snapshot, TrustError> {
        let named = timestamp.names(Role::Snapshot)?;
        named.check(Role::Snapshot, bytes)?;
        let snapshot: Snapshot = Signed::read(Role::Snapshot, bytes)?.verify(&self.root)?;
        named.check_version(Role::Snapshot, snapshot.version)?;
        let targets = snapshot.names(Role::Targets)?.version;
        if self.binds(seen) {
            not_older(Role::Targets, targets, seen.targets)?;
        }
        fresh(Role::Snapshot, &snapshot, now)?;
        Ok(snapshot)
    }

    /// Reads the list that a snapshot names.
    ///
    /// # Errors
    /// When it is another one, not signed, or expired.
    pub fn targets(
        &self,
        bytes: &[u8],
        timestamp: &Timestamp,
        snapshot: &Snapshot,
        now: Time,
    ) -> Result<Verified, TrustError> {
        let named = snapshot.names(Role::Targets)?;
        named.check(Role::Targets, bytes)?;
        let targets: Targets = Signed::read(Role::Targets, bytes)?.verify(&self.root)?;
        named.check_version(Role::Targets, targets.version)?;
        fresh(Role::Targets, &targets, now)?;
        let seen = Seen {
            timestamp: timestamp.version,
            snapshot: snapshot.version,
            targets: targets.version,
            root: self.root.version,
            signers: ONLINE.into_iter().flat_map(|role| self.signers(role)).collect(),
        };
        Ok(Verified { targets, seen })
    }

    /// Whether the versions that were seen count under this root. They do not when keys were replaced since, so that whoever
    /// signed those could not sign any more: a stolen key may have signed versions that nobody can ever exceed, and new keys
    /// begin anew. What the old keys signed is believed no more, so nothing of it can come back.
    fn binds(&self, seen: &Seen) -> bool {
        let could_sign =
            |role: Role| self.signers(role).intersection(&seen.signers).count() >= self.root.threshold(role);
        seen.signers.is_empty() || self.root.version <= seen.root || ONLINE.into_iter().all(could_sign)
    }

    /// The different keys of a role, in hexadecimal digits.
    fn signers(&self, role: Role) -> BTreeSet<String> {
        self.root.keys_of(role).filter_map(|(_, key)| Some(hex::encode(&key.bytes()?))).collect()
    }
}

impl Snapshot {
    /// The version of the snapshot or list that this names.
    ///
    /// # Errors
    /// When it names none.
    pub fn version_of(&self, role: Role) -> Result<u64, TrustError> {
        Ok(self.names(role)?.version)
    }

    fn names(&self, role: Role) -> Result<&MetaFile, TrustError> {
        let name = format!("{role}.json");
        let file = self.meta.get(&name).ok_or_else(|| malformed(role, &format!("nothing names {name:?}")))?;
        if file.sha256().is_none() {
            return Err(malformed(role, &format!("{name:?} is named without its SHA-256 digest")));
        }
        Ok(file)
    }
}

impl MetaFile {
    /// The digits of its digest. TUF leaves them out at will; here each file is vouched for before it is read, so they are needed.
    fn sha256(&self) -> Option<&String> {
        self.hashes.as_ref()?.get("sha256")
    }

    fn check(&self, role: Role, bytes: &[u8]) -> Result<(), TrustError> {
        let mismatch = |problem: &str| Err(TrustError::Mismatch { role, problem: problem.to_owned() });
        if self.length.is_some_and(|length| length != bytes.len() as u64) {
            return mismatch("its length is another");
        }
        if self.sha256().is_some_and(|digest| *digest != sha256(bytes)) {
            return mismatch("its digest is another");
        }
        Ok(())
    }

    fn check_version(&self, role: Role, version: u64) -> Result<(), TrustError> {
        if self.version == version {
            return Ok(());
        }
        let problem = format!("it has version {version}, expected {}", self.version);
        Err(TrustError::Mismatch { role, problem })
    }
}

fn not_older(role: Role, version: u64, seen: u64) -> Result<(), TrustError> {
    if version < seen { Err(TrustError::Older { role, version, seen }) } else { Ok(()) }
}

fn fresh(role: Role, metadata: &impl Metadata, now: Time) -> Result<(), TrustError> {
    let (_, _, _, expired) = metadata.common();
    if expired <= now { Err(TrustError::Expired { role, expired, now }) } else { Ok(()) }
}
