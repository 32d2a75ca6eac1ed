//! What becomes of a hole in each package that has the component: what is said of it, and what patches say.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::bill::Bill;
use super::osv::{Advisory, Affected};
use super::parts::{Part, Query};
use super::present::Code;
use super::ranges::{Answer, answer, fixed_in};
use super::report::{Finding, State};
use super::{Options, severity};
use crate::statement::{Stale, Statement};

/// Holds advisories against a bill, and remembers what became of statements.
pub(super) struct Judge<'b> {
    bill: &'b Bill,
    directory: &'b Path,
    options: Options,
    /// One for each statement of the bill.
    fates: Vec<Fate>,
}

/// What became of a statement. The greatest of several counts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Fate {
    /// No advisory that was read has its name and speaks of its component.
    Unknown,
    /// The advisory was taken back.
    Withdrawn,
    /// The advisory is not about this version, or not about this machine.
    NotAffected,
    /// A patch closes the hole.
    Closed(String),
    /// It is about a hole that is there.
    Holds,
}

impl<'b> Judge<'b> {
    /// `directory` is that of the advisories.
    pub(super) fn new(bill: &'b Bill, directory: &'b Path, options: Options) -> Self {
        Self { bill, directory, options, fates: vec![Fate::Unknown; bill.statements.len()] }
    }

    /// What an advisory says of a part: once for each state that it has in the packages.
    pub(super) fn findings(
        &mut self,
        advisory: &Advisory,
        name: &str,
        part: &Part,
        query: &Query,
    ) -> Vec<Finding> {
        let stated = self.stated(advisory, part);
        if advisory.withdrawn.is_some() {
            self.note(&stated, &Fate::Withdrawn);
            return Vec::new();
        }
        let (all, goarch) = (self.options.all_platforms, self.bill.goarch());
        let affected = advisory.of_package(query, name);
        let affected: Vec<&Affected> =
            affected.into_iter().filter(|affected| all || affected.is_for("linux", goarch)).collect();
        let answer = affected.iter().map(|affected| answer(affected, query)).max().unwrap_or(Answer::No);
        if answer == Answer::No {
            self.note(&stated, &Fate::NotAffected);
            return Vec::new();
        }
        let states = self.states(advisory, &affected, part, answer, &stated);
        let finding = |(state, packages): (State, BTreeSet<String>)| Finding {
            packages: packages.into_iter().collect(),
            component: part.name.clone(),
            version: part.version.clone(),
            purl: part.purl.to_string(),
            id: advisory.id.clone(),
            aliases: advisory.aliases.iter().chain(&advisory.upstream).cloned().collect(),
            summary: advisory.summary.clone(),
            level: severity::of(advisory, &affected),
            fixed: affected.iter().find_map(|affected| fixed_in(affected, query)),
            uncertain: answer == Answer::Unreadable,
            state,
        };
        states.into_iter().map(finding).collect()
    }

    /// The state in each package; without packages where the component is in none.
    fn states(
        &mut self,
        advisory: &Advisory,
        affected: &[&Affected],
        part: &Part,
        answer: Answer,
        stated: &[usize],
    ) -> BTreeMap<State, BTreeSet<String>> {
        let closed = part.closes.iter().find(|(id, _)| advisory.names().any(|name| name == id));
        if let Some((_, patch)) = closed {
            self.note(stated, &Fate::Closed(patch.clone()));
            return [(State::Closed(patch.clone()), part.packages.clone())].into();
        }
        self.note(stated, &Fate::Holds);
        let by_itself = if answer == Answer::AssumedFixed { State::AssumedFixed } else { State::Open };
        let code = Code::of(advisory, affected, part, self.directory);
        let state = |package: Option<&str>| {
            let mut said = stated.iter().map(|at| &self.bill.statements[*at]);
            // The last word counts.
            match said.rfind(|statement| statement.covers(package)) {
                Some(statement) => State::Declared(statement.judgement.clone().into()),
                None => match code.absent(self.bill, part, package) {
                    Some(evidence) => State::NotPresent(evidence),
                    None => by_itself.clone(),
                },
            }
        };
        let mut states: BTreeMap<State, BTreeSet<String>> = BTreeMap::new();
        for package in &part.packages {
            states.entry(state(Some(package))).or_default().insert(package.clone());
        }
        if part.packages.is_empty() {
            states.insert(state(None), BTreeSet::new());
        }
        states
    }

    /// The statements about this hole of this part.
    fn stated(&self, advisory: &Advisory, part: &Part) -> Vec<usize> {
        let named =
            |statement: &Statement| advisory.names().any(|name| name.eq_ignore_ascii_case(&statement.id));
        let ours = |statement: &Statement| named(statement) && statement.purl == part.purl.to_string();
        let all = self.bill.statements.iter().enumerate();
        all.filter(|(_, statement)| ours(statement)).map(|(at, _)| at).collect()
    }

    fn note(&mut self, stated: &[usize], fate: &Fate) {
        for at in stated {
            let known = &mut self.fates[*at];
            if *known < *fate {
                *known = fate.clone();
            }
        }
    }

    /// The statements that are about nothing any more. What could not be looked up, because no advisories were there, is not
    /// among them.
    pub(super) fn stale(self, missing: &BTreeSet<String>) -> Vec<Stale> {
        let mut stale = self.bill.stale.clone();
        for (statement, fate) in self.bill.statements.iter().zip(&self.fates) {
            let part = self.bill.parts.iter().find(|part| part.purl.to_string() == statement.purl);
            let Some(part) = part else { continue };
            let name = format!("{} {}", part.name, part.version);
            let why = match fate {
                Fate::Holds => continue,
                Fate::Unknown => {
                    let asked = part.queries();
                    if asked.iter().all(|query| missing.contains(query.ecosystem)) {
                        continue;
                    }
                    format!("no advisory of this name is about {}", part.name)
                }
                Fate::Withdrawn => "the advisory was taken back".to_owned(),
                Fate::NotAffected => format!("the advisory is not about {name}"),
                Fate::Closed(patch) => format!("{patch} closes it in {name}"),
            };
            stale.push(Stale::new(&statement.place, &statement.id, why));
        }
        stale.sort();
        stale.dedup();
        stale
    }
}

#[cfg(test)]
mod tests;
