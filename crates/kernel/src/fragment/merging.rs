//! Fragments become one request.

use std::collections::BTreeMap;

use super::{Fragment, FragmentOption, Origin};
use crate::config::Value;

/// What all fragments together ask for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Merged {
    requested: BTreeMap<String, Requested>,
}

/// One option that the fragments ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requested {
    /// The value.
    pub value: Value,
    /// The line that counts.
    pub origin: Origin,
    /// Why, from the line that counts or, when it gives none, from an earlier one that asks for the same.
    pub reason: Option<String>,
    /// The heading that the line stands under.
    pub group: Option<String>,
    /// Earlier lines that ask for the same.
    pub repeats: Vec<Origin>,
    /// Lines with another value that this one replaces on purpose.
    pub replaces: Vec<Origin>,
}

/// Fragments that do not go together: every conflict, not only the first.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the fragments do not go together:{}", self.conflicts.iter().map(|c| format!("\n  {c}")).collect::<String>())]
pub struct MergeError {
    /// In the order of the later lines.
    pub conflicts: Vec<ConflictError>,
}

/// Two lines that contradict each other, or an override of nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConflictError {
    /// Two values for one symbol.
    #[error(
        "CONFIG_{symbol} is {first} in {first_at} and {second} in {second_at}; take one out, or write `# overrides {}` \
         above the later line",
        first_at.file
    )]
    Values {
        /// The symbol.
        symbol: String,
        /// The earlier value.
        first: Value,
        /// Where it stands.
        first_at: Origin,
        /// The later value.
        second: Value,
        /// Where it stands.
        second_at: Origin,
    },
    /// An override without anything to replace.
    #[error(
        "{at}: CONFIG_{symbol} says that it overrides {named}, which does not set it to another value before; take the \
         comment out"
    )]
    NothingToOverride {
        /// The symbol.
        symbol: String,
        /// The line with the override.
        at: Origin,
        /// The fragment it names.
        named: String,
    },
}

impl Merged {
    /// What is asked for `symbol`.
    pub fn get(&self, symbol: &str) -> Option<&Requested> {
        self.requested.get(symbol)
    }

    /// Every request, in the order of symbols.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Requested)> {
        self.requested.iter().map(|(symbol, requested)| (symbol.as_str(), requested))
    }

    /// The merged text, as `KCONFIG_ALLCONFIG` and `make olddefconfig` take it: one line a symbol, no comments.
    pub fn text(&self) -> String {
        self.iter().map(|(symbol, requested)| requested.value.line(symbol) + "\n").collect()
    }
}

/// Merges fragments in order.
///
/// # Errors
/// [`MergeError`] with every pair of lines that contradict each other without an override.
pub fn merge(fragments: &[Fragment]) -> Result<Merged, MergeError> {
    let mut merged = Merged::default();
    let mut conflicts = Vec::new();
    for fragment in fragments {
        for option in &fragment.options {
            let new = request(fragment, option);
            match merged.requested.remove(&option.symbol) {
                Some(old) => {
                    let (kept, conflict) = join(option, old, new);
                    conflicts.extend(conflict);
                    merged.requested.insert(option.symbol.clone(), kept);
                }
                None => {
                    conflicts.extend(option.overrides.first().map(|named| nothing(option, &new, named)));
                    merged.requested.insert(option.symbol.clone(), new);
                }
            }
        }
    }
    if conflicts.is_empty() { Ok(merged) } else { Err(MergeError { conflicts }) }
}

fn request(fragment: &Fragment, option: &FragmentOption) -> Requested {
    Requested {
        value: option.value.clone(),
        origin: fragment.origin(option),
        reason: option.reason.clone(),
        group: option.group.clone(),
        repeats: Vec::new(),
        replaces: Vec::new(),
    }
}

/// The later line over the earlier one, and what is wrong with that.
fn join(option: &FragmentOption, old: Requested, mut new: Requested) -> (Requested, Option<ConflictError>) {
    let sets = |named: &str| old.repeats.iter().chain([&old.origin]).any(|origin| origin.file == named);
    let stale = option.overrides.iter().find(|named| !sets(named) || old.value == new.value);
    if let Some(named) = stale {
        let conflict = nothing(option, &new, named);
        return (new, Some(conflict));
    }
    if old.value == new.value {
        // The first line that gives a reason explains the option for all that repeat it.
        new.reason = new.reason.or(old.reason);
        new.replaces = old.replaces;
        new.repeats = old.repeats;
        new.repeats.push(old.origin);
        return (new, None);
    }
    if option.overrides.is_empty() {
        let conflict = ConflictError::Values {
            symbol: option.symbol.clone(),
            first: old.value,
            first_at: old.origin,
            second: new.value.clone(),
            second_at: new.origin.clone(),
        };
        return (new, Some(conflict));
    }
    new.replaces = old.replaces;
    new.replaces.push(old.origin);
    (new, None)
}

fn nothing(option: &FragmentOption, new: &Requested, named: &str) -> ConflictError {
    ConflictError::NothingToOverride {
        symbol: option.symbol.clone(),
        at: new.origin.clone(),
        named: named.to_owned(),
    }
}
