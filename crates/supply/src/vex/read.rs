//! OpenVEX documents, ours and others', as statements about the parts of a bill.

use std::collections::BTreeSet;

use serde::Deserialize;
use yoe_model::{Judgement, Justification, VexStatus};

use crate::audit::{Bill, Part};
use crate::{Purl, Statement};

/// A file that is no OpenVEX document.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It is no JSON, or lacks what each document has.
    #[error("it is not a document of OpenVEX")]
    Form(#[source] serde_json::Error),
    /// It is of another format.
    #[error("its @context is {0:?} and not OpenVEX' \"https://openvex.dev/ns/v0.2.0\"")]
    Context(String),
    /// A word that the format does not have.
    #[error("{0:?} is no {1} of OpenVEX")]
    Word(String, &'static str),
}

/// A document of OpenVEX.
#[derive(Debug)]
pub struct Document {
    /// As messages name it.
    place: String,
    /// What it says, the earliest first.
    statements: Vec<(Written, Judgement)>,
}

#[derive(Debug, Deserialize)]
struct Text {
    #[serde(rename = "@context")]
    context: String,
    #[serde(default)]
    timestamp: String,
    statements: Vec<Written>,
}

#[derive(Debug, Deserialize)]
struct Written {
    vulnerability: Vulnerability,
    timestamp: Option<String>,
    #[serde(default)]
    products: Vec<Product>,
    status: String,
    justification: Option<String>,
    impact_statement: Option<String>,
    action_statement: Option<String>,
    status_notes: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Vulnerability {
    name: String,
}

#[derive(Debug, Deserialize)]
struct Product {
    #[serde(flatten)]
    named: Named,
    #[serde(default)]
    subcomponents: Vec<Named>,
}

#[derive(Debug, Deserialize)]
struct Named {
    #[serde(rename = "@id")]
    id: Option<String>,
    #[serde(default)]
    identifiers: Identifiers,
}

#[derive(Debug, Default, Deserialize)]
struct Identifiers {
    purl: Option<String>,
}

impl Named {
    /// Its package URL in the canonical form; nothing when it has none.
    fn purl(&self) -> Option<String> {
        let text = self.identifiers.purl.as_ref().or(self.id.as_ref())?;
        Purl::parse(text).ok().map(|purl| purl.to_string())
    }
}

impl Document {
    /// Reads a document; `place` names its file in messages.
    ///
    /// # Errors
    /// When it is no such document.
    pub fn parse(text: &[u8], place: &str) -> Result<Self, ReadError> {
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        let text: Text = serde_json::from_slice(text).map_err(ReadError::Form)?;
        if !text.context.starts_with("https://openvex.dev/ns") {
            return Err(ReadError::Context(text.context));
        }
        let mut written = text.statements;
        // What has no time of its own is of the document's.
        written.sort_by_cached_key(|one| one.timestamp.clone().unwrap_or_else(|| text.timestamp.clone()));
        let judged = written.into_iter().map(|one| judgement(&one).map(|judgement| (one, judgement)));
        Ok(Self { place: place.to_owned(), statements: judged.collect::<Result<_, _>>()? })
    }

    /// What it says of a hole with one of these names.
    pub fn about(mut self, names: &BTreeSet<&str>) -> Self {
        self.statements.retain(|(written, _)| names.contains(written.vulnerability.name.as_str()));
        self
    }

    /// What it says of parts of this bill.
    pub fn statements(&self, bill: &Bill) -> Vec<Statement> {
        let mut statements = Vec::new();
        for (written, judgement) in &self.statements {
            for product in written.products.iter().filter_map(Product::resolved) {
                statements.extend(bill.parts.iter().filter_map(|part| {
                    let packages = product.covered(part, bill)?;
                    Some(Statement {
                        id: written.vulnerability.name.clone(),
                        purl: part.purl.to_string(),
                        packages,
                        judgement: judgement.clone(),
                        place: self.place.clone(),
                    })
                }));
            }
        }
        statements
    }
}

fn judgement(written: &Written) -> Result<Judgement, ReadError> {
    let unknown = |word: &String, what| ReadError::Word(word.clone(), what);
    let status = VexStatus::ALL.into_iter().find(|status| status.as_str() == written.status);
    let status = status.ok_or_else(|| unknown(&written.status, "status"))?;
    let justified = |word: &String| {
        let justification = Justification::ALL.into_iter().find(|one| one.as_str() == word.as_str());
        justification.ok_or_else(|| unknown(word, "justification"))
    };
    let justification = written.justification.as_ref().map(justified).transpose()?;
    let notes = [&written.impact_statement, &written.action_statement, &written.status_notes];
    let note = notes.into_iter().flatten().next().cloned().unwrap_or_default();
    Ok(Judgement { status, justification, note })
}

/// A product of a statement, by package URLs in their canonical form.
struct Resolved {
    whole: String,
    /// All that it holds when empty.
    parts: BTreeSet<String>,
}

impl Product {
    fn resolved(&self) -> Option<Resolved> {
        let parts: BTreeSet<String> = self.subcomponents.iter().filter_map(Named::purl).collect();
        // Subcomponents that have no package URL are not known here, and are not all.
        if parts.is_empty() && !self.subcomponents.is_empty() {
            return None;
        }
        Some(Resolved { whole: self.named.purl()?, parts })
    }
}

impl Resolved {
    /// Where it covers a part: nothing when it does not, `Some(None)` wherever the part is.
    fn covered(&self, part: &Part, bill: &Bill) -> Option<Option<BTreeSet<String>>> {
        let own = part.purl.to_string();
        if self.whole == own {
            return Some(None);
        }
        if !self.parts.is_empty() && !self.parts.contains(&own) {
            return None;
        }
        if self.whole == bill.purl {
            return Some(None);
        }
        let package = bill.packages.iter().find(|(_, purl)| **purl == self.whole).map(|(name, _)| name)?;
        part.packages.contains(package).then(|| Some([package.clone()].into()))
    }
}
