//! The four kinds of metadata (The Update Framework, version 1.0).

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{PublicKey, Refusal, Role, Time, canonical};

/// The version of the specification that is written; every 1.x is read.
pub(crate) const SPECIFICATION: &str = "1.0.31";

/// Metadata and the signatures over its canonical form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signed {
    /// By whom.
    pub signatures: Vec<Signature>,
    /// What was signed.
    pub signed: Value,
}

/// A signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    /// The key's identifier.
    pub keyid: String,
    /// Hexadecimal digits.
    pub sig: String,
}

/// Who may sign for a role, and how many of them it takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleKeys {
    /// Identifiers of keys.
    pub keyids: Vec<String>,
    /// How many different ones of them must have signed.
    pub threshold: usize,
}

/// Root: who may sign what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RootRole {
    #[serde(rename = "_type")]
    pub(crate) kind: String,
    pub(crate) spec_version: String,
    /// From 1, without gaps.
    pub version: u64,
    /// Until when it is valid.
    pub expires: Time,
    pub(crate) consistent_snapshot: bool,
    /// Keys by identifier.
    pub keys: BTreeMap<String, PublicKey>,
    /// By the roles' names.
    pub roles: BTreeMap<String, RoleKeys>,
}

/// Targets: what there is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Targets {
    #[serde(rename = "_type")]
    pub(crate) kind: String,
    pub(crate) spec_version: String,
    /// Grows.
    pub version: u64,
    /// Until when it is valid.
    pub expires: Time,
    /// By name.
    pub targets: BTreeMap<String, TargetFile>,
}

/// A file that can be had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetFile {
    /// In bytes.
    pub length: u64,
    /// By the algorithm's name.
    pub hashes: BTreeMap<String, String>,
}

impl TargetFile {
    /// Of these bytes.
    pub fn of(length: u64, sha256: &str) -> Self {
        Self { length, hashes: [("sha256".to_owned(), sha256.to_owned())].into() }
    }

    /// The digits of its SHA-256 digest, if it has one.
    pub fn sha256(&self) -> Option<&str> {
        let digest = self.hashes.get("sha256")?;
        let digits =
            digest.len() == 64 && digest.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        digits.then_some(digest)
    }
}

/// What snapshot and timestamp say of other metadata.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MetaFile {
    pub(crate) version: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) length: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) hashes: Option<BTreeMap<String, String>>,
}

/// Snapshot: which list is the newest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    #[serde(rename = "_type")]
    pub(crate) kind: String,
    pub(crate) spec_version: String,
    /// Grows.
    pub version: u64,
    /// Until when it is valid.
    pub expires: Time,
    pub(crate) meta: BTreeMap<String, MetaFile>,
}

/// Timestamp: which snapshot is the newest. Of the same form.
pub type Timestamp = Snapshot;

/// What all roles have.
pub(crate) trait Metadata: DeserializeOwned {
    fn common(&self) -> (&str, &str, u64, Time);
}

macro_rules! metadata {
    ($($type:ty),*) => {$(
        impl Metadata for $type {
            fn common(&self) -> (&str, &str, u64, Time) {
                (&self.kind, &self.spec_version, self.version, self.expires)
            }
        }
    )*};
}
metadata!(RootRole, Targets, Snapshot);

impl Signed {
    /// Reads a file.
    pub(crate) fn read(role: Role, bytes: &[u8]) -> Result<Self, Refusal> {
        serde_json::from_slice(bytes).map_err(|error| malformed(role, &error))
    }

    /// How many different keys of the role signed this, of those in `root`.
    pub(crate) fn count(&self, role: Role, root: &RootRole) -> Result<usize, Refusal> {
        let bytes = canonical::bytes(&self.signed).map_err(|error| malformed(role, &error))?;
        let Some(keys) = root.roles.get(role.as_str()) else { return Ok(0) };
        let signed_by = |id: &&String| {
            let key = root.keys.get(*id);
            let mut signatures = self.signatures.iter().filter(|signature| signature.keyid == **id);
            key.is_some_and(|key| signatures.any(|signature| key.verifies(&bytes, &signature.sig)))
        };
        // One key under two identifiers is one key.
        let public = |id: &String| root.keys.get(id).map(PublicKey::id);
        let signers: std::collections::BTreeSet<_> =
            keys.keyids.iter().filter(signed_by).map(public).collect();
        Ok(signers.len())
    }

    /// The metadata, if enough keys of `root` signed it.
    pub(crate) fn verify<T: Metadata>(&self, role: Role, root: &RootRole) -> Result<T, Refusal> {
        // A threshold below one would be no protection at all.
        let need = root.roles.get(role.as_str()).map_or(1, |keys| keys.threshold.max(1));
        let have = self.count(role, root)?;
        if have < need {
            return Err(Refusal::Signatures { role, have, need });
        }
        self.content(role)
    }

    /// The metadata, whoever signed it.
    pub(crate) fn content<T: Metadata>(&self, role: Role) -> Result<T, Refusal> {
        let content = T::deserialize(&self.signed).map_err(|error| malformed(role, &error))?;
        let (kind, specification, version, _) = content.common();
        if kind != role.as_str() {
            return Err(malformed(role, &format!("it is of type {kind:?}")));
        }
        if !specification.starts_with("1.") || version == 0 {
            return Err(malformed(role, &format!("version {version} by specification {specification:?}")));
        }
        Ok(content)
    }
}

pub(crate) fn malformed(role: Role, problem: &dyn std::fmt::Display) -> Refusal {
    Refusal::Malformed { role, problem: problem.to_string() }
}
