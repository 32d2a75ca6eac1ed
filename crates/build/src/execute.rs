//! Executes a plan against a store.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use yoe_model::Digest;
use yoe_plan::{Action, ActionId, ActionKind, Key, Plan};
use yoe_store::{ActionResult, Lock, Run, RunEnd};

use crate::builder::Builder;
use crate::chains;
use crate::error::{ActionError, BuildError};
use crate::explain::reason;
use crate::make::{Making, maker};
use crate::reporter::{Event, How};
use crate::schedule::{ActionCache, ActionRunner, Results, run, targets};

impl Builder {
    /// Builds what a plan asks for; gives the tree of each target, in the plan's order.
    ///
    /// # Errors
    /// The first action that failed, with the others when it keeps going.
    pub fn build(&self, plan: &Plan) -> Result<Vec<Digest>, BuildError> {
        let results = self.results(plan, targets(plan));
        self.reporter.event(Event::Settled);
        let results = results?;
        Ok(plan.targets.iter().filter_map(|(_, id)| results.get(id).copied()).collect())
    }

    /// What these actions gave; what has no result yet is made.
    pub(crate) fn results(&self, plan: &Plan, wanted: BTreeSet<ActionId>) -> Result<Results, BuildError> {
        run(plan, wanted, self.lanes(), self).map_err(BuildError::all)
    }

    /// Makes a result, or takes that of the same action over the same bytes.
    fn make(&self, plan: &Plan, id: ActionId, inputs: &Results) -> Result<(Digest, How), ActionError> {
        let action = plan.action(id);
        let began = Instant::now();
        let content_key = content_key(plan, action, inputs);
        let (tree, how) = match self.store.action(&content_key)? {
            Some(same) => (same.tree, How::Reused),
            None => {
                let making = Making::new(self, plan, id, inputs);
                (maker(&action.kind).make(&making)?, How::Built)
            }
        };
        let result = ActionResult {
            tree,
            label: action.label.clone(),
            seconds: began.elapsed().as_secs_f64(),
            parts: action.parts.clone(),
        };
        self.store.record(&content_key, &result)?;
        self.store.record(&action.key, &result)?;
        Ok((tree, how))
    }

    /// Remembers a run, for those who ask later. A build does not fail for it.
    fn remember(&self, action: &Action, end: RunEnd, took: Duration) {
        let inputs = if end == RunEnd::Built { yoe_plan::texts(action) } else { BTreeMap::new() };
        let run = Run::now(action.key, end, took.as_secs_f64(), inputs);
        if let Err(error) = self.store.remember(&action.label, run) {
            let message = format!("this run is not remembered: {error}");
            self.reporter.event(Event::Warning { label: &action.label, message: &message });
        }
    }

    /// Waits for the lock of an action, and says so; ends when the build is cancelled.
    fn lock(&self, action: &Action) -> Result<Lock, ActionError> {
        const STEP: Duration = Duration::from_millis(100);
        let mut announced = false;
        loop {
            if let Some(lock) = self.store.try_lock_action(&action.key)? {
                return Ok(lock);
            }
            if self.cancel.is_cancelled() {
                return Err(ActionError::Interrupted);
            }
            if !std::mem::replace(&mut announced, true) {
                self.reporter.event(Event::Waiting { label: &action.label });
            }
            std::thread::sleep(STEP);
        }
    }
}

impl ActionCache for Builder {
    type Error = BuildError;

    fn cached(&self, action: &Action) -> Result<Option<Digest>, BuildError> {
        let found = self.store.action(&action.key).map_err(|error| failed(action, error.into(), None))?;
        Ok(found.map(|result| result.tree))
    }
}

impl ActionRunner for Builder {
    fn planned(&self, total: usize, pending: usize) {
        self.reporter.event(Event::Planned { total, pending });
    }

    fn expected(&self, plan: &Plan, id: ActionId) -> f64 {
        let action = plan.action(id);
        // What cannot be read is as if nothing were remembered: it is about an order alone.
        let runs = self.store.runs(&action.label).unwrap_or_default();
        chains::recorded(&runs).unwrap_or_else(|| chains::guess(plan, action))
    }

    fn run(&self, plan: &Plan, id: ActionId, inputs: &Results) -> Result<Digest, BuildError> {
        let action = plan.action(id);
        let label = &action.label;
        let wrap = |failure: ActionError| {
            let log = self.store.log_file(&action.key).ok().filter(|path| path.exists());
            self.reporter.event(Event::Failed { label, log: log.clone() });
            failed(action, failure, log)
        };
        if self.cancel.is_cancelled() {
            return Err(failed(action, ActionError::Interrupted, None));
        }
        // Another yoe may be at the same action: whoever comes second finds the result of the first.
        let _lock = self.lock(action).map_err(wrap)?;
        if let Some(tree) = self.cached(action)? {
            self.reporter.event(Event::Finished { label, how: How::Reused, took: Default::default() });
            return Ok(tree);
        }
        let why = reason(&self.store, action).map_err(wrap)?;
        self.reporter.event(Event::Started { label, reason: why });
        let began = Instant::now();
        let made = self.make(plan, id, inputs);
        let end = if made.is_ok() { RunEnd::Built } else { RunEnd::Failed };
        self.remember(action, end, began.elapsed());
        let (tree, how) = made.map_err(wrap)?;
        self.reporter.event(Event::Finished { label, how, took: began.elapsed() });
        Ok(tree)
    }
}

fn failed(action: &Action, kind: ActionError, log: Option<PathBuf>) -> BuildError {
    let mut error = BuildError { log, ..BuildError::of(&action.label, kind) };
    match &action.kind {
        ActionKind::Source(source) => {
            error.wanted = Some((format!("unit {:?}", source.user), source.origin.clone()));
        }
        ActionKind::Unit(unit) => error.unit = Some(unit.unit.name.clone()),
        ActionKind::RegistryImage(image) => {
            error.wanted = Some((format!("workload {:?}", image.user), image.origin.clone()));
        }
        _ => (),
    }
    error
}

/// The key of an action over the bytes that it reads, rather than over the actions that gave them. An input that was
/// built anew to the same bytes gives the same key, so the change ends there.
fn content_key(plan: &Plan, action: &Action, inputs: &Results) -> Digest {
    let own = action.parts.iter().filter(|(name, _)| !action.results.contains_key(*name));
    let mut parts: BTreeMap<String, Digest> = own.map(|(name, digest)| (name.clone(), *digest)).collect();
    parts.extend(inputs.iter().map(|(id, tree)| (format!("bytes of {}", plan.action(*id).label), *tree)));
    Key::digest(&format!("{} over bytes", action.kind.name()), &parts)
}
