//! Which requests the final configuration lost, and why.
//!
//! Kconfig drops what cannot be and says nothing. [`lost`] compares what the fragments ask for with the `.config` that
//! Kconfig wrote; [`explain`] then reads the kernel's own Kconfig files: which dependency is not met, what that one
//! lacks in turn, and which lines would mend it.

mod cause;
mod planner;
mod render;

use std::collections::BTreeMap;

use crate::config::{Config, Value};
use crate::fragment::{Merged, Origin};
use crate::kconfig::{Level, Location, Values};

pub use cause::CauseError;

/// A request that the final configuration does not fulfil.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lost {
    /// The symbol.
    pub symbol: String,
    /// What was asked for.
    pub requested: Value,
    /// What the final configuration has.
    pub got: Value,
    /// Where it was asked for.
    pub origin: Origin,
    /// Why it was asked for.
    pub reason: Option<String>,
}

/// Why a request was lost and what would mend it. Its text is what a user is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// The request.
    pub lost: Lost,
    /// What stood in its way, the nearest first.
    pub causes: Vec<CauseError>,
    /// The symbols that lack something, each below the one that needs it.
    pub chain: Vec<Link>,
    /// The lines that would mend it; empty when no lines can, or when they are asked for already.
    pub add: Vec<Addition>,
    /// Whether `add` is all that is missing, as far as the Kconfig files tell.
    pub mendable: bool,
}

/// A symbol that does not have the value that another one needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// How far below the lost option it stands, from 0.
    pub depth: usize,
    /// The symbol, or the text of a condition that is not about one symbol.
    pub what: String,
    /// The line that needs it.
    pub at: Location,
    /// What it would have to be.
    pub needs: Need,
    /// What keeps it from being so.
    pub state: State,
    /// What the fragments ask for it.
    pub requested: Option<(Value, Origin)>,
}

/// What a condition asks of a symbol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Need {
    /// At least this.
    AtLeast(Level),
    /// At most this.
    AtMost(Level),
    /// Exactly this text or number.
    Exactly(String),
    /// That the condition holds.
    Holds,
}

/// What a symbol is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// It has this value.
    Has(Value),
    /// No Kconfig file of this architecture defines it.
    Undefined,
    /// Only a compiler or another program can tell.
    Unknown,
}

/// A line to add to a fragment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addition {
    /// The symbol.
    pub symbol: String,
    /// Its value.
    pub value: Value,
    /// The line of a fragment that says otherwise and has to go.
    pub instead_of: Option<(Value, Origin)>,
}

/// Every request that `final_config` does not fulfil, in the order of symbols.
///
/// A symbol that the configuration does not name is n.
pub fn lost(merged: &Merged, final_config: &Config) -> Vec<Lost> {
    merged
        .iter()
        .filter(|(symbol, requested)| requested.value != *final_config.value(symbol))
        .map(|(symbol, requested)| Lost {
            symbol: symbol.to_owned(),
            requested: requested.value.clone(),
            got: final_config.value(symbol).clone(),
            origin: requested.origin.clone(),
            reason: requested.reason.clone(),
        })
        .collect()
}

/// Why each of `lost` was lost. `values` joins the kernel's symbols with the final configuration.
pub fn explain(lost: &[Lost], merged: &Merged, values: Values) -> Vec<Explanation> {
    lost.iter().map(|one| cause::explain(one, merged, values)).collect()
}

/// The lines that would mend all of `explanations`, each once: what one line brings back is often many options.
pub fn additions(explanations: &[Explanation]) -> Vec<Addition> {
    let mut lines: BTreeMap<&str, &Addition> = BTreeMap::new();
    for line in explanations.iter().flat_map(|explanation| &explanation.add) {
        let stronger =
            lines.get(line.symbol.as_str()).is_none_or(|old| Level::of(&line.value) > Level::of(&old.value));
        if stronger {
            lines.insert(&line.symbol, line);
        }
    }
    lines.into_values().cloned().collect()
}

#[cfg(test)]
mod tests;
