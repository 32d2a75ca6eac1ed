//! Holds an image's kernel against what its runtimes ask of one.

use std::fs;

use yoe_kernel::contract::{Runtime, check};
use yoe_kernel::{Config, KernelVersion};
use yoe_model::Digest;
use yoe_plan::{Action, DiskAction};

use crate::builder::Builder;
use crate::error::Failure;
use crate::reporter::Event;

/// Where a kernel unit leaves its configuration.
const CONFIG: &str = "boot/config";

impl Builder {
    /// Fails when an option that a runtime requires is missing; warns of optional ones.
    pub(crate) fn contract(
        &self,
        action: &Action,
        disk: &DiskAction,
        kernel: &Digest,
    ) -> Result<(), Failure> {
        let image = &disk.image;
        if image.kernel_contract.is_empty() {
            return Ok(());
        }
        let names = image.kernel_contract.join(",");
        let runtimes = Runtime::parse_list(&names).map_err(|error| Failure::Contract(error.into()))?;
        let path = self.tree(kernel)?.join(CONFIG);
        let bytes =
            fs::read(&path).map_err(|error| Failure::io("read the kernel's configuration", &path, error))?;
        let config = Config::parse(&bytes).map_err(|error| Failure::Contract(error.into()))?;
        let unknown =
            || Failure::Contract(format!("{} does not say which kernel it is for", path.display()).into());
        let version: KernelVersion = config.version().ok_or_else(unknown)?;
        let report = check(&config, version, &runtimes);
        report.kept().map_err(|broken| Failure::Contract(broken.into()))?;
        let optional: Vec<&str> = report.missing_optional().iter().map(|outcome| outcome.symbol).collect();
        if !optional.is_empty() {
            let message = format!("the kernel lacks options that {names} can use: {}", optional.join(", "));
            self.reporter.event(Event::Warning { label: &action.label, message: &message });
        }
        Ok(())
    }
}
