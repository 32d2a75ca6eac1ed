//! What a reader of fragments would stumble over.

use std::collections::BTreeMap;
use std::fmt;

use super::{Fragment, Origin};

/// One thing to mend in a fragment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lint {
    /// Where.
    pub at: Origin,
    /// What.
    pub kind: LintKind,
}

/// Kinds of [`Lint`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LintKind {
    /// An option whose reason nobody wrote down.
    NoReason(String),
    /// The same option twice in one fragment, with one value.
    Repeated {
        /// The symbol.
        symbol: String,
        /// The earlier line.
        first: usize,
    },
    /// A comment that was meant as a setting.
    NearSetting(String),
}

impl fmt::Display for Lint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.at, self.kind)
    }
}

impl fmt::Display for LintKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoReason(symbol) => write!(
                f,
                "CONFIG_{symbol} has no reason; write one in a comment above it or behind it (a `##` heading does not \
                 count)"
            ),
            Self::Repeated { symbol, first } => {
                write!(f, "CONFIG_{symbol} is already set in line {first}; remove one")
            }
            Self::NearSetting(text) => write!(
                f,
                "`{text}` is a comment for Kconfig; write `CONFIG_X=y`, `# CONFIG_X is not set` (to the letter) or a \
                 sentence"
            ),
        }
    }
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
