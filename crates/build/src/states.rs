//! Whether targets have their results.

use std::collections::BTreeSet;

use yoe_plan::{Action, ActionId, ActionKind, Plan, Target};
use yoe_store::{Result, RunEnd, Store};

/// Whether a target has its result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TargetState {
    /// A build would do nothing.
    UpToDate,
    /// A build would do something.
    ToBuild,
    /// The same, and its last build failed with the same inputs.
    Failed,
}

/// The states of a plan's targets, in order. Nothing counts as used by that.
///
/// # Errors
/// When the store cannot be read.
pub fn states(store: &Store, plan: &Plan) -> Result<Vec<(Target, TargetState)>> {
    let state = |target: &Target, id: ActionId| {
        if store.has_result(&plan.action(id).key)? {
            return Ok(TargetState::UpToDate);
        }
        for action in own(plan, target, id) {
            if failed(store, action)? {
                return Ok(TargetState::Failed);
            }
        }
        Ok(TargetState::ToBuild)
    };
    plan.targets.iter().map(|(target, id)| Ok((target.clone(), state(target, *id)?))).collect()
}

/// Whether the newest run of what has this action's label was this very action, and failed.
fn failed(store: &Store, action: &Action) -> Result<bool> {
    let last = store.runs(&action.label)?.into_iter().next();
    Ok(last.is_some_and(|run| run.end == RunEnd::Failed && run.key == action.key))
}

/// The actions that make a target, without those that make other targets.
fn own<'a>(plan: &'a Plan, target: &Target, id: ActionId) -> Vec<&'a Action> {
    let mut own = vec![plan.action(id)];
    let mut seen = BTreeSet::from([id]);
    let mut open = plan.action(id).inputs.clone();
    while let Some(id) = open.pop() {
        let action = plan.action(id);
        if seen.insert(id) && is_part(&action.kind, target) {
            open.extend(&action.inputs);
            own.push(action);
        }
    }
    own
}

fn is_part(kind: &ActionKind, of: &Target) -> bool {
    match kind {
        ActionKind::Unit(unit) => unit.unit.name == of.name(),
        ActionKind::Source(_) | ActionKind::Root(_) | ActionKind::Notice(_) => true,
        ActionKind::Package(_)
        | ActionKind::Container(_)
        | ActionKind::Disk(_)
        | ActionKind::OciImage(_)
        | ActionKind::RegistryImage(_) => false,
    }
}
