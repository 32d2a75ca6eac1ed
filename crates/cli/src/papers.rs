//! What commands about papers begin with: a target that was built.

use yoe_model::{AuditGate, LicensePolicy};
use yoe_plan::ActionId;
use yoe_store::Store;
use yoe_supply::licenses::Texts;
use yoe_supply::{Inventory, Request, SupplyError, collect};

use crate::error::CommandError;
use crate::project;

/// The store's cache that is the Go client's module cache.
const GO_MODULES: &str = "go-modules";

/// What papers of a target are made of.
pub struct Papers {
    /// What it is made of.
    pub inventory: Inventory,
    /// The texts of licences that its sources hold.
    pub texts: Texts,
    /// What its definition demands of an audit.
    pub gate: Option<AuditGate>,
    /// What its definition demands of licences.
    pub policy: Option<LicensePolicy>,
}

/// What papers are made of, of a target or of the project's image when none is named.
pub fn of_target(machine: Option<&str>, target: Option<&str>) -> Result<Papers, CommandError> {
    of_built(machine, target, papers)
}

/// The same of a plan.
pub fn papers(request: &Request<'_>, store: &Store) -> Result<Papers, CommandError> {
    let name = target_name(request);
    let mut inventory = collect(request).map_err(|error| unmade(error, &name))?;
    let mut texts = Texts::find(&inventory, Some(&store.cache(GO_MODULES)?));
    texts.complete(&mut inventory);
    let (gate, policy) = (request.project.audit_gate(&name), request.project.license_policy(&name));
    Ok(Papers { inventory, texts, gate, policy })
}

/// Makes a paper of a target, or of the project's image when none is named, from what the store has of it.
pub fn of_built<T>(
    machine: Option<&str>,
    target: Option<&str>,
    make: impl FnOnce(&Request<'_>, &Store) -> Result<T, CommandError>,
) -> Result<T, CommandError> {
    let open = project::open(machine)?;
    // Before this machine's own mirrors come in: papers must not name them.
    let mirrors = open.project.mirrors.clone();
    let locked = open.lock()?;
    let targets: Vec<String> = target.map(str::to_owned).into_iter().collect();
    let plan = locked.plan(&targets)?;
    let built = |id: ActionId| {
        let result = locked.store.action(&plan.action(id).key).ok()??;
        Some((result.tree, locked.store.tree(&result.tree).ok()??))
    };
    make(&Request { project: &locked.project, mirrors: &mirrors, plan: &plan, built: &built }, &locked.store)
}

/// The name of the target.
pub fn target_name(request: &Request<'_>) -> String {
    request.plan.targets.first().map(|(target, _)| target.name().to_owned()).unwrap_or_default()
}

/// Why no paper of this target can be made.
pub fn unmade(error: SupplyError, target: &str) -> CommandError {
    match error {
        SupplyError::NotBuilt(_) | SupplyError::Container(_) | SupplyError::NoTarget => {
            let built = matches!(error, SupplyError::NotBuilt(_));
            let error = CommandError::user(error.to_string());
            if built { error.hint(format!("`yoe build {target}` builds it")) } else { error }
        }
        other => CommandError::config(format!("the parts of {target} cannot be listed")).because(other),
    }
}
