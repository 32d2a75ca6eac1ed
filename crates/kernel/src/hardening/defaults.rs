//! What Kconfig would have switched on.

use super::{Deviation, From};
use crate::config::{Config, Value};
use crate::kconfig::{Definition, Expr, Level, Tree, Values};

/// Options that are on by default and off in `config` although they could be on.
///
/// What cannot be on, because something it depends on is off, follows from that one and is not told again. Neither are
/// options that have no prompt or no default of their own, which follow from others, nor members of a choice, of which
/// another one is on.
pub(super) fn deviations(config: &Config, defaults: &Config, tree: &Tree) -> Vec<Deviation> {
    let values = Values { tree, config };
    let off = |symbol: &&str| defaults.is_set(symbol) && *config.value(symbol) == Value::No;
    let symbols = defaults.iter().map(|(symbol, _)| symbol).filter(off);
    symbols
        .filter(|symbol| {
            let definitions =
                tree.symbol(symbol).map(|symbol| symbol.definitions.as_slice()).unwrap_or_default();
            definitions.iter().any(|definition| was_decided(definition, values))
        })
        .map(|symbol| Deviation {
            symbol: symbol.to_owned(),
            got: Value::No,
            wanted: defaults.value(symbol).to_string(),
            reason: "it is on by default for this architecture".to_owned(),
            from: From::Default,
        })
        .collect()
}

/// Whether a definition could have been on and somebody chose otherwise.
fn was_decided(definition: &Definition, values: Values) -> bool {
    let holds = |expr: &Expr| values.reach(expr).most > Level::No;
    let met = definition.depends.iter().all(|condition| holds(&condition.expr));
    let default = definition.defaults.iter().find(|default| default.when.as_ref().is_none_or(holds));
    let on = default.is_some_and(|default| holds(&default.value));
    definition.prompt.is_some() && definition.choice.is_none() && met && on
}
