//! Lays a build environment out.

use yoe_model::Digest;
use yoe_plan::{Action, ContainerAction};

use crate::builder::Builder;
use crate::error::ActionError;
use crate::reporter::Event;

impl Builder {
    pub(crate) fn container(
        &self,
        action: &Action,
        container: &ContainerAction,
    ) -> Result<Digest, ActionError> {
        let label = &action.label;
        let files = container.packages.iter().map(|package| self.archive_file(&package.file));
        let debs = self.blobs(label, &files.collect::<Result<Vec<_>, _>>()?)?;
        self.reporter.event(Event::Task { label, task: "unpack" });
        let scratch = self.session.scratch()?;
        let tree = scratch.path().join("tree");
        yoe_fetch::unpack::environment(&debs, &container.links, &container.files, &tree, &self.cancel)?;
        Ok(self.store.import_tree(&tree)?)
    }
}
