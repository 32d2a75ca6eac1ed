//! Holds an image's kernel against what its runtimes ask of one.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use yoe_image::root::files;
use yoe_kernel::Config;
use yoe_kernel::contract::{Report, Runtime, check, module_in};
use yoe_package::ArchiveReader;
use yoe_plan::DiskAction;
use yoe_tree::Tree;

use crate::error::ActionError;
use crate::make::Making;

/// Where a kernel unit leaves its configuration.
const CONFIG: &str = "boot/config";
/// More than the configuration of any kernel has, in bytes.
const MAX_CONFIG: u64 = 16 << 20;

/// The report on the configuration `bytes` of the file `name`; an error when a required option is missing.
pub(crate) fn hold(bytes: &[u8], name: &str, contract: &[String]) -> Result<Report, ActionError> {
    let runtimes =
        Runtime::parse_list(&contract.join(",")).map_err(|error| ActionError::Contract(error.into()))?;
    let config = Config::parse(bytes).map_err(|error| ActionError::Contract(error.into()))?;
    let unknown = || ActionError::Contract(format!("{name} does not say which kernel it is for").into());
    let report = check(&config, config.version().ok_or_else(unknown)?, &runtimes);
    report.kept().map_err(|broken| ActionError::Contract(broken.into()))?;
    Ok(report)
}

/// Fails when an option that a runtime requires is missing, or is a module that the image does not hold; warns of
/// optional ones.
pub(crate) fn contract(cx: &Making<'_>, disk: &DiskAction) -> Result<(), ActionError> {
    let image = &disk.image;
    if image.kernel_contract.is_empty() {
        return Ok(());
    }
    let directory = cx.input(disk.kernel)?;
    // Steps wrote there, and an error may quote a line of the file.
    let bytes = Tree::root(&directory)
        .and_then(|tree| tree.read(Path::new(CONFIG), MAX_CONFIG))
        .map_err(|source| ActionError::Tree { maker: cx.plan.action(disk.kernel).label.clone(), source })?;
    let report = hold(&bytes, &directory.join(CONFIG).display().to_string(), &image.kernel_contract)?;
    // Most kernels need none of them; the root is not read for those.
    if report.has_modules(|_| false).is_err() {
        let modules = modules(cx, disk)?;
        report
            .has_modules(|name| modules.contains(name))
            .map_err(|absent| ActionError::Contract(absent.into()))?;
    }
    let optional: Vec<&str> = report.missing_optional().iter().map(|outcome| outcome.symbol).collect();
    if !optional.is_empty() {
        let names = image.kernel_contract.join(", ");
        let message = format!("the kernel lacks options that {names} can use: {}", optional.join(", "));
        cx.warn(&message);
    }
    Ok(())
}

/// Names of the kernel modules in the root.
fn modules(cx: &Making<'_>, disk: &DiskAction) -> Result<BTreeSet<String>, ActionError> {
    let path = cx.input(disk.root)?.join(files::ROOT);
    let file = File::open(&path).map_err(|error| ActionError::io("read", &path, error))?;
    let mut archive = ArchiveReader::new(BufReader::new(file));
    let mut found = BTreeSet::new();
    while let Some(entry) = archive.next_entry().map_err(|error| ActionError::Archive(error.into()))? {
        found.extend(module_in(&entry.path));
    }
    Ok(found)
}
