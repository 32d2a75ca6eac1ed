//! Which results an action reads when it runs.

use std::collections::BTreeSet;

use yoe_plan::{ActionId, ActionKind, Plan};

/// The actions whose trees this one reads: its inputs, and for a unit its whole sysroot.
pub fn reads(plan: &Plan, id: ActionId) -> BTreeSet<ActionId> {
    let action = plan.action(id);
    let mut all: BTreeSet<ActionId> = action.inputs.iter().copied().collect();
    if let ActionKind::Unit(_) = &action.kind {
        all.extend(sysroot(plan, id));
    }
    all
}

/// The members of a unit's sysroot: the closure along direct members.
pub fn sysroot(plan: &Plan, id: ActionId) -> BTreeSet<ActionId> {
    let mut all = BTreeSet::new();
    let mut open = vec![id];
    while let Some(next) = open.pop() {
        if let ActionKind::Unit(unit) = &plan.action(next).kind {
            open.extend(unit.sysroot.iter().copied().filter(|member| all.insert(*member)));
        }
    }
    all
}
