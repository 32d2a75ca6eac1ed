//! A kernel's configuration, packed or not, and fragments of one.

#![no_main]

use libfuzzer_sys::fuzz_target;
use yoe_kernel::{Config, Fragment, KernelVersion, merge};

fuzz_target!(init: yoe_fuzz::seeds(seeds), |data: &[u8]| {
    if let Ok(config) = Config::parse(data) {
        let _ = (config.version(), config.arch());
        assert_eq!(config.iter().count(), config.len());
    }
    if let Ok(fragment) = Fragment::parse("a.cfg", data) {
        let _ = merge(&[fragment.clone(), fragment]);
    }
    let _ = KernelVersion::parse(&String::from_utf8_lossy(data));
});

fn seeds() -> Vec<Vec<u8>> {
    let config = "#\n# Automatically generated file; DO NOT EDIT.\n# Linux/x86_64 6.12.107 Kernel Configuration\n#\n\
                  CONFIG_A=y\nCONFIG_B=m\n# CONFIG_C is not set\nCONFIG_D=\"a \\\"b\\\"\"\nCONFIG_E=0x10\nCONFIG_F=-3\n";
    let fragment =
        "## Links\n\n# Joins.\nCONFIG_VETH=y # here\n# overrides base.cfg: no screen\nCONFIG_VT=n\n";
    vec![config.into(), fragment.into(), yoe_fuzz::gzip(config.as_bytes()), "6.12.107-rc1+".into()]
}
