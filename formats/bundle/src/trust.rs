//! What a device believes, and why (The Update Framework, section 5.3 on).
//!
//! Time: expiry is held against a time that the caller gives. For what came over a network that is the later of the clock
//! and the floor; for a bundle that somebody brought it is the floor alone: the time of the system that runs, or of the
//! newest update that was ever verified. The floor needs no clock, only grows, and no wrong clock can refuse a bundle.

use crate::role::{MetaFile, Metadata, Signed, malformed};
use crate::{Refusal, Role, RootRole, Snapshot, Targets, Time, Timestamp, sha256};

/// The newest versions that were verified before: nothing older is believed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Seen {
    /// Of the timestamp.
    pub timestamp: u64,
    /// Of the snapshot.
    pub snapshot: u64,
    /// Of the targets.
    pub targets: u64,
}

/// The root metadata that a device trusts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trust {
    root: RootRole,
    bytes: Vec<u8>,
    forget: bool,
}

/// What was verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// What there is.
    pub targets: Targets,
    /// To be remembered, once something was installed from it.
    pub seen: Seen,
}

impl Trust {
    /// Begins with root metadata that is trusted for where it lies: the image's, or what a chain from there led to.
    ///
    /// # Errors
    /// When it cannot be understood or its own keys did not sign it.
    pub fn new(root: &[u8]) -> Result<Self, Refusal> {
        let signed = Signed::read(Role::Root, root)?;
        let content: RootRole = signed.content(Role::Root)?;
        let root_role: RootRole = signed.verify(Role::Root, &content)?;
        Ok(Self { root: root_role, bytes: root.to_vec(), forget: false })
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
    pub fn rotate(&mut self, next: &[u8]) -> Result<(), Refusal> {
        let signed = Signed::read(Role::Root, next)?;
        let root: RootRole = signed.verify(Role::Root, &self.root)?;
        signed.verify::<RootRole>(Role::Root, &root)?;
        if root.version != self.root.version + 1 {
            let problem = format!("version {} follows version {}", root.version, self.root.version);
            return Err(Refusal::Mismatch { role: Role::Root, problem });
        }
        // A stolen key may have signed versions that nobody can ever exceed. New keys begin anew.
        let keys = |root: &RootRole, role: Role| root.roles.get(role.as_str()).cloned();
        self.forget |= [Role::Timestamp, Role::Snapshot]
            .into_iter()
            .any(|role| keys(&root, role) != keys(&self.root, role));
        self.root = root;
        self.bytes = next.to_vec();
        Ok(())
    }

    /// Whether the root metadata is still valid.
    ///
    /// # Errors
    /// When it expired.
    pub fn check_root(&self, now: Time) -> Result<(), Refusal> {
        fresh(Role::Root, &self.root, now)
    }

    /// Reads a timestamp: which snapshot to ask for.
    ///
    /// # Errors
    /// When it is not signed, expired, or older than what was seen.
    pub fn timestamp(&self, bytes: &[u8], seen: Seen, now: Time) -> Result<Timestamp, Refusal> {
        let timestamp: Timestamp =
            Signed::read(Role::Timestamp, bytes)?.verify(Role::Timestamp, &self.root)?;
        let seen = self.remembered(seen);
        not_older(Role::Timestamp, timestamp.version, seen.timestamp)?;
        not_older(Role::Snapshot, timestamp.names(Role::Snapshot)?.version, seen.snapshot)?;
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
        seen: Seen,
        now: Time,
    ) -> Result<Snapshot, Refusal> {
        let named = timestamp.names(Role::Snapshot)?;
        named.check(Role::Snapshot, bytes)?;
        let snapshot: Snapshot = Signed::read(Role::Snapshot, bytes)?.verify(Role::Snapshot, &self.root)?;
        named.check_version(Role::Snapshot, snapshot.version)?;
        not_older(Role::Targets, snapshot.names(Role::Targets)?.version, self.remembered(seen).targets)?;
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
    ) -> Result<Verified, Refusal> {
        let named = snapshot.names(Role::Targets)?;
        named.check(Role::Targets, bytes)?;
        let targets: Targets = Signed::read(Role::Targets, bytes)?.verify(Role::Targets, &self.root)?;
        named.check_version(Role::Targets, targets.version)?;
        fresh(Role::Targets, &targets, now)?;
        let seen =
            Seen { timestamp: timestamp.version, snapshot: snapshot.version, targets: targets.version };
        Ok(Verified { targets, seen })
    }

    fn remembered(&self, seen: Seen) -> Seen {
        if self.forget { Seen::default() } else { seen }
    }
}

impl Snapshot {
    /// The version of the snapshot or list that this names.
    ///
    /// # Errors
    /// When it names none.
    pub fn version_of(&self, role: Role) -> Result<u64, Refusal> {
        Ok(self.names(role)?.version)
    }

    fn names(&self, role: Role) -> Result<&MetaFile, Refusal> {
        let name = format!("{role}.json");
        self.meta.get(&name).ok_or_else(|| malformed(role, &format!("nothing names {name:?}")))
    }
}

impl MetaFile {
    fn check(&self, role: Role, bytes: &[u8]) -> Result<(), Refusal> {
        let mismatch = |problem: &str| Err(Refusal::Mismatch { role, problem: problem.to_owned() });
        if self.length.is_some_and(|length| length != bytes.len() as u64) {
            return mismatch("its length is another");
        }
        let digest = self.hashes.as_ref().and_then(|hashes| hashes.get("sha256"));
        if digest.is_some_and(|digest| *digest != sha256(bytes)) {
            return mismatch("its digest is another");
        }
        Ok(())
    }

    fn check_version(&self, role: Role, version: u64) -> Result<(), Refusal> {
        if self.version == version {
            return Ok(());
        }
        let problem = format!("it has version {version}, expected {}", self.version);
        Err(Refusal::Mismatch { role, problem })
    }
}

fn not_older(role: Role, version: u64, seen: u64) -> Result<(), Refusal> {
    if version < seen { Err(Refusal::Older { role, version, seen }) } else { Ok(()) }
}

fn fresh(role: Role, metadata: &impl Metadata, now: Time) -> Result<(), Refusal> {
    let (_, _, _, expired) = metadata.common();
    if expired <= now { Err(Refusal::Expired { role, expired, now }) } else { Ok(()) }
}
