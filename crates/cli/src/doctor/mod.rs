//! Whether this machine can do what yoe needs. [`Facts`] are what was seen; [`checks`] judges them and looks at nothing.

mod checks;
mod facts;

use serde::Serialize;

pub use checks::{checks, failed};
pub use facts::Facts;

/// What became of one check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What was checked.
    pub name: &'static str,
    /// How it ended.
    pub state: State,
    /// What was seen.
    pub found: String,
    /// What mends it, or makes it better: a command where there is one.
    pub mend: Option<String>,
}

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// As it should be.
    Good,
    /// Works, but slower or with less than there could be.
    Less,
    /// Something will fail.
    Bad,
}

impl Check {
    fn good(name: &'static str, found: impl Into<String>) -> Self {
        Self { name, state: State::Good, found: found.into(), mend: None }
    }

    fn less(name: &'static str, found: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { name, state: State::Less, found: found.into(), mend: Some(mend.into()) }
    }

    fn bad(name: &'static str, found: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { name, state: State::Bad, found: found.into(), mend: Some(mend.into()) }
    }
}
