//! What a reader of fragments would stumble over.

use std::collections::BTreeMap;

use super::{Fragment, Origin};

/// One thing to mend in a fragment.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{at}: {kind}")]
pub struct Lint {
    /// Where.
    pub at: Origin,
    /// What.
    pub kind: LintKind,
}

/// Kinds of [`Lint`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LintKind {
    /// An option whose reason nobody wrote down.
    #[error(
        "CONFIG_{0} has no reason; write one in a comment above it or behind it (a `##` heading does not count)"
    )]
    NoReason(String),
    /// The same option twice in one fragment, with one value.
    #[error("CONFIG_{symbol} is already set in line {first}; remove one")]
    Repeated {
        /// The symbol.
        symbol: String,
        /// The earlier line.
        first: usize,
    },
    /// A comment that was meant as a setting.
    #[error(
        "`{0}` is a comment for Kconfig; write `CONFIG_X=y`, `# CONFIG_X is not set` (to the letter) or a sentence"
    )]
    NearSetting(String),
}

/// Everything to mend in one fragment, in the order of its lines.
pub fn lint(fragment: &Fragment) -> Vec<Lint> {
    let at = |line| Origin { file: fragment.file.clone(), line };
    let mut found: Vec<Lint> = Vec::new();
    let mut seen: BTreeMap<&str, (usize, &crate::Value)> = BTreeMap::new();
    for option in &fragment.options {
        if option.reason.is_none() {
            found.push(Lint { at: at(option.line), kind: LintKind::NoReason(option.symbol.clone()) });
        }
        // Two different values are a conflict, which merging tells.
        if let Some((first, value)) = seen.insert(&option.symbol, (option.line, &option.value))
            && *value == option.value
        {
            let kind = LintKind::Repeated { symbol: option.symbol.clone(), first };
            found.push(Lint { at: at(option.line), kind });
        }
    }
    found.extend(
        fragment
            .near_settings
            .iter()
            .map(|(line, text)| Lint { at: at(*line), kind: LintKind::NearSetting(text.clone()) }),
    );
    found.sort_by_key(|lint| lint.at.line);
    found
}
