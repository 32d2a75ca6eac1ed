//! Graph in, plan out.

use std::collections::BTreeMap;

use yoe_model::{Arch, Digest, Locked, Origin, Project};

use crate::action::{Action, ActionId, ActionKind, ContainerAction};
use crate::error::{PlanError, nearest};
use crate::graph::{Graph, Target};
use crate::key::Key;

/// Digests of the working trees that `path()` sources name, by [`Source::key`](yoe_model::Source::key).
pub type WorkingTrees = BTreeMap<String, Digest>;

/// What a plan depends on in addition to the project and working trees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Digest of the public half of the key that signs packages.
    pub signer: Digest,
    /// Revision of the code that checks and writes packages.
    pub package_rules: u32,
    /// Revision of the code that assembles roots and disks.
    pub image_rules: u32,
    /// Revision of the code that writes OCI images.
    pub oci_rules: u32,
    /// Revision of the rules that kernels are checked against.
    pub kernel_rules: u32,
}

/// Actions in an order in which they can run.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// Each comes after its inputs.
    pub actions: Vec<Action>,
    /// What was asked for, with the action that makes it.
    pub targets: Vec<(Target, ActionId)>,
}

impl Plan {
    /// The action at this place.
    pub fn action(&self, id: ActionId) -> &Action {
        &self.actions[id.0]
    }

    /// All actions with their places, in order.
    pub fn numbered(&self) -> impl Iterator<Item = (ActionId, &Action)> {
        self.actions.iter().enumerate().map(|(number, action)| (ActionId(number), action))
    }

    /// The action that builds the unit of this name, when it is part of the plan.
    pub fn unit(&self, name: &str) -> Option<ActionId> {
        let builds =
            |action: &Action| matches!(&action.kind, ActionKind::Unit(unit) if unit.unit.name == name);
        self.actions.iter().position(builds).map(ActionId)
    }
}

/// Plans the targets with these names. `trees` has the working trees of all that these targets need.
///
/// # Errors
/// A name that nothing has, and units that need each other to be built.
pub fn plan(
    project: &Project<Locked>,
    trees: &WorkingTrees,
    names: &[String],
    options: &Options,
) -> Result<Plan, PlanError> {
    let graph = Graph::new(project, names)?;
    let mut planner = Planner { project, trees, options, plan: Plan::default(), made: BTreeMap::new() };
    for name in &graph.order {
        planner.unit(name, &graph.sysroot[name])?;
    }
    for target in &graph.targets {
        let id = match target {
            Target::Unit(name) => planner.package(name)?,
            Target::Image(name) => planner.disk(name)?,
            Target::OciImage(name) => planner.oci_image(name)?,
            Target::Container(name) => planner.container(name, "the command line", &Origin::default())?,
        };
        planner.plan.targets.push((target.clone(), id));
    }
    Ok(planner.plan)
}

pub(crate) struct Planner<'a> {
    pub project: &'a Project<Locked>,
    pub trees: &'a WorkingTrees,
    pub options: &'a Options,
    pub plan: Plan,
    made: BTreeMap<String, ActionId>,
}

/// Raise when laying out the same packages would give another tree.
const CONTAINER_RULES: u32 = 1;

impl Planner<'_> {
    /// The action with this label, if it is in the plan already.
    pub fn made(&self, label: &str) -> Option<ActionId> {
        self.made.get(label).copied()
    }

    /// The key of an action that is in the plan.
    pub fn key(&self, id: ActionId) -> Digest {
        self.plan.action(id).key
    }

    /// Adds an action. `results` names the parts that stand for another action's result; their keys are added to
    /// `key` here, and those actions become inputs.
    pub fn add(
        &mut self,
        label: String,
        kind: ActionKind,
        key: Key,
        results: Vec<(String, ActionId)>,
    ) -> ActionId {
        self.add_reading(label, kind, key, results, None)
    }

    /// The same for an action that also reads the result of another which does not enter its key.
    pub fn add_reading(
        &mut self,
        label: String,
        kind: ActionKind,
        key: Key,
        results: Vec<(String, ActionId)>,
        reads: Option<ActionId>,
    ) -> ActionId {
        let key = results.iter().fold(key, |key, (name, id)| key.with(name, &self.key(*id)));
        let parts = key.into_parts();
        let mut inputs: Vec<ActionId> = results.iter().map(|(_, id)| *id).chain(reads).collect();
        inputs.sort_unstable();
        inputs.dedup();
        let id = ActionId(self.plan.actions.len());
        self.plan.actions.push(Action {
            key: Key::digest(kind.name(), &parts),
            label: label.clone(),
            kind,
            inputs,
            parts,
            results: results.into_iter().collect(),
        });
        self.made.insert(label, id);
        id
    }

    /// The action that unpacks a container for the machine that builds.
    pub fn container(&mut self, name: &str, user: &str, origin: &Origin) -> Result<ActionId, PlanError> {
        self.container_for(name, None, user, origin)
    }

    /// The action that unpacks a container, with the packages of an architecture where the lock has them apart.
    pub fn container_for(
        &mut self,
        name: &str,
        arch: Option<Arch>,
        user: &str,
        origin: &Origin,
    ) -> Result<ActionId, PlanError> {
        let missing = || PlanError::MissingContainer {
            origin: origin.clone(),
            user: user.to_owned(),
            container: name.to_owned(),
            hint: nearest(name, self.project.containers.keys()),
        };
        let container = self.project.containers.get(name).ok_or_else(missing)?;
        // Binding a project to a lock made sure of the entry.
        let locked = self.project.lock_file().containers.get(name).ok_or_else(missing)?;
        let copy = arch.and_then(|arch| Some((arch, locked.copies.get(&arch)?)));
        let (label, packages) = match copy {
            Some((arch, packages)) => (format!("container {name} for {arch}"), packages),
            None => (format!("container {name}"), &locked.packages),
        };
        if let Some(id) = self.made(&label) {
            return Ok(id);
        }
        let key = Key::new(CONTAINER_RULES)
            .with("content", packages)
            .with("additions", &(container.links.clone(), container.files.clone()));
        let kind = ActionKind::Container(ContainerAction {
            name: name.to_owned(),
            packages: packages.clone(),
            links: container.links.clone(),
            files: container.files.clone(),
        });
        Ok(self.add(label, kind, key, Vec::new()))
    }
}
