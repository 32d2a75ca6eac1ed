//! The least that would have to change for a condition to hold.

use std::collections::BTreeMap;

use super::{Addition, Link, Need, State};
use crate::config::Value;
use crate::fragment::Merged;
use crate::kconfig::{Definition, Expr, Kind, Level, Location, Operand, Order, Reverse, Symbol, Values};

/// How many symbols are looked at for one lost option. Real chains need a few dozen.
const BUDGET: usize = 4_000;

/// How long a chain may be. The kernel's longest have about ten links.
const LONGEST: usize = 48;

/// How many of the symbols that select another are tried.
const SELECTORS: usize = 8;

/// Changes that make a condition hold, and the symbols on the way.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    /// What to set.
    pub set: BTreeMap<String, Value>,
    /// In the order of reading: what is needed before what that one needs.
    pub links: Vec<Link>,
    /// Whether the changes are enough.
    pub possible: bool,
}

impl Plan {
    pub fn nothing() -> Self {
        Self { set: BTreeMap::new(), links: Vec::new(), possible: true }
    }

    fn impossible() -> Self {
        Self { possible: false, ..Self::nothing() }
    }

    /// Both.
    pub fn and(mut self, other: Self) -> Self {
        // Two conditions that ask for different values of one symbol cannot both hold.
        let clash = other
            .set
            .iter()
            .any(|(symbol, value)| self.set.get(symbol).is_some_and(|old| !agree(old, value)));
        for (symbol, value) in other.set {
            let stronger = self.set.get(&symbol).is_none_or(|old| Level::of(&value) > Level::of(old));
            if stronger {
                self.set.insert(symbol, value);
            }
        }
        for link in other.links {
            if !self.links.iter().any(|old| old.what == link.what && old.needs == link.needs) {
                self.links.push(link);
            }
        }
        self.possible &= other.possible && !clash;
        self
    }

    fn cost(&self) -> (bool, usize, usize) {
        (!self.possible, self.set.len(), self.links.len())
    }

    fn cheapest(plans: impl IntoIterator<Item = Self>) -> Self {
        plans.into_iter().min_by_key(Self::cost).unwrap_or_else(Self::impossible)
    }
}

/// m and y agree: y fulfils both.
fn agree(a: &Value, b: &Value) -> bool {
    a == b || (Level::of(a) > Level::No && Level::of(b) > Level::No)
}

pub(super) struct Planner<'a> {
    pub values: Values<'a>,
    pub merged: &'a Merged,
    /// The symbols being planned, so that a circle ends.
    path: Vec<String>,
    budget: usize,
}

impl<'a> Planner<'a> {
    pub fn new(symbol: &str, values: Values<'a>, merged: &'a Merged) -> Self {
        Self { values, merged, path: vec![symbol.to_owned()], budget: BUDGET }
    }

    /// The lines of a plan, without those that the fragments have already.
    pub fn additions(&self, plan: &Plan) -> Vec<Addition> {
        let lines = plan.set.iter().filter_map(|(symbol, value)| {
            let requested = self.merged.get(symbol);
            if requested.is_some_and(|requested| requested.value == *value) {
                return None;
            }
            let instead_of = requested.map(|requested| (requested.value.clone(), requested.origin.clone()));
            Some(Addition { symbol: symbol.clone(), value: value.clone(), instead_of })
        });
        lines.collect()
    }

    /// What makes `expr`, which stands at `at`, fulfil `need`.
    pub fn satisfy(&mut self, expr: &Expr, need: &Need, at: &Location) -> Plan {
        let reach = self.values.reach(expr);
        let (surely, perhaps) = match need {
            Need::AtLeast(level) => (reach.least >= *level, reach.most >= *level),
            Need::AtMost(level) => (reach.most <= *level, reach.least <= *level),
            Need::Exactly(_) | Need::Holds => (false, false),
        };
        if surely {
            return Plan::nothing();
        }
        match (expr, need) {
            (Expr::Symbol(name), _) => self.symbol(name, need, at),
            (Expr::Not(inner), Need::AtLeast(level)) => {
                self.satisfy(inner, &Need::AtMost(opposite(*level)), at)
            }
            (Expr::Not(inner), Need::AtMost(level)) => {
                self.satisfy(inner, &Need::AtLeast(opposite(*level)), at)
            }
            (Expr::All(parts), Need::AtLeast(_)) | (Expr::Any(parts), Need::AtMost(_)) => {
                parts.iter().fold(Plan::nothing(), |plan, part| plan.and(self.satisfy(part, need, at)))
            }
            (Expr::Any(parts), _) | (Expr::All(parts), _) => {
                let plans: Vec<_> = parts.iter().map(|part| self.satisfy(part, need, at)).collect();
                Plan::cheapest(plans)
            }
            (Expr::Compare(left, order, right), Need::AtLeast(_)) if !perhaps => {
                self.compare(left, *order, right, at)
            }
            (Expr::Probe(text), _) => self.open_end(text.clone(), at, State::Unknown),
            (other, _) => self.open_end(other.to_string(), at, State::Has(Value::No)),
        }
    }

    /// A condition that no line of a fragment can meet for certain.
    fn open_end(&self, what: String, at: &Location, state: State) -> Plan {
        let link =
            Link { depth: self.depth(), what, at: at.clone(), needs: Need::Holds, state, requested: None };
        Plan { links: vec![link], ..Plan::impossible() }
    }

    fn compare(&mut self, left: &Operand, order: Order, right: &Operand, at: &Location) -> Plan {
        if let (Operand::Symbol(name), Some(text)) = (left, self.literal(right))
            && let Some(kind) = self.values.tree.symbol(name).map(|symbol| symbol.kind)
        {
            let level = match (order, text.as_str()) {
                (Order::Equal, "y") => Some(Need::AtLeast(Level::Yes)),
                (Order::NotEqual, "n") => Some(Need::AtLeast(Level::Module)),
                (Order::Equal, "n") => Some(Need::AtMost(Level::No)),
                (Order::NotEqual, "y") => Some(Need::AtMost(Level::Module)),
                _ => None,
            };
            if let Some(need) = level {
                return self.symbol(name, &need, at);
            }
            if order == Order::Equal && matches!(kind, Some(Kind::Text)) {
                let link = self.link(name, Need::Exactly(text.clone()), at);
                let set = BTreeMap::from([(name.clone(), Value::Text(text))]);
                return Plan { set, links: vec![link], possible: true };
            }
        }
        self.open_end(format!("{left} {order} {right}"), at, State::Has(Value::No))
    }

    /// The text of an operand that no symbol changes.
    fn literal(&self, operand: &Operand) -> Option<String> {
        match operand {
            Operand::Text(text) => Some(text.clone()),
            Operand::Symbol(name) if self.values.tree.symbol(name).is_none() => Some(name.clone()),
            Operand::Symbol(_) | Operand::Probe(_) => None,
        }
    }

    fn symbol(&mut self, name: &str, need: &Need, at: &Location) -> Plan {
        if self.budget == 0 {
            return Plan::impossible();
        }
        let known = self.values.tree.symbol(name);
        let need = &self.possible_levels(known, need);
        let link = self.link(name, need.clone(), at);
        if self.path.len() > LONGEST || self.path.iter().any(|open| open == name) {
            return Plan { links: vec![link], ..Plan::impossible() };
        }
        self.budget -= 1;
        self.path.push(name.to_owned());
        let inner = match (known, need) {
            (Some(symbol), Need::AtLeast(level)) => self.raise(name, symbol, *level),
            (Some(symbol), Need::AtMost(level)) => self.lower(name, symbol, *level),
            (None, Need::AtLeast(Level::Module)) if name == "m" => {
                self.satisfy(&Expr::Symbol("MODULES".to_owned()), &Need::AtLeast(Level::Yes), at)
            }
            _ => Plan::impossible(),
        };
        self.path.pop();
        Plan { links: vec![link], ..Plan::nothing() }.and(inner)
    }

    /// A need in levels that the symbol can have: m is none of a symbol that cannot be a module.
    fn possible_levels(&self, symbol: Option<&Symbol>, need: &Need) -> Need {
        let two = self.values.level("MODULES") == Level::No
            || symbol.is_some_and(|one| one.kind == Some(Kind::Bool));
        match need {
            Need::AtLeast(Level::Module) if two => Need::AtLeast(Level::Yes),
            Need::AtMost(Level::Module) if two => Need::AtMost(Level::No),
            other => other.clone(),
        }
    }

    fn raise(&mut self, name: &str, symbol: &Symbol, level: Level) -> Plan {
        let asked: Vec<_> =
            symbol.definitions.iter().filter(|definition| definition.prompt.is_some()).collect();
        if asked.is_empty() {
            return self.without_prompt(symbol, level);
        }
        let set = BTreeMap::from([(name.to_owned(), level.value())]);
        let plans: Vec<_> = asked
            .into_iter()
            .map(|definition| {
                let open = self.definition(definition, lowest(symbol, level));
                Plan { set: set.clone(), ..Plan::nothing() }.and(open)
            })
            .collect();
        Plan::cheapest(plans)
    }

    /// What lets one definition take a value of at least `level`.
    pub fn definition(&mut self, definition: &Definition, level: Level) -> Plan {
        let need = Need::AtLeast(level);
        let asked = definition.prompt.iter().flat_map(|prompt| &prompt.when);
        // What only hides the prompt is of no interest where there is none.
        let visible = definition.visible.iter().filter(|_| definition.prompt.is_some()).map(AsRef::as_ref);
        let conditions: Vec<_> =
            definition.depends.iter().map(AsRef::as_ref).chain(visible).chain(asked).collect();
        conditions.iter().fold(Plan::nothing(), |plan, one| plan.and(self.satisfy(&one.expr, &need, &one.at)))
    }

    /// What sets a symbol that nobody can choose: its defaults, or symbols that select it.
    pub fn without_prompt(&mut self, symbol: &Symbol, level: Level) -> Plan {
        let mut plans = Vec::new();
        for definition in symbol.definitions.iter().filter(|definition| definition.prompt.is_none()) {
            let open = self.definition(definition, lowest(symbol, level));
            plans.extend(self.by_default(definition, &open, lowest(symbol, level)));
        }
        plans.extend(self.by_selection(&symbol.selected_by, level));
        Plan::cheapest(plans)
    }

    fn by_default(&mut self, definition: &Definition, open: &Plan, level: Level) -> Vec<Plan> {
        let need = Need::AtLeast(level);
        let plan = |planner: &mut Self, default: &crate::kconfig::Default| {
            let value = planner.satisfy(&default.value, &need, &default.at);
            let when = default.when.as_ref().map(|when| planner.satisfy(when, &need, &default.at));
            open.clone().and(value).and(when.unwrap_or_else(Plan::nothing))
        };
        definition.defaults.iter().map(|default| plan(self, default)).collect()
    }

    fn by_selection(&mut self, selectors: &[Reverse], level: Level) -> Vec<Plan> {
        let mut plans = Vec::new();
        for selector in selectors.iter().take(SELECTORS) {
            let by = self.satisfy(&Expr::Symbol(selector.by.clone()), &Need::AtLeast(level), &selector.at);
            let need = Need::AtLeast(level);
            let when = selector.when.as_ref().map(|when| self.satisfy(when, &need, &selector.at));
            plans.push(by.and(when.unwrap_or_else(Plan::nothing)));
        }
        plans
    }

    fn lower(&mut self, name: &str, symbol: &Symbol, level: Level) -> Plan {
        let mut plan = Plan { set: BTreeMap::from([(name.to_owned(), level.value())]), ..Plan::nothing() };
        plan.possible = symbol.definitions.iter().any(|definition| definition.prompt.is_some());
        for selector in active(symbol, self.values, level) {
            plan = plan.and(self.symbol(&selector.by, &Need::AtMost(level), &selector.at));
        }
        plan
    }

    fn depth(&self) -> usize {
        self.path.len().saturating_sub(1)
    }

    fn link(&self, name: &str, needs: Need, at: &Location) -> Link {
        let constant = matches!(name, "y" | "m" | "n");
        let state = if constant || self.values.tree.symbol(name).is_some() {
            State::Has(self.values.config.value(name).clone())
        } else {
            State::Undefined
        };
        let requested = self.merged.get(name).map(|asked| (asked.value.clone(), asked.origin.clone()));
        Link { depth: self.depth(), what: name.to_owned(), at: at.clone(), needs, state, requested }
    }
}

/// The selects that hold a symbol above `level`.
pub(super) fn active<'t>(symbol: &'t Symbol, values: Values, level: Level) -> Vec<&'t Reverse> {
    let holds = |reverse: &&Reverse| {
        let when = reverse.when.as_ref().map_or(Level::Yes, |when| values.reach(when).most);
        values.level(&reverse.by).min(when) > level
    };
    symbol.selected_by.iter().filter(holds).collect()
}

/// What a dependency must be for the symbol to reach `level`: one that has no module form needs no more than m.
pub(super) fn lowest(symbol: &Symbol, level: Level) -> Level {
    if symbol.kind == Some(Kind::Tristate) { level } else { level.min(Level::Module) }
}

fn opposite(level: Level) -> Level {
    match level {
        Level::No => Level::Yes,
        Level::Module => Level::Module,
        Level::Yes => Level::No,
    }
}
