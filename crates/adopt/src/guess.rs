//! What was concluded, and from what.

/// Something that was concluded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guess {
    /// What of the unit.
    pub what: &'static str,
    /// What it was concluded to be.
    pub value: String,
    /// What from.
    pub from: String,
}

impl Guess {
    pub(crate) fn new(what: &'static str, value: impl Into<String>, from: &str) -> Self {
        Self { what, value: value.into(), from: from.to_owned() }
    }
}
