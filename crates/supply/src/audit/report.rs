//! What an audit found.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use yoe_model::{Judgement, VexStatus};

use super::bill::Bill;
use super::database::Source;
use super::severity::Level;
use crate::statement::Stale;

/// What an audit found. As JSON it is what a later audit is compared with.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Version of this format: 1.
    pub format: u32,
    /// What was audited.
    pub subject: String,
    /// Databases that were read, by ecosystem.
    pub databases: BTreeMap<String, Source>,
    /// Ecosystems that parts are of and that no database was there for.
    pub missing: BTreeSet<String>,
    /// Parts that no database speaks of, by name and version.
    pub unchecked: BTreeSet<String>,
    /// What was found, by package and component.
    pub findings: Vec<Finding>,
    /// Statements that are about nothing any more.
    #[serde(default)]
    pub stale: Vec<Stale>,
}

/// A hole of a component.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Finding {
    /// The packages that hold the component.
    pub packages: Vec<String>,
    /// The component.
    pub component: String,
    /// Its version.
    pub version: String,
    /// Its package URL.
    #[serde(default)]
    pub purl: String,
    /// The advisory.
    pub id: String,
    /// Its other names.
    pub aliases: Vec<String>,
    /// What it is about.
    pub summary: String,
    /// How bad it is; absent when its advisory does not say.
    pub level: Option<Level>,
    /// The version that fixes it; absent when there is none.
    pub fixed: Option<String>,
    /// Whether a version of the advisory could not be compared, so that nothing could be excluded.
    pub uncertain: bool,
    /// What became of it.
    pub state: State,
}

/// What became of a hole.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// It is open.
    Open,
    /// The version of upstream that is built is the one that Debian took first after the fix; nothing but its number says so.
    AssumedFixed,
    /// A patch closes it, by what its header or its name says.
    Closed(String),
    /// The code that has it is not in the product: what shows that.
    NotPresent(String),
    /// Somebody looked at it and said what it is.
    Declared(Declared),
}

/// What somebody said of a hole, in the words of OpenVEX.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Declared {
    /// Whether it matters.
    pub status: String,
    /// Why it does not.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub justification: Option<String>,
    /// More about it.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub note: String,
}

impl From<Judgement> for Declared {
    fn from(judgement: Judgement) -> Self {
        Self {
            status: judgement.status.as_str().to_owned(),
            justification: judgement.justification.map(|word| word.as_str().to_owned()),
            note: judgement.note,
        }
    }
}

impl Declared {
    /// Whether somebody has to act, by what was said.
    pub fn is_open(&self) -> bool {
        ![VexStatus::NotAffected, VexStatus::Fixed].iter().any(|status| status.as_str() == self.status)
    }
}

impl State {
    /// Whether somebody has to act. Of a hole that is still looked into, nobody knows better.
    pub fn is_open(&self) -> bool {
        match self {
            State::Open => true,
            State::Declared(said) => said.is_open(),
            State::AssumedFixed | State::Closed(_) | State::NotPresent(_) => false,
        }
    }
}

impl Finding {
    /// The CVE of the hole when it has one alone, otherwise the advisory's own name.
    pub fn common_name(&self) -> &str {
        let names = std::iter::once(&self.id).chain(&self.aliases);
        let all: BTreeSet<&str> = names.map(String::as_str).filter(|name| name.starts_with("CVE-")).collect();
        match all.first() {
            Some(one) if all.len() == 1 => one,
            _ => &self.id,
        }
    }
}

/// What differs from an earlier audit.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Changes {
    /// Open now and not before: component and advisory.
    pub new: BTreeSet<(String, String)>,
    /// Open before and not now.
    pub gone: BTreeSet<(String, String)>,
}

impl Report {
    /// A report that has found nothing yet.
    pub(super) fn new(bill: &Bill) -> Self {
        Self {
            format: 1,
            subject: bill.subject.clone(),
            databases: BTreeMap::new(),
            missing: BTreeSet::new(),
            unchecked: BTreeSet::new(),
            findings: Vec::new(),
            stale: Vec::new(),
        }
    }

    /// What is open.
    pub fn open(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.state.is_open())
    }

    /// What is open and at least this bad. What has no level counts: nobody said that it is harmless.
    pub fn at_least(&self, level: Level) -> usize {
        self.open().filter(|finding| finding.level.is_none_or(|of| of >= level)).count()
    }

    /// What differs from an earlier report.
    pub fn since(&self, earlier: &Report) -> Changes {
        let open = |report: &Report| -> BTreeSet<(String, String)> {
            report.open().map(|finding| (finding.component.clone(), finding.id.clone())).collect()
        };
        let (now, before) = (open(self), open(earlier));
        Changes {
            new: now.difference(&before).cloned().collect(),
            gone: before.difference(&now).cloned().collect(),
        }
    }
}
