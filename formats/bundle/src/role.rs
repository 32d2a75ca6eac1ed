//! The four kinds of metadata (The Update Framework, version 1.0).

use std::collections::{BTreeMap, BTreeSet};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::{PublicKey, Role, Time, TrustError, canonical};

/// The version of the specification that is written; every 1.x is read.
pub(crate) const SPECIFICATION: &str = "1.0.31";

/// A signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Signature {
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

/// A file as it is: what was signed is text until the signatures were verified.
#[derive(Deserialize)]
struct File<'a> {
    signatures: Vec<Signature>,
    #[serde(borrow)]
    signed: &'a RawValue,
}

/// Metadata and the signatures over its canonical form. Nobody vouches for it yet.
pub(crate) struct Signed<'a> {
    role: Role,
    /// By the identifiers of keys.
    signatures: BTreeMap<String, String>,
    signed: &'a str,
    canonical: Vec<u8>,
}

impl<'a> Signed<'a> {
    /// Reads a file.
    pub fn read(role: Role, bytes: &'a [u8]) -> Result<Self, TrustError> {
        let wrong = |problem: &dyn std::fmt::Display| malformed(role, problem);
        if bytes.len() as u64 > role.limit() {
            return Err(wrong(&format!("it has {} bytes; at most {} are read", bytes.len(), role.limit())));
        }
        let File { signatures: list, signed } =
            serde_json::from_slice(bytes).map_err(|error| wrong(&error))?;
        let canonical = canonical::of_text(signed.get()).map_err(|error| wrong(&error))?;
        let mut signatures = BTreeMap::new();
        for Signature { keyid, sig } in list {
            // Otherwise one key could have any number of signatures verified.
            if signatures.insert(keyid.clone(), sig).is_some() {
                return Err(wrong(&format!("the key {keyid:?} signed it twice")));
            }
        }
        Ok(Self { role, signatures, signed: signed.get(), canonical })
    }

    /// How many different keys of the role signed this, of those in `root`.
    fn count(&self, root: &RootRole) -> usize {
        let signers = root.keys_of(self.role).filter_map(|(id, key)| {
            let signature = self.signatures.get(id)?;
            // One key under two identifiers, or in two spellings, is one key.
            key.bytes().filter(|_| key.verifies(&self.canonical, signature))
        });
        signers.collect::<BTreeSet<_>>().len()
    }

    /// The metadata, if enough keys of `root` signed it.
    pub fn verify<T: Metadata>(&self, root: &RootRole) -> Result<T, TrustError> {
        let (have, need) = (self.count(root), root.threshold(self.role));
        if have < need {
            return Err(TrustError::Signatures { role: self.role, have, need });
        }
        self.content()
    }

    /// The metadata, whoever signed it.
    pub fn content<T: Metadata>(&self) -> Result<T, TrustError> {
        let wrong = |problem: &dyn std::fmt::Display| malformed(self.role, problem);
        let content: T = serde_json::from_str(self.signed).map_err(|error| wrong(&error))?;
        let (kind, specification, version, _) = content.common();
        if kind != self.role.as_str() {
            return Err(wrong(&format!("it is of type {kind:?}")));
        }
        if !specification.starts_with("1.") || version == 0 {
            return Err(wrong(&format!("version {version} by specification {specification:?}")));
        }
        Ok(content)
    }
}

impl RootRole {
    /// The keys of a role, with their identifiers.
    pub(crate) fn keys_of(&self, role: Role) -> impl Iterator<Item = (&String, &PublicKey)> {
        let ids = self.roles.get(role.as_str()).map(|keys| keys.keyids.as_slice()).unwrap_or_default();
        ids.iter().filter_map(|id| self.keys.get_key_value(id))
    }

    /// How many keys of a role must sign. A threshold below one would be no protection at all.
    pub(crate) fn threshold(&self, role: Role) -> usize {
        self.roles.get(role.as_str()).map_or(1, |keys| keys.threshold.max(1))
    }
}

pub(crate) fn malformed(role: Role, problem: &dyn std::fmt::Display) -> TrustError {
    TrustError::Malformed { role, problem: problem.to_string() }
}
