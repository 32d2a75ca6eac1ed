//! Collects the texts of licences for a device.

use std::fs::File;
use std::path::Path;

use flate2::{Compression, GzBuilder};
use yoe_model::Digest;
use yoe_plan::{ActionId, NoticeAction};
use yoe_supply::{Request, device_notice};

use crate::error::ActionError;
use crate::make::{Make, Making};

/// The file that the result holds.
pub(super) const FILE: &str = "NOTICE.gz";

impl Make for NoticeAction {
    /// The result holds one compressed file, for the root.
    fn make(&self, cx: &Making<'_>) -> Result<Digest, ActionError> {
        // What is no input is not there: the key would not know of it.
        let built = |id: ActionId| Some((cx.digest(id).ok()?, cx.input(id).ok()?));
        let project = cx.project();
        let request = Request { project, mirrors: &project.mirrors, plan: cx.plan, built: &built };
        let text = device_notice(&request, self).map_err(|error| ActionError::Notice(Box::new(error)))?;
        let scratch = cx.scratch()?;
        let path = scratch.path().join(FILE);
        write(&path, text.as_bytes()).map_err(|source| ActionError::io("cannot write", &path, source))?;
        cx.keep(scratch.path())
    }
}

/// The time and the name of a compressed file are left out, so that the same text gives the same bytes.
fn write(path: &Path, text: &[u8]) -> std::io::Result<()> {
    use std::io::Write as _;
    let mut file = GzBuilder::new().mtime(0).write(File::create(path)?, Compression::best());
    file.write_all(text)?;
    file.finish()?;
    Ok(())
}
