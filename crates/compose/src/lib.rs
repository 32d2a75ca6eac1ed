//! A Compose file as it is written: what it says, and what is wrong with it, each with its line and column.
//!
//! [`read`] takes the text and the variables of the `.env` next to it. It knows the keys of the Compose specification that the
//! device's `nerdctl compose` carries out (docs/design/0041-workloads.md); any other key is a mistake, and so is a value of the
//! wrong shape, a name that nothing is defined under, and a variable that nobody sets.
//!
//! The text may be anybody's: its size, its depth and what its aliases amount to are bounded, and no input ends in a panic.

mod check;
mod contents;
mod file;
mod interpolate;
mod schema;
mod service;
mod values;
mod yaml;

use std::collections::BTreeMap;

pub use contents::{Bind, Compose, Condition, Dependency, Health, Mention, Port, Service, Volume};
pub use interpolate::dot_env;
pub use yaml::At;

/// The most bytes that a Compose file may have.
pub const LARGEST: usize = 1 << 20;

/// A mistake in a Compose file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where it is.
    pub at: At,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// What would have been right.
    pub expected: Option<String>,
    /// What to do, such as a near name.
    pub hint: Option<String>,
}

impl Problem {
    pub(crate) fn new(at: At, message: impl Into<String>) -> Self {
        Self { at, message: message.into(), expected: None, hint: None }
    }

    pub(crate) fn expected(mut self, expected: impl Into<String>) -> Self {
        self.expected = Some(expected.into());
        self
    }

    pub(crate) fn hint(mut self, hint: Option<String>) -> Self {
        self.hint = hint.or(self.hint);
        self
    }

    pub(crate) fn near<'a>(self, name: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        let near = yoe_model::nearest(name, known).map(|near| format!("did you mean `{near}`?"));
        self.hint(near)
    }
}

/// Reads a Compose file. `variables` are what `${NAME}` in it may stand for.
///
/// # Errors
/// All that is wrong with it, in the order of its lines.
pub fn read(text: &str, variables: &BTreeMap<String, String>) -> Result<Compose, Vec<Problem>> {
    let mut root = yaml::read(text).map_err(|problem| vec![*problem])?;
    let mut problems = Vec::new();
    interpolate::apply(&mut root, variables, &mut problems);
    schema::check(&root, &mut problems);
    if !problems.is_empty() {
        return Err(in_order(problems));
    }
    let compose = file::read(&root, &mut problems);
    check::all(&compose, &mut problems);
    if problems.is_empty() { Ok(compose) } else { Err(in_order(problems)) }
}

fn in_order(mut problems: Vec<Problem>) -> Vec<Problem> {
    problems.sort_by(|a, b| (a.at, &a.message).cmp(&(b.at, &b.message)));
    problems.dedup();
    problems
}

#[cfg(test)]
mod tests;
