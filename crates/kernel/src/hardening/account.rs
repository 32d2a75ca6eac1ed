//! Deviations and the file that accounts for them.

use std::fmt;

use super::{Deviation, From};
use crate::fragment::{Fragment, Merged, Origin};

/// Deviations, sorted by whether somebody gave a reason.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// Without a reason: each is to be mended or written down.
    pub unexplained: Vec<Deviation>,
    /// With one.
    pub explained: Vec<Accounted>,
    /// Lines of the file that no deviation answers to.
    pub stale: Vec<Stale>,
}

/// A deviation with its reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accounted {
    /// The deviation.
    pub deviation: Deviation,
    /// The reason.
    pub reason: String,
    /// Where it is written.
    pub at: Origin,
}

/// A line to take out of the file of deviations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stale {
    /// The symbol.
    pub symbol: String,
    /// The value that the line gives.
    pub value: crate::Value,
    /// The line.
    pub at: Origin,
}

impl fmt::Display for Stale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { symbol, value, at } = self;
        write!(f, "{at}: CONFIG_{symbol}={value} is not a deviation of this configuration; remove the line")
    }
}

/// Joins `found` with the file of deviations `listed`, and with the fragments' own reasons for leaving a default.
pub fn account(found: Vec<Deviation>, listed: &Fragment, merged: &Merged) -> Account {
    let stale = listed
        .options
        .iter()
        .filter(|line| !found.iter().any(|one| one.symbol == line.symbol && one.got == line.value))
        .map(|line| Stale { symbol: line.symbol.clone(), value: line.value.clone(), at: listed.origin(line) })
        .collect();
    let mut account = Account { stale, ..Account::default() };
    for deviation in found {
        match reason(&deviation, listed, merged) {
            Some((reason, at)) => account.explained.push(Accounted { deviation, reason, at }),
            None => account.unexplained.push(deviation),
        }
    }
    account
}

fn reason(deviation: &Deviation, listed: &Fragment, merged: &Merged) -> Option<(String, Origin)> {
    let lines =
        listed.options.iter().filter(|line| line.symbol == deviation.symbol && line.value == deviation.got);
    let written = lines.filter_map(|line| Some((line.reason.clone()?, listed.origin(line)))).next();
    if written.is_some() || deviation.from == From::Wanted {
        return written;
    }
    let asked = merged.get(&deviation.symbol).filter(|asked| asked.value == deviation.got)?;
    Some((asked.reason.clone()?, asked.origin.clone()))
}
