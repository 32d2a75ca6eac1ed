//! What stood in a request's way.

use yoe_model::nearest;

use super::planner::{Plan, Planner, active, lowest};
use super::{Explanation, Lost};
use crate::config::Value;
use crate::fragment::Merged;
use crate::kconfig::{Condition, Definition, Kind, Level, Location, Operand, Symbol, Values};

/// What stood in a request's way.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CauseError {
    /// No Kconfig file defines the symbol.
    #[error("this kernel has no such option for this architecture{}", .near.as_ref().map_or_else(String::new, |near| format!("; did you mean CONFIG_{near}?")))]
    NoSymbol {
        /// A symbol of nearly the same name.
        near: Option<String>,
    },
    /// A dependency that is not met.
    #[error("{at}: depends on {expr}")]
    Dependency {
        /// The line that says so.
        at: Location,
        /// The condition.
        expr: String,
    },
    /// The prompt is hidden, so only defaults and selects set the symbol.
    #[error("{at}: can only be chosen if {expr}")]
    Hidden {
        /// The line that says so.
        at: Location,
        /// The condition.
        expr: String,
    },
    /// There is no prompt: only defaults and selects set the symbol.
    #[error("{at}: has no prompt, so nobody can choose it; other options set it{}", list(.selectors))]
    NoPrompt {
        /// The definition.
        at: Location,
        /// Some of the symbols that select it.
        selectors: Vec<String>,
    },
    /// Another symbol forces it on.
    #[error("{at}: CONFIG_{by} selects it")]
    Selected {
        /// The symbol.
        by: String,
        /// The line that says so.
        at: Location,
    },
    /// Another member of the choice is on.
    #[error("{at}: one of a choice, of which {}", .chosen.as_ref().map_or_else(|| "none is chosen".to_owned(), |chosen| format!("CONFIG_{chosen} is chosen")))]
    Choice {
        /// The choice.
        at: Location,
        /// The member that is on.
        chosen: Option<String>,
    },
    /// The number is outside its bounds.
    #[error("{at}: must be between {low} and {high}")]
    Range {
        /// The line that says so.
        at: Location,
        /// The least value.
        low: String,
        /// The greatest value.
        high: String,
    },
    /// It has no module form.
    #[error("{at}: can be y or n, but not m")]
    NoModule {
        /// The definition.
        at: Location,
    },
    /// Its values are of another kind.
    #[error("{at}: takes {expected}")]
    Kind {
        /// The definition.
        at: Location,
        /// What it takes.
        expected: &'static str,
    },
    /// There are no modules at all.
    #[error("CONFIG_MODULES is off, so nothing can be a module; ask for y")]
    ModulesOff,
    /// Nothing found.
    #[error(
        "nothing in the Kconfig files forbids it; was the final configuration made from these fragments?"
    )]
    Unexplained,
}

fn list(selectors: &[String]) -> String {
    match selectors {
        [] => String::new(),
        some => format!(": {}", some.join(", ")),
    }
}

pub(super) fn explain(lost: &Lost, merged: &Merged, values: Values) -> Explanation {
    let mut planner = Planner::new(&lost.symbol, values, merged);
    let (causes, plan) = match values.tree.symbol(&lost.symbol) {
        None => (vec![no_symbol(lost, values)], Plan { possible: false, ..Plan::nothing() }),
        Some(symbol) => match lost.requested {
            Value::No => too_much(lost, symbol, &mut planner, Level::No),
            Value::Module if lost.got == Value::Yes => too_much(lost, symbol, &mut planner, Level::Module),
            _ => too_little(lost, symbol, &mut planner),
        },
    };
    let add = planner.additions(&plan);
    Explanation { lost: lost.clone(), causes, chain: plan.links, add, mendable: plan.possible }
}

fn no_symbol(lost: &Lost, values: Values) -> CauseError {
    let near = nearest(&lost.symbol, values.tree.symbols().map(|(name, _)| name)).map(str::to_owned);
    CauseError::NoSymbol { near }
}

/// Asked to be on, or to have a value, and it is not.
fn too_little(lost: &Lost, symbol: &Symbol, planner: &mut Planner) -> (Vec<CauseError>, Plan) {
    if let Some(cause) = wrong_kind(lost, symbol) {
        return (vec![cause], Plan { possible: false, ..Plan::nothing() });
    }
    let wanted = match lost.requested {
        Value::Module => Level::Module,
        _ => Level::Yes,
    };
    let level = lowest(symbol, wanted);
    let best = symbol
        .definitions
        .iter()
        .map(|definition| (planner.definition(definition, level), definition))
        .min_by_key(|(plan, definition)| {
            (definition.prompt.is_none(), !plan.possible, plan.set.len(), plan.links.len())
        });
    let Some((plan, definition)) = best else { return (vec![CauseError::Unexplained], Plan::nothing()) };
    let mut causes = unmet(definition, level, planner.values);
    if definition.prompt.is_none() {
        return no_prompt(lost, symbol, definition, causes, planner);
    }
    if causes.is_empty() {
        causes.extend(chosen(definition, &lost.symbol, planner.values));
        causes.extend(out_of_range(lost, definition, planner.values));
    }
    if causes.is_empty() {
        causes.push(CauseError::Unexplained);
    }
    (causes, plan)
}

/// Asked to be off, or a module, and something holds it higher.
fn too_much(lost: &Lost, symbol: &Symbol, planner: &mut Planner, level: Level) -> (Vec<CauseError>, Plan) {
    let Some(first) = symbol.definitions.first() else {
        return (vec![CauseError::Unexplained], Plan::nothing());
    };
    let mut causes = Vec::new();
    if level == Level::Module && symbol.kind == Some(Kind::Bool) {
        return (
            vec![CauseError::NoModule { at: first.at.clone() }],
            Plan { possible: false, ..Plan::nothing() },
        );
    }
    if level == Level::Module && planner.values.level("MODULES") == Level::No {
        causes.push(CauseError::ModulesOff);
    }
    let mut plan = Plan::nothing();
    for selector in active(symbol, planner.values, level) {
        causes.push(CauseError::Selected { by: selector.by.clone(), at: selector.at.clone() });
        let by = crate::kconfig::Expr::Symbol(selector.by.clone());
        plan = plan.and(planner.satisfy(&by, &super::Need::AtMost(level), &selector.at));
    }
    if causes.is_empty() {
        let hidden = unmet(first, Level::Module, planner.values);
        causes.extend(chosen(first, &lost.symbol, planner.values));
        if first.prompt.is_none() {
            return no_prompt(lost, symbol, first, causes, planner);
        }
        // A prompt that nobody is asked leaves the default.
        plan = planner.definition(first, Level::Module);
        causes.extend(hidden);
    }
    if causes.is_empty() {
        causes.push(CauseError::Unexplained);
    }
    (causes, plan)
}

/// The conditions of a definition that do not hold for certain.
fn unmet(definition: &Definition, level: Level, values: Values) -> Vec<CauseError> {
    let open = |condition: &&Condition| values.reach(&condition.expr).least < level;
    let depends = definition.depends.iter().map(AsRef::as_ref).filter(open);
    let mut causes: Vec<_> = depends
        .map(|one| CauseError::Dependency { at: one.at.clone(), expr: one.expr.to_string() })
        .collect();
    if let Some(prompt) = &definition.prompt {
        let hiding = definition.visible.iter().map(AsRef::as_ref).chain(&prompt.when).filter(open);
        causes
            .extend(hiding.map(|one| CauseError::Hidden { at: one.at.clone(), expr: one.expr.to_string() }));
    }
    causes
}

fn no_prompt(
    lost: &Lost,
    symbol: &Symbol,
    definition: &Definition,
    mut causes: Vec<CauseError>,
    planner: &mut Planner,
) -> (Vec<CauseError>, Plan) {
    const SHOWN: usize = 6;
    let selectors = symbol.selected_by.iter().take(SHOWN).map(|reverse| reverse.by.clone()).collect();
    causes.push(CauseError::NoPrompt { at: definition.at.clone(), selectors });
    let plan = match lost.requested {
        Value::Yes => planner.without_prompt(symbol, Level::Yes),
        Value::Module => planner.without_prompt(symbol, Level::Module),
        _ => Plan { possible: false, ..Plan::nothing() },
    };
    (causes, plan)
}

fn chosen(definition: &Definition, name: &str, values: Values) -> Option<CauseError> {
    let choice = values.tree.choice(definition.choice?)?;
    let on = |member: &&String| *member != name && values.level(member) == Level::Yes;
    Some(CauseError::Choice { at: choice.at.clone(), chosen: choice.members.iter().find(on).cloned() })
}

fn out_of_range(lost: &Lost, definition: &Definition, values: Values) -> Option<CauseError> {
    let number = |text: &str| crate::kconfig::number(text);
    let wanted = number(&lost.requested.bare())?;
    let bound = |operand: &Operand| match operand {
        Operand::Symbol(name) if values.tree.symbol(name).is_some() => values.config.value(name).bare(),
        Operand::Symbol(text) | Operand::Text(text) | Operand::Probe(text) => text.clone(),
    };
    // The first range whose condition holds counts.
    let range = definition
        .ranges
        .iter()
        .find(|range| range.when.as_ref().is_none_or(|when| values.reach(when).most > Level::No))?;
    let (low, high) = (bound(&range.low), bound(&range.high));
    let outside =
        number(&low).is_some_and(|low| wanted < low) || number(&high).is_some_and(|high| wanted > high);
    outside.then(|| CauseError::Range { at: range.at.clone(), low, high })
}

fn wrong_kind(lost: &Lost, symbol: &Symbol) -> Option<CauseError> {
    let at = symbol.definitions.first()?.at.clone();
    let expected = match (symbol.kind?, &lost.requested) {
        (Kind::Bool | Kind::Tristate, Value::Int(_) | Value::Hex(_) | Value::Text(_)) => "y or n",
        (Kind::Text, Value::Yes | Value::Module | Value::Int(_) | Value::Hex(_)) => "a string in quotes",
        (Kind::Int, Value::Yes | Value::Module | Value::Hex(_) | Value::Text(_)) => "a decimal number",
        (Kind::Hex, Value::Yes | Value::Module | Value::Int(_) | Value::Text(_)) => {
            "a number written with 0x"
        }
        (Kind::Bool, Value::Module) => return Some(CauseError::NoModule { at }),
        _ => return None,
    };
    Some(CauseError::Kind { at, expected })
}
