//! Signing: new versions of metadata.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::role::{MetaFile, SPECIFICATION, Signature, malformed};
use crate::{
    PublicKey, Role, RoleKeys, RootRole, Seen, Signer, Snapshot, TargetFile, Targets, Time, Timestamp, Trust,
    TrustError, canonical, path, sha256,
};

/// Days that metadata is valid for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expiry {
    /// Root.
    pub root: u64,
    /// Targets.
    pub targets: u64,
    /// Snapshot.
    pub snapshot: u64,
    /// Timestamp: how long an old state can be served to a device that knows the time.
    pub timestamp: u64,
}

impl Default for Expiry {
    /// Ten years for the root, which is on devices that may lie in a store; a year for the others.
    fn default() -> Self {
        Self { root: 3650, targets: 365, snapshot: 365, timestamp: 365 }
    }
}

/// Whose public keys are named for a role, and how many must sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// The role.
    pub role: Role,
    /// Its keys.
    pub keys: Vec<PublicKey>,
    /// How many different ones must sign.
    pub threshold: usize,
}

/// Private keys at hand, of whatever role.
#[derive(Debug, Default)]
pub struct Keyring {
    /// In any order.
    pub signers: Vec<Signer>,
}

/// Signs with the keys at hand.
#[derive(Debug)]
pub struct Publisher<'a> {
    /// The keys.
    pub keyring: &'a Keyring,
    /// When it is signed.
    pub now: Time,
    /// For how long.
    pub expiry: Expiry,
}

/// New files of a repository, in the order in which they have to appear there: each names only what is there already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// Path and content.
    pub files: Vec<(String, Vec<u8>)>,
    /// The new list.
    pub targets: Targets,
}

impl Published {
    /// The digest of the new list.
    pub fn list(&self) -> String {
        let name = path::targets(self.targets.version);
        self.files.iter().find(|(path, _)| *path == name).map(|(_, bytes)| sha256(bytes)).unwrap_or_default()
    }
}

impl Publisher<'_> {
    /// Whether enough keys are at hand for every role that signs what is published.
    ///
    /// # Errors
    /// When there are too few, or the root metadata expired.
    pub fn check(&self, trust: &Trust) -> Result<(), TrustError> {
        self.publish(trust, None, BTreeMap::new()).map(drop)
    }

    /// A version of root metadata: signed by every key at hand that the version before, or this one, names for the root.
    ///
    /// # Errors
    /// When too few keys are at hand.
    pub fn root(&self, before: Option<&Trust>, named: &[Named]) -> Result<Vec<u8>, TrustError> {
        let keys = named.iter().flat_map(|named| &named.keys).map(|key| (key.id(), key.clone())).collect();
        let roles = named.iter().map(|named| {
            let keyids = named.keys.iter().map(PublicKey::id).collect();
            (named.role.as_str().to_owned(), RoleKeys { keyids, threshold: named.threshold })
        });
        let root = RootRole {
            kind: Role::Root.as_str().to_owned(),
            spec_version: SPECIFICATION.to_owned(),
            version: next(Role::Root, before.map(Trust::version))?,
            expires: self.now.plus_days(self.expiry.root),
            consistent_snapshot: true,
            keys,
            roles: roles.collect(),
        };
        let mut ids = ids(&root, Role::Root);
        ids.extend(before.map(ids_of).unwrap_or_default());
        let bytes = self.sign(Role::Root, &root, &ids)?;
        // What a device will do with it shows whether it is right.
        match before {
            Some(before) => before.clone().rotate(&bytes)?,
            None => drop(Trust::new(&bytes)?),
        }
        Ok(bytes)
    }

    /// A new list with these targets added to what there was, and what names it.
    ///
    /// Versions are seconds since 1970, or one more than before: so machines that share no state publish rising versions.
    ///
    /// # Errors
    /// When too few keys are at hand, the root metadata expired, or the list grew too large for devices.
    pub fn publish(
        &self,
        trust: &Trust,
        before: Option<&Targets>,
        add: BTreeMap<String, TargetFile>,
    ) -> Result<Published, TrustError> {
        trust.check_root(&Seen::default(), self.now)?;
        let version = self.now.0.max(next(Role::Targets, before.map(|before| before.version))?);
        let mut all = before.map(|before| before.targets.clone()).unwrap_or_default();
        all.extend(add);
        let targets = Targets {
            kind: Role::Targets.as_str().to_owned(),
            spec_version: SPECIFICATION.to_owned(),
            version,
            expires: self.now.plus_days(self.expiry.targets),
            targets: all,
        };
        let list = self.sign(Role::Targets, &targets, &ids(trust.root(), Role::Targets))?;
        let snapshot = self.naming(Role::Snapshot, Role::Targets, version, &list, self.expiry.snapshot);
        let snapshot = self.sign(Role::Snapshot, &snapshot, &ids(trust.root(), Role::Snapshot))?;
        let timestamp: Timestamp =
            self.naming(Role::Timestamp, Role::Snapshot, version, &snapshot, self.expiry.timestamp);
        let timestamp = self.sign(Role::Timestamp, &timestamp, &ids(trust.root(), Role::Timestamp))?;
        verify(trust, &timestamp, &snapshot, &list, self.now)?;
        let files = vec![
            (path::root(trust.version()), trust.bytes().to_vec()),
            (path::targets(version), list),
            (path::snapshot(version), snapshot),
            (path::TIMESTAMP.to_owned(), timestamp),
        ];
        Ok(Published { files, targets })
    }

    fn naming(&self, role: Role, below: Role, version: u64, bytes: &[u8], days: u64) -> Snapshot {
        let file = MetaFile {
            version,
            length: Some(bytes.len() as u64),
            hashes: Some([("sha256".to_owned(), sha256(bytes))].into()),
        };
        Snapshot {
            kind: role.as_str().to_owned(),
            spec_version: SPECIFICATION.to_owned(),
            version,
            expires: self.now.plus_days(days),
            meta: [(format!("{below}.json"), file)].into(),
        }
    }

    fn sign(&self, role: Role, content: &impl Serialize, ids: &[String]) -> Result<Vec<u8>, TrustError> {
        let failed = |problem: &dyn std::fmt::Display| malformed(role, problem);
        let signed = serde_json::to_value(content).map_err(|error| failed(&error))?;
        let bytes = canonical::bytes(content).map_err(|error| failed(&error))?;
        let mut signatures = Vec::new();
        for signer in &self.keyring.signers {
            let keyid = signer.public().id();
            let wanted =
                ids.contains(&keyid) && !signatures.iter().any(|other: &Signature| other.keyid == keyid);
            if wanted {
                signatures.push(Signature { keyid, sig: signer.sign(&bytes) });
            }
        }
        let mut text =
            serde_json::to_vec_pretty(&Signed { signatures, signed }).map_err(|error| failed(&error))?;
        text.push(b'\n');
        Ok(text)
    }
}

/// Metadata as it is written.
#[derive(Serialize)]
struct Signed {
    signatures: Vec<Signature>,
    signed: serde_json::Value,
}

/// The version after this one, or the first. A stolen key can use up all there are: new keys begin anew.
fn next(role: Role, version: Option<u64>) -> Result<u64, TrustError> {
    let used_up = || malformed(role, &"there is no version after the one that is there");
    version.map_or(Some(1), |version| version.checked_add(1)).ok_or_else(used_up)
}

fn verify(
    trust: &Trust,
    timestamp: &[u8],
    snapshot: &[u8],
    targets: &[u8],
    now: Time,
) -> Result<(), TrustError> {
    let seen = Seen::default();
    let timestamp = trust.timestamp(timestamp, &seen, now)?;
    let snapshot = trust.snapshot(snapshot, &timestamp, &seen, now)?;
    trust.targets(targets, &timestamp, &snapshot, now).map(drop)
}

fn ids(root: &RootRole, role: Role) -> Vec<String> {
    root.roles.get(role.as_str()).map(|keys| keys.keyids.clone()).unwrap_or_default()
}

fn ids_of(trust: &Trust) -> Vec<String> {
    ids(trust.root(), Role::Root)
}
