//! Opens what a unit is built of for a person: its sandbox, its sources.

use std::path::PathBuf;

use yoe_plan::{ActionKind, Plan, SourceInput};
use yoe_sandbox::{Exit, SandboxError};

use crate::actions::unit::prepare;
use crate::builder::Builder;
use crate::error::{ActionError, BuildError};
use crate::make::Making;
use crate::reads::reads;
use crate::reporter::Event;
use crate::schedule::Results;

impl Builder {
    /// The trees of a unit's sources as they are fetched, each with the directory below `$SRCDIR` that it is put into.
    ///
    /// # Errors
    /// When one cannot be fetched.
    pub fn source_trees(&self, plan: &Plan, name: &str) -> Result<Vec<(String, PathBuf)>, BuildError> {
        let wrap = |kind: ActionError| BuildError::of(format!("the sources of unit {name}"), kind);
        let id = plan.unit(name).ok_or_else(|| wrap(ActionError::Missing))?;
        let ActionKind::Unit(unit) = &plan.action(id).kind else { return Err(wrap(ActionError::Missing)) };
        let inputs = self.results(plan, unit.sources.iter().map(|source| source.action).collect())?;
        self.reporter.event(Event::Settled);
        let tree = |source: &SourceInput| {
            let digest = inputs.get(&source.action).ok_or(ActionError::Missing)?;
            Ok((source.into.clone(), self.tree(digest)?))
        };
        unit.sources.iter().map(tree).collect::<Result<_, _>>().map_err(wrap)
    }

    /// Builds what a unit reads, and opens the sandbox that its steps would run in, before the first of them. Its
    /// tasks lie in `/build/steps`, ready to be run by hand. An empty command means a shell.
    ///
    /// # Errors
    /// When something that the unit reads cannot be built, or the sandbox cannot be made.
    pub fn shell(&self, plan: &Plan, name: &str, command: &[String]) -> Result<Exit, BuildError> {
        let wrap = |kind: ActionError| BuildError::of(format!("the shell of unit {name}"), kind);
        let id = plan.unit(name).ok_or_else(|| wrap(ActionError::Missing))?;
        let ActionKind::Unit(unit) = &plan.action(id).kind else { return Err(wrap(ActionError::Missing)) };
        let inputs: Results = self.results(plan, reads(plan, id))?;
        // The terminal is the shell's from here.
        self.reporter.event(Event::Settled);
        let open = || {
            let scratch = self.session.scratch()?;
            let cx = Making::new(self, plan, id, &inputs);
            let mut spec = prepare(&cx, unit, scratch.path())?.spec;
            spec.environment.insert("PS1".into(), format!("{name} \\w # "));
            spec.environment.insert("TERM".into(), "xterm".into());
            spec.command = if command.is_empty() { vec!["/bin/sh".into()] } else { command.to_vec() };
            yoe_sandbox::attend(&spec).map_err(|error| match error {
                SandboxError::Interrupted => ActionError::Interrupted,
                other => other.into(),
            })
        };
        open().map_err(wrap)
    }
}
