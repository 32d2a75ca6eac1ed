//! Makes results once more, where steps see another machine, and compares them with those of the store.
//!
//! Each action is compared by itself: it reads the store's own results, not those that were made again. So one that
//! differs does not hide the others, and what is named is where the difference comes from. When each action gives the
//! same bytes for the same inputs, so does the whole.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use yoe_model::Digest;
use yoe_plan::{Action, ActionId, ActionKind, Plan};
use yoe_store::{TreeDifference, tree_differences};

use crate::builder::Builder;
use crate::error::{ActionError, BuildError};
use crate::make::{Making, maker};
use crate::reads::reads;
use crate::reporter::{Event, How, Reason};
use crate::schedule::Results;
use crate::variation::{Variation, again_key};

/// What became of one action.
#[derive(Debug)]
pub struct Verdict {
    /// Its label.
    pub label: String,
    /// The result that the store has.
    pub expected: Digest,
    /// How long it took to make it again.
    pub took: Duration,
    /// Whether it is the same.
    pub outcome: Outcome,
}

/// Whether a result that was made again is the same.
#[derive(Debug)]
pub enum Outcome {
    /// All bytes are.
    Same,
    /// Something differs.
    Differs {
        /// What, sorted by path.
        differences: Vec<TreeDifference>,
        /// The directory of the store's result.
        expected: PathBuf,
        /// The directory of what was made again; it stays in the store until the next collection of garbage.
        again: PathBuf,
    },
    /// It could not be made again.
    Failed(BuildError),
}

/// The actions that [`Builder::verify`] can make again: all but those that only unpack what the lock names by its digest.
pub fn verifiable(plan: &Plan) -> impl Iterator<Item = (ActionId, &Action)> {
    use ActionKind::{Container, RegistryImage, Source};
    plan.numbered().filter(|(_, action)| !matches!(action.kind, Source(_) | Container(_) | RegistryImage(_)))
}

impl Builder {
    /// Makes the results of these actions again and compares them with those in the store; what is not built yet is built
    /// first. Every action is tried, whatever becomes of the others.
    ///
    /// # Errors
    /// When something cannot be built, the store cannot be read, or the user interrupted.
    pub fn verify(
        &self,
        plan: &Plan,
        chosen: &BTreeSet<ActionId>,
        variation: &Variation,
    ) -> Result<Vec<Verdict>, BuildError> {
        let mut wanted = chosen.clone();
        chosen.iter().for_each(|id| wanted.extend(reads(plan, *id)));
        let results = self.results(plan, wanted)?;
        self.reporter.event(Event::Planned { total: plan.actions.len(), pending: chosen.len() });
        let verdicts = chosen.iter().map(|id| self.compare(plan, *id, &results, variation)).collect();
        self.reporter.event(Event::Settled);
        verdicts
    }

    fn compare(
        &self,
        plan: &Plan,
        id: ActionId,
        results: &Results,
        variation: &Variation,
    ) -> Result<Verdict, BuildError> {
        let action = plan.action(id);
        let label = action.label.as_str();
        let failed = |kind: ActionError| BuildError::of(label, kind);
        let expected = results.get(&id).copied().ok_or_else(|| failed(ActionError::Missing))?;
        if self.cancel.is_cancelled() {
            return Err(failed(ActionError::Interrupted));
        }
        self.reporter.event(Event::Started { label, reason: Reason::Compared });
        let began = Instant::now();
        let needed = reads(plan, id);
        let inputs =
            results.iter().filter(|(id, _)| needed.contains(id)).map(|(id, tree)| (*id, *tree)).collect();
        let making = Making::again(self, plan, id, &inputs, variation);
        let made = maker(&action.kind).make(&making);
        let took = began.elapsed();
        let outcome = match made {
            Err(ActionError::Interrupted) => return Err(failed(ActionError::Interrupted)),
            Err(problem) => {
                let log = self.store.log_file(&again_key(action)).ok().filter(|path| path.exists());
                self.reporter.event(Event::Failed { label, log: log.clone() });
                Outcome::Failed(BuildError { log, ..failed(problem) })
            }
            Ok(tree) => {
                let how = if tree == expected { How::Same } else { How::Differs };
                self.reporter.event(Event::Finished { label, how, took });
                self.outcome(&expected, &tree).map_err(failed)?
            }
        };
        Ok(Verdict { label: label.to_owned(), expected, took, outcome })
    }

    fn outcome(&self, expected: &Digest, again: &Digest) -> Result<Outcome, ActionError> {
        if expected == again {
            return Ok(Outcome::Same);
        }
        let (expected, again) = (self.tree(expected)?, self.tree(again)?);
        Ok(Outcome::Differs { differences: tree_differences(&expected, &again)?, expected, again })
    }
}
