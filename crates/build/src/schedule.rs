//! Which actions have to run, in which order, and how many at once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use yoe_model::Digest;
use yoe_plan::{Action, ActionId, ActionKind, Plan};

use crate::chains::chains;
use crate::reads::reads;

/// Trees by the action that gave them.
pub type Results = BTreeMap<ActionId, Digest>;

/// Knows results.
pub trait ActionCache {
    /// Why something cannot be told or made.
    type Error: Send;

    /// The result that is known for this action's key.
    fn cached(&self, action: &Action) -> Result<Option<Digest>, Self::Error>;
}

/// Makes results.
pub trait ActionRunner: ActionCache + Sync {
    /// Is told once what has to be done.
    fn planned(&self, total: usize, pending: usize);

    /// The seconds that making this is expected to take. What has the longest way to go begins first.
    fn expected(&self, plan: &Plan, id: ActionId) -> f64;

    /// Makes the result. `inputs` holds all that [`reads`] names.
    fn run(&self, plan: &Plan, id: ActionId, inputs: &Results) -> Result<Digest, Self::Error>;
}

/// How much may run at once, and how long. Fetching waits for the network, building for the processor: each has a lane of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lanes {
    /// Actions that fetch.
    pub fetch: usize,
    /// Actions that compute.
    pub compute: usize,
    /// Whether actions that need nothing that failed begin after a failure, too.
    pub keep_going: bool,
}

/// What failed.
#[derive(Debug)]
pub struct Failures<E> {
    /// The first failure.
    pub first: E,
    /// The others, in the order in which they happened.
    pub others: Vec<E>,
    /// Actions that did not begin, since one that they need failed; 0 where it was not to keep going.
    pub left: usize,
}

/// The results known already, and the actions that have to run so that all `wanted` ones have a result.
pub fn pending<K: ActionCache>(
    plan: &Plan,
    wanted: BTreeSet<ActionId>,
    execute: &K,
) -> Result<(Results, BTreeSet<ActionId>), K::Error> {
    let mut known = Results::new();
    let mut pending = BTreeSet::new();
    let mut seen = BTreeSet::new();
    let mut open: Vec<ActionId> = wanted.into_iter().collect();
    while let Some(id) = open.pop() {
        if !seen.insert(id) {
            continue;
        }
        match execute.cached(plan.action(id))? {
            Some(tree) => _ = known.insert(id, tree),
            None => {
                pending.insert(id);
                open.extend(reads(plan, id));
            }
        }
    }
    Ok((known, pending))
}

/// What a plan was made for.
pub fn targets(plan: &Plan) -> BTreeSet<ActionId> {
    plan.targets.iter().map(|(_, id)| *id).collect()
}

/// Runs what has to run so that all `wanted` actions have a result. After the first failure nothing new begins, unless it is to keep
/// going; what runs is waited for.
///
/// # Errors
/// What failed.
pub fn run<E: ActionRunner>(
    plan: &Plan,
    wanted: BTreeSet<ActionId>,
    lanes: Lanes,
    execute: &E,
) -> Result<Results, Failures<E::Error>> {
    let alone = |first| Failures { first, others: Vec::new(), left: 0 };
    let (known, pending) = pending(plan, wanted, execute).map_err(alone)?;
    execute.planned(plan.actions.len(), pending.len());
    let waits: BTreeMap<_, _> = pending.iter().map(|id| (*id, &reads(plan, *id) & &pending)).collect();
    let chains = chains(&waits, |id| execute.expected(plan, id));
    let state =
        State { results: known, waits, chains, fetching: 0, computing: 0, failures: Vec::new(), left: 0 };
    let state = Mutex::new(state);
    let changed = Condvar::new();
    let workers = pending.len().min(lanes.fetch + lanes.compute);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| work(plan, lanes, execute, &state, &changed));
        }
    });
    let state = state.into_inner().unwrap_or_else(PoisonError::into_inner);
    let mut failures = state.failures.into_iter();
    match failures.next() {
        None => Ok(state.results),
        Some(first) => Err(Failures { first, others: failures.collect(), left: state.left }),
    }
}

struct State<E> {
    results: Results,
    /// Actions that have not begun, with those they wait for.
    waits: BTreeMap<ActionId, BTreeSet<ActionId>>,
    /// The seconds from the beginning of each to the end of all that waits for it.
    chains: BTreeMap<ActionId, f64>,
    fetching: usize,
    computing: usize,
    failures: Vec<E>,
    /// Actions that will not begin, since one that they need failed.
    left: usize,
}

impl<E> State<E> {
    fn lane(&mut self, fetches: bool) -> &mut usize {
        if fetches { &mut self.fetching } else { &mut self.computing }
    }

    /// Takes the action with the longest way to go among those that wait for nothing and have room in their lane; the first in the
    /// plan's order of several.
    fn take(&mut self, plan: &Plan, lanes: Lanes) -> Option<ActionId> {
        let ready = self.waits.iter().filter(|(id, waits)| {
            let (used, room) = match fetches(plan, **id) {
                true => (self.fetching, lanes.fetch),
                false => (self.computing, lanes.compute),
            };
            waits.is_empty() && used < room
        });
        let way = |id: &ActionId| self.chains.get(id).copied().unwrap_or_default();
        let id = ready.map(|(id, _)| *id).rev().max_by(|a, b| way(a).total_cmp(&way(b)))?;
        self.waits.remove(&id);
        *self.lane(fetches(plan, id)) += 1;
        Some(id)
    }

    fn finish(&mut self, plan: &Plan, id: ActionId, result: Result<Digest, E>, keep_going: bool) {
        *self.lane(fetches(plan, id)) -= 1;
        match result {
            Ok(tree) => {
                self.results.insert(id, tree);
                self.waits.values_mut().for_each(|waits| _ = waits.remove(&id));
            }
            Err(failure) => {
                self.failures.push(failure);
                self.give_up(keep_going.then_some(id));
            }
        }
    }

    /// Gives up the actions that need this one, directly or not; all of them for `None`.
    fn give_up(&mut self, failed: Option<ActionId>) {
        let Some(failed) = failed else { return self.waits.clear() };
        let mut gone = BTreeSet::from([failed]);
        let mut known = 0;
        while known < gone.len() {
            known = gone.len();
            let needs = self.waits.iter().filter(|(_, waits)| !waits.is_disjoint(&gone));
            let needs: Vec<ActionId> = needs.map(|(id, _)| *id).collect();
            gone.extend(needs);
        }
        let before = self.waits.len();
        self.waits.retain(|id, _| !gone.contains(id));
        self.left += before - self.waits.len();
    }
}

fn fetches(plan: &Plan, id: ActionId) -> bool {
    matches!(
        plan.action(id).kind,
        ActionKind::Source(_) | ActionKind::Container(_) | ActionKind::RegistryImage(_)
    )
}

fn work<E: ActionRunner>(
    plan: &Plan,
    lanes: Lanes,
    execute: &E,
    state: &Mutex<State<E::Error>>,
    changed: &Condvar,
) {
    let locked =
        || -> MutexGuard<'_, State<E::Error>> { state.lock().unwrap_or_else(PoisonError::into_inner) };
    let mut guard = locked();
    while !guard.waits.is_empty() {
        let Some(id) = guard.take(plan, lanes) else {
            guard = changed.wait(guard).unwrap_or_else(PoisonError::into_inner);
            continue;
        };
        let needed = reads(plan, id);
        let inputs = guard
            .results
            .iter()
            .filter(|(id, _)| needed.contains(id))
            .map(|(id, tree)| (*id, *tree))
            .collect();
        drop(guard);
        let result = execute.run(plan, id, &inputs);
        guard = locked();
        guard.finish(plan, id, result, lanes.keep_going);
        changed.notify_all();
    }
}
