//! Lays a build environment out.

use yoe_model::Digest;
use yoe_plan::ContainerAction;

use super::remotes::unpacked;
use crate::error::ActionError;
use crate::make::{Make, Making};

impl Make for ContainerAction {
    fn make(&self, cx: &Making<'_>) -> Result<Digest, ActionError> {
        let debs = cx.blobs(&unpacked(cx)?)?;
        cx.task("unpack");
        let scratch = cx.scratch()?;
        let tree = scratch.path().join("tree");
        yoe_fetch::unpack::environment(&debs, &self.links, &self.files, &tree, cx.cancel())?;
        cx.keep(&tree)
    }
}
