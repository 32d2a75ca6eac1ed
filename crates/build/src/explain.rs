//! Why an action runs: which of its inputs differ from those of its last result.

use yoe_plan::{Action, Plan};
use yoe_store::Store;

use crate::error::{ActionError, BuildError};
use crate::reporter::Reason;
use crate::schedule::{ActionCache, pending, targets};

/// Why this action has no result under its key.
pub fn reason(store: &Store, action: &Action) -> Result<Reason, ActionError> {
    let Some(last) = store.last(&action.label)? else { return Ok(Reason::New) };
    let names = last.parts.keys().chain(action.parts.keys());
    let mut changed: Vec<String> =
        names.filter(|name| last.parts.get(*name) != action.parts.get(*name)).cloned().collect();
    changed.sort();
    changed.dedup();
    Ok(if changed.is_empty() { Reason::Gone } else { Reason::Changed(changed) })
}

/// An action that would run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    /// Its label.
    pub label: String,
    /// Why.
    pub reason: Reason,
}

/// What a plan would do to this store, in order, and nothing of it done. An action that only waits for another may
/// turn out to be unnecessary, when the other gives the same bytes as before.
///
/// # Errors
/// When the store cannot be read.
pub fn explain(store: &Store, plan: &Plan) -> Result<Vec<Pending>, BuildError> {
    let (_, pending) = pending(plan, targets(plan), &StoreView(store))
        .map_err(|failure| BuildError::of("reading the store", failure))?;
    let explained = pending.into_iter().map(|id| {
        let action = plan.action(id);
        let reason = reason(store, action).map_err(|failure| BuildError::of(&action.label, failure))?;
        Ok(Pending { label: action.label.clone(), reason })
    });
    explained.collect()
}

/// Looks at a store.
pub(crate) struct StoreView<'a>(pub(crate) &'a Store);

impl ActionCache for StoreView<'_> {
    type Error = ActionError;

    fn cached(&self, action: &Action) -> Result<Option<yoe_model::Digest>, ActionError> {
        Ok(self.0.action(&action.key)?.map(|result| result.tree))
    }
}
