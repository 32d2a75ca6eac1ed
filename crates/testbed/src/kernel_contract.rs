//! The test that `yoe test` adds to an image with a kernel contract: the running kernel says how it was built, and that
//! is checked against the contract here, by the same rules as at build time.

use yoe_kernel::Config;
use yoe_kernel::contract::{Runtime, check};
use yoe_model::{Image, ImageTest};

use crate::suite::Judge;

/// What the test is called.
const NAME: &str = "the running kernel keeps the contract";

/// The test, which comes before the image's own: those may restart the device. An image without a contract has none.
pub fn test(image: &Image) -> Option<ImageTest> {
    let has = !image.kernel_contract.is_empty();
    has.then(|| ImageTest::new(NAME, "zcat /proc/config.gz", image.origin.clone()))
}

/// Judges what the test said.
#[derive(Debug)]
pub struct KernelJudge {
    contract: String,
}

impl KernelJudge {
    /// For an image's contract.
    pub fn new(image: &Image) -> Self {
        Self { contract: image.kernel_contract.join(",") }
    }

    fn holds(&self, config: &str) -> Result<(), String> {
        let runtimes = Runtime::parse_list(&self.contract).map_err(|error| error.to_string())?;
        let config = Config::parse(config.as_bytes())
            .map_err(|error| format!("/proc/config.gz is not a kernel configuration: {error}"))?;
        let version = config.version().ok_or("/proc/config.gz does not say which kernel it is for")?;
        let report = check(&config, version, &runtimes);
        report.kept().map_err(|broken| broken.to_string())
    }
}

impl Judge for KernelJudge {
    fn judge(&self, test: &str, stdout: &str) -> Option<Result<(), String>> {
        (test == NAME).then(|| self.holds(stdout))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(config: &str) -> Result<(), String> {
        let judge = KernelJudge { contract: "containerd".into() };
        assert_eq!(judge.judge("another test", config), None);
        judge.judge(NAME, config).unwrap()
    }

    #[test]
    fn what_a_running_kernel_lacks_is_named() {
        let message =
            judge("# Linux/x86_64 6.12.107 Kernel Configuration\nCONFIG_NAMESPACES=y\n").unwrap_err();
        assert!(message.starts_with("the kernel 6.12.107 cannot carry containerd:"), "{message}");
        assert!(
            message.contains("CONFIG_OVERLAY_FS=y") && !message.contains("CONFIG_NAMESPACES"),
            "{message}"
        );
    }

    #[test]
    fn what_is_no_configuration_is_no_pass() {
        assert!(judge("").unwrap_err().contains("does not say which kernel"));
        assert!(
            judge("CONFIG_NET=maybe\n")
                .unwrap_err()
                .starts_with("/proc/config.gz is not a kernel configuration: ")
        );
    }
}
