//! Where a target comes from: SLSA's provenance v1 in a statement of in-toto v1, signed in an envelope of DSSE.
//!
//! Subjects are the files that the target is handed out as. What it was made from are the entries of the lock that its plan uses, all
//! of them and no others. A second party that made the same bytes signs the same statement with its own key.

mod dsse;
mod materials;
mod subjects;

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};
use yoe_bundle::{PublicKey, Signer};
use yoe_model::Digest;

use crate::{Request, SupplyError};

pub use dsse::EnvelopeError;
pub use subjects::sha256;

/// What stands for this way of building; docs/reference/provenance.md says what that is.
pub const BUILD_TYPE: &str = "urn:uuid:83f1d8d6-32d8-86b1-bcb8-83c79ec09505";
const STATEMENT: &str = "https://in-toto.io/Statement/v1";
const PREDICATE: &str = "https://slsa.dev/provenance/v1";

/// What a statement says in addition to what was built.
#[derive(Debug, Clone, Copy)]
pub struct About<'a> {
    /// The version of this program.
    pub tool_version: &'a str,
    /// The digest of the lock's text.
    pub lock: Digest,
    /// What differed when all of it was made again, by a second party; absent when it was made once.
    pub again: Option<&'a [String]>,
    /// Further files that were made of the target, by name: bundles.
    pub further: &'a BTreeMap<String, String>,
}

/// A statement that nobody signed yet.
#[derive(Debug)]
pub struct Unsigned {
    text: String,
    /// SHA-256 digests of what it is about, by name.
    pub subjects: BTreeMap<String, String>,
}

impl Unsigned {
    /// The statement in an envelope, as one line.
    pub fn sign(&self, signer: &Signer) -> String {
        dsse::sign(&self.text, signer)
    }
}

/// A statement about the plan's target.
///
/// # Errors
/// When a part of it is not built, or cannot be read.
pub fn unsigned(request: &Request<'_>, about: &About<'_>) -> Result<Unsigned, SupplyError> {
    let mut subjects = subjects::subjects(request)?;
    subjects.extend(about.further.clone());
    Ok(Unsigned { text: statement(request, about, &subjects)?.to_string(), subjects })
}

fn statement(
    request: &Request<'_>,
    about: &About<'_>,
    subjects: &BTreeMap<String, String>,
) -> Result<Value, SupplyError> {
    let (project, plan) = (request.project, request.plan);
    let (target, id) = plan.targets.first().ok_or(SupplyError::NoTarget)?;
    let subjects: Vec<Value> = subjects
        .iter()
        .map(|(name, sha256)| json!({ "name": name, "digest": { "sha256": sha256 } }))
        .collect();
    let materials = materials::materials(project, request.mirrors, plan);
    let builder = if about.again.is_some() { "rebuilder" } else { "builder" };
    let mut internal = json!({
        "action": plan.action(*id).key.to_string(),
        "lock": { "sha256": about.lock.to_string() },
    });
    if let Some(again) = about.again {
        internal["varied"] = json!(again);
    }
    Ok(json!({
        "_type": STATEMENT,
        "subject": subjects,
        "predicateType": PREDICATE,
        "predicate": {
            "buildDefinition": {
                "buildType": BUILD_TYPE,
                "externalParameters": {
                    "project": project.name,
                    "version": project.version,
                    "target": target.name(),
                    "machine": project.machine.name,
                },
                "internalParameters": internal,
                "resolvedDependencies": materials.iter().map(materials::Material::as_json).collect::<Vec<_>>(),
            },
            "runDetails": {
                "builder": {
                    "id": format!("{BUILD_TYPE}#{builder}"),
                    "version": { "yoe": about.tool_version },
                },
            },
        },
    }))
}

/// What a statement attests: digests by the names of files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attested {
    /// SHA-256 digests of files, by name.
    pub subjects: BTreeMap<String, String>,
    /// Who built it: the builder's identifier.
    pub builder: String,
}

#[derive(Deserialize)]
struct Statement {
    #[serde(rename = "_type")]
    kind: String,
    #[serde(rename = "predicateType")]
    predicate_type: String,
    subject: Vec<Subject>,
    #[serde(default)]
    predicate: Value,
}

#[derive(Deserialize)]
struct Subject {
    #[serde(default)]
    name: String,
    digest: BTreeMap<String, String>,
}

/// What a key attests in these envelopes, one on each line. Lines that another key signed are passed over.
///
/// # Errors
/// When a line is no envelope, or the key signed none of them.
pub fn verified(envelopes: &str, key: &PublicKey) -> Result<Vec<Attested>, EnvelopeError> {
    let mut all = Vec::new();
    for line in envelopes.lines().filter(|line| !line.trim().is_empty()) {
        match dsse::Envelope::parse(line)?.opened(key) {
            Ok(payload) => all.push(attested(&payload)?),
            Err(EnvelopeError::Signature) => {}
            Err(error) => return Err(error),
        }
    }
    if all.is_empty() { Err(EnvelopeError::Signature) } else { Ok(all) }
}

fn attested(payload: &[u8]) -> Result<Attested, EnvelopeError> {
    let statement: Statement = serde_json::from_slice(payload).map_err(|_| EnvelopeError::Form)?;
    if statement.kind != STATEMENT || statement.predicate_type != PREDICATE {
        return Err(EnvelopeError::Form);
    }
    let sha256 = |subject: Subject| Some((subject.name, subject.digest.get("sha256")?.clone()));
    let builder = statement.predicate.pointer("/runDetails/builder/id").and_then(Value::as_str);
    Ok(Attested {
        builder: builder.unwrap_or_default().to_owned(),
        subjects: statement.subject.into_iter().filter_map(sha256).collect(),
    })
}

#[cfg(test)]
pub(crate) mod tests;
