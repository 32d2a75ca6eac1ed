//! Why a build would do something: which inputs differ from those of the last result, and what they said then and say now.

use std::collections::BTreeSet;

use yoe_model::{Digest, Origin};
use yoe_plan::{Action, ActionId, ActionKind, Key, Plan, texts};
use yoe_store::{RunEnd, Store};

use crate::error::{ActionError, BuildError};
use crate::explain::{StoreView, reason};
use crate::reporter::Reason;
use crate::schedule::{pending, targets};

/// An action that would run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    /// Its label.
    pub label: String,
    /// Why it would run.
    pub reason: Reason,
    /// Where what it makes is defined; a container's own place is not in a plan.
    pub origin: Option<Origin>,
    /// The inputs that differ from those of its last result, by the names of its parts.
    pub differences: Vec<Difference>,
}

/// An input that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The name of the part.
    pub part: String,
    /// The digest that the part had, absent when it is new.
    pub from: Option<Digest>,
    /// The digest that it has, absent when it is gone.
    pub to: Option<Digest>,
    /// What it said at the last result, where that was kept.
    pub old: Option<String>,
    /// What it says now.
    pub new: Option<String>,
    /// The action that the part is the result of, when that one would run too: what differs is reported there.
    pub follows: Option<String>,
}

/// What a plan would do to this store, in order, with all that is known of the reasons. Nothing of it is done.
///
/// # Errors
/// When the store cannot be read.
pub fn causes(store: &Store, plan: &Plan) -> Result<Vec<Cause>, BuildError> {
    let (_, pending) = pending(plan, targets(plan), &StoreView(store))
        .map_err(|failure| BuildError::of("reading the store", failure))?;
    let caused = pending.iter().map(|id| {
        let action = plan.action(*id);
        cause(store, plan, action, &pending).map_err(|failure| BuildError::of(&action.label, failure))
    });
    caused.collect()
}

fn cause(
    store: &Store,
    plan: &Plan,
    action: &Action,
    pending: &BTreeSet<ActionId>,
) -> Result<Cause, ActionError> {
    let reason = reason(store, action)?;
    let mut differences = Vec::new();
    if let Reason::Changed(parts) = &reason {
        let last = store.last(&action.label)?.map(|last| last.parts).unwrap_or_default();
        // A run that another yoe recorded meanwhile would say something of other inputs.
        let key = Key::digest(action.kind.name(), &last);
        let runs = store.runs(&action.label)?;
        let run = runs.iter().find(|run| run.end == RunEnd::Built && run.key == key);
        let now = texts(action);
        differences.extend(parts.iter().map(|part| {
            let input = action.results.get(part).filter(|id| pending.contains(id));
            Difference {
                part: part.clone(),
                from: last.get(part).copied(),
                to: action.parts.get(part).copied(),
                old: run.and_then(|run| run.inputs.get(part).cloned()),
                new: now.get(part).cloned(),
                follows: input.map(|id| plan.action(*id).label.clone()),
            }
        }));
    }
    Ok(Cause { label: action.label.clone(), reason, origin: origin(&action.kind), differences })
}

fn origin(kind: &ActionKind) -> Option<Origin> {
    match kind {
        ActionKind::Source(source) => Some(source.origin.clone()),
        ActionKind::Container(_) => None,
        ActionKind::Unit(unit) => Some(unit.unit.origin.clone()),
        ActionKind::Package(package) => Some(package.unit.origin.clone()),
        ActionKind::Notice(notice) => Some(notice.image.origin.clone()),
        ActionKind::Root(root) => Some(root.image.origin.clone()),
        ActionKind::Disk(disk) => Some(disk.image.origin.clone()),
        ActionKind::OciImage(oci) => Some(oci.image.origin.clone()),
        ActionKind::RegistryImage(image) => Some(image.origin.clone()),
    }
}
