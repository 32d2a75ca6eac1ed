//! What an image demands of an audit.

use serde::{Deserialize, Serialize};

/// How bad a hole is: a level of the qualitative scale of CVSS (v3.1, 5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum HoleLevel {
    /// Below 4.0.
    Low,
    /// Below 7.0.
    Medium,
    /// Below 9.0.
    High,
    /// From 9.0 on.
    Critical,
}

impl HoleLevel {
    /// All, the lowest first.
    pub const ALL: [Self; 4] = [Self::Low, Self::Medium, Self::High, Self::Critical];

    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            HoleLevel::Low => "low",
            HoleLevel::Medium => "medium",
            HoleLevel::High => "high",
            HoleLevel::Critical => "critical",
        }
    }

    /// The level of this name, or of GitHub's name for it.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.to_lowercase();
        let text = if text == "moderate" { "medium" } else { &text };
        Self::ALL.into_iter().find(|level| level.as_str() == text)
    }
}

/// What an image demands of an audit. Advisories change every day and an image does not, so this enters no key: it is asked when
/// somebody has advisories at hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuditGate {
    /// No hole that is at least this bad may be open.
    pub fail_on: HoleLevel,
}
