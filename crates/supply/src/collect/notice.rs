//! The texts of licences for a device, which lie on it and so are made before it is.

use std::collections::BTreeMap;

use yoe_model::Unit;
use yoe_plan::NoticeAction;

use super::{Collector, Request};
use crate::licenses::{self, Texts};
use crate::{Carrier, Link, Subject, SupplyError};

/// The texts of the licences of all that an image is handed out with: those that [`licenses::notice`] gives of its disk.
///
/// # Errors
/// As [`collect`](super::collect).
pub fn device_notice(request: &Request<'_>, notice: &NoticeAction) -> Result<String, SupplyError> {
    let image = &notice.image;
    let reference = format!("image:{}", image.name);
    let subject = Subject {
        reference: reference.clone(),
        name: image.name.clone(),
        version: image.version.clone(),
        description: image.description.clone(),
        arch: notice.arch.to_string(),
        // The disk does not exist yet.
        digest: String::new(),
        artifact: None,
        carrier: Carrier::Disk,
    };
    let mut collector = Collector::new(request, subject);
    let units: Vec<&Unit> = notice.units.iter().map(AsRef::as_ref).collect();
    collector.packages(&reference, &units, &BTreeMap::new(), "")?;
    collector.workload_images(&reference, &notice.images)?;
    collector.sources(&reference, Link::Contains, &notice.kernel);
    collector.boot_programs_of(&reference, notice.boot.iter().copied());
    let mut inventory = collector.inventory;
    let mut texts = Texts::find(&inventory, None);
    texts.complete(&mut inventory);
    Ok(licenses::notice(&inventory, &texts))
}
