//! Making the result of an action, and all that it may see of the outside meanwhile.
//!
//! An action names its inputs by the actions that give them; what it is handed are their digests. So whatever can bring trees
//! to a place by their digests can make results there.

use std::fs::File;
use std::path::{Path, PathBuf};

use yoe_fetch::unpack::Limits;
use yoe_model::{Cancel, Digest, Locked, Project};
use yoe_package::Signer;
use yoe_plan::{Action, ActionId, ActionKind, Plan};
use yoe_sandbox::Spec;
use yoe_store::{Scratch, Session, Store, copy_tree};

use crate::actions::go_module::GoClient;
use crate::builder::{Builder, Fetching};
use crate::error::ActionError;
use crate::reporter::{Event, Reporter};
use crate::run_step::{Ran, run_step};
use crate::schedule::Results;
use crate::variation::{Clocked, Variation, again_key};

/// Makes the result of one kind of action.
pub(crate) trait Make {
    /// The digest of the result, which is in the store then.
    fn make(&self, cx: &Making<'_>) -> Result<Digest, ActionError>;
}

/// What makes the result of this kind of action.
pub(crate) fn maker(kind: &ActionKind) -> &dyn Make {
    match kind {
        ActionKind::Source(source) => source,
        ActionKind::Container(container) => container,
        ActionKind::Unit(unit) => unit,
        ActionKind::Package(package) => package,
        ActionKind::Notice(notice) => notice.as_ref(),
        ActionKind::Root(root) => root.as_ref(),
        ActionKind::Disk(disk) => disk.as_ref(),
        ActionKind::OciImage(image) => image.as_ref(),
        ActionKind::RegistryImage(image) => image.as_ref(),
    }
}

/// An action that is being made.
pub(crate) struct Making<'a> {
    builder: &'a Builder,
    /// The plan that it is part of.
    pub(crate) plan: &'a Plan,
    /// The action.
    pub(crate) id: ActionId,
    /// What its inputs gave.
    pub(crate) inputs: &'a Results,
    /// What differs from the machine that it was made on first, when it is made again.
    variation: Option<&'a Variation>,
}

impl<'a> Making<'a> {
    /// The making of the action `id` of this plan, whose inputs gave `inputs`.
    pub(crate) fn new(builder: &'a Builder, plan: &'a Plan, id: ActionId, inputs: &'a Results) -> Self {
        Self { builder, plan, id, inputs, variation: None }
    }

    /// The same, when there is a result that what is made will be compared with.
    pub(crate) fn again(
        builder: &'a Builder,
        plan: &'a Plan,
        id: ActionId,
        inputs: &'a Results,
        variation: &'a Variation,
    ) -> Self {
        Self { builder, plan, id, inputs, variation: Some(variation) }
    }

    /// The action.
    pub(crate) fn action(&self) -> &'a Action {
        self.plan.action(self.id)
    }

    /// The digest of what an input gave.
    pub(crate) fn digest(&self, id: ActionId) -> Result<Digest, ActionError> {
        self.inputs.get(&id).copied().ok_or(ActionError::Missing)
    }

    /// The directory of what an input gave.
    pub(crate) fn input(&self, id: ActionId) -> Result<PathBuf, ActionError> {
        self.builder.tree(&self.digest(id)?)
    }

    /// A directory of its own, removed when the value goes.
    pub(crate) fn scratch(&self) -> Result<Scratch, ActionError> {
        Ok(self.builder.session.scratch()?)
    }

    /// A directory of its own that steps work in: on another file system when that is to differ.
    pub(crate) fn workplace(&self) -> Result<Scratch, ActionError> {
        self.elsewhere().map_or_else(|| self.scratch(), |session| Ok(session.scratch()?))
    }

    fn elsewhere(&self) -> Option<&'a Session> {
        self.variation?.elsewhere.as_ref()
    }

    /// A tree as steps see it in their `workplace`: a copy, when the order of entries is to differ.
    pub(crate) fn as_seen(&self, tree: PathBuf, copy: &Path) -> Result<PathBuf, ActionError> {
        if self.elsewhere().is_none() {
            return Ok(tree);
        }
        copy_tree(&tree, copy)?;
        Ok(copy.to_owned())
    }

    /// The clock that steps are to see, when that is not the machine's.
    pub(crate) fn clock(&self) -> Result<Option<Clocked<'a>>, ActionError> {
        let Some(clock) = self.variation.and_then(|variation| variation.clock.as_ref()) else {
            return Ok(None);
        };
        Ok(Some(Clocked { clock, tree: self.builder.tree(&clock.tree)? }))
    }

    /// What an archive may hold, and what ends its unpacking.
    pub(crate) fn limits(&self) -> Limits {
        Limits { cancel: self.builder.cancel.clone(), ..Limits::default() }
    }

    /// What sources come by. Nothing else may use it.
    pub(crate) fn fetching(&self) -> &'a Fetching {
        &self.builder.fetching
    }

    /// What fetches Go modules.
    pub(crate) fn go_client(&self) -> GoClient<'a> {
        self.builder.go_client()
    }

    /// Where files that were fetched, and results, go.
    pub(crate) fn store(&self) -> &'a Store {
        &self.builder.store
    }

    /// Ends the build.
    pub(crate) fn cancel(&self) -> &'a Cancel {
        &self.builder.cancel
    }

    /// Receives what happens.
    pub(crate) fn reporter(&self) -> &'a dyn Reporter {
        &*self.builder.reporter
    }

    /// Takes a directory into the store, as the result.
    pub(crate) fn keep(&self, directory: &Path) -> Result<Digest, ActionError> {
        Ok(self.builder.store.import_tree(directory)?)
    }

    /// Takes a directory of the [`Self::workplace`] into the store, as the result.
    pub(crate) fn keep_work(&self, directory: &Path) -> Result<Digest, ActionError> {
        if self.elsewhere().is_none() {
            return self.keep(directory);
        }
        let scratch = self.scratch()?;
        let copy = scratch.path().join("copy");
        copy_tree(directory, &copy)?;
        self.keep(&copy)
    }

    /// The project that all of it is of.
    pub(crate) fn project(&self) -> &'a Project<Locked> {
        &self.builder.project
    }

    /// Signs packages.
    pub(crate) fn signer(&self) -> &'a Signer {
        &self.builder.signer
    }

    /// Processors that a step may use.
    pub(crate) fn cores(&self) -> usize {
        self.variation.map_or(self.builder.cores, |variation| variation.cores)
    }

    /// A directory that stays between builds; absent when something is made again: what a cache answers was not made.
    pub(crate) fn cache(&self, name: &str) -> Result<Option<PathBuf>, ActionError> {
        if self.variation.is_some() {
            return Ok(None);
        }
        Ok(Some(self.builder.store.cache(name)?))
    }

    /// Says that a part of the work begins.
    pub(crate) fn task(&self, task: &str) {
        self.builder.reporter.event(Event::Task { label: &self.action().label, task });
    }

    /// Says what may be wrong.
    pub(crate) fn warn(&self, message: &str) {
        self.builder.reporter.event(Event::Warning { label: &self.action().label, message });
    }

    fn log_path(&self) -> Result<PathBuf, ActionError> {
        let action = self.action();
        let key = self.variation.map_or(action.key, |_| again_key(action));
        Ok(self.builder.store.log_file(&key)?)
    }

    /// The action's log, empty.
    pub(crate) fn log(&self) -> Result<File, ActionError> {
        let path = self.log_path()?;
        File::create(&path).map_err(|error| ActionError::io("write", &path, error))
    }

    /// The action's log, with what it holds.
    pub(crate) fn log_on(&self) -> Result<File, ActionError> {
        let path = self.log_path()?;
        let opened = File::options().append(true).create(true).open(&path);
        opened.map_err(|error| ActionError::io("write", &path, error))
    }

    /// Runs a command to its end; its output goes to the log and is reported.
    pub(crate) fn run(&self, spec: &Spec, log: &mut File) -> Result<Ran, ActionError> {
        let label = &self.action().label;
        let mut line = |line: &str| self.builder.reporter.event(Event::Output { label, line });
        self.run_hearing(spec, log, &mut line)
    }

    /// Runs a command to its end; its output goes to the log, and line by line to `line`.
    pub(crate) fn run_hearing(
        &self,
        spec: &Spec,
        log: &mut File,
        line: &mut dyn FnMut(&str),
    ) -> Result<Ran, ActionError> {
        let ran = run_step(spec, log, &self.builder.cancel, line)?;
        self.builder.reporter.event(Event::Used { label: &self.action().label, processor: ran.used });
        Ok(ran)
    }
}
