//! This project's kernels protect what they could, or somebody wrote down why not.

use std::fs;

use yoe_kernel::fragment::{Fragment, lint};
use yoe_kernel::{hardening, merge};

use crate::real::{ARCHES, DEFAULTS, OWN, repository, tree};

/// Where the kernel's unit keeps its fragments.
const FRAGMENTS: &str = "modules/units-core/units/kernel/linux";

/// The fragments of the unit, in its order.
fn fragments(arch: &str) -> Vec<Fragment> {
    let directory = repository().join(FRAGMENTS);
    let unit = fs::read_to_string(directory.with_extension("star")).unwrap();
    let list = unit.split_once("fragments = [").unwrap().1.split_once(']').unwrap().0;
    let names = list.split(',').map(|name| name.trim().replace("ctx.arch + ", arch).replace('"', ""));
    names.map(|name| Fragment::parse(&name, &fs::read(directory.join(&name)).unwrap()).unwrap()).collect()
}

fn unsettled(arch: &str, kbuild: &str) -> Vec<String> {
    let merged = merge(&fragments(arch)).unwrap();
    let (own, defaults) = (&OWN[arch], &DEFAULTS[arch]);
    let found = hardening::compare(&own.config, own.version, Some((&defaults.config, &tree(kbuild))));
    let name = format!("tests/kernel/hardening-{arch}.cfg");
    let listed = Fragment::parse(&name, &fs::read(repository().join(&name)).unwrap()).unwrap();
    let account = hardening::account(found, &listed, &merged);
    // What the fragments decided against a default is told with their reasons.
    assert!(!account.explained.is_empty(), "{arch}: no deviation was found, not even the decided ones");
    let unexplained = account.unexplained.iter().map(ToString::to_string);
    unexplained.chain(account.stale.iter().map(ToString::to_string)).collect()
}

#[test]
#[ignore = "fetches from package registries; cargo xtask test runs it"]
fn every_deviation_has_its_reason() {
    for (arch, kbuild) in ARCHES {
        let unsettled = unsettled(arch, kbuild);
        assert!(
            unsettled.is_empty(),
            "{arch}: harden the kernel, or give a reason in tests/kernel/hardening-{arch}.cfg:\n{}",
            unsettled.join("\n")
        );
    }
}

#[test]
#[ignore = "fetches from package registries; cargo xtask test runs it"]
fn every_request_has_its_reason() {
    for (arch, _) in ARCHES {
        let message: Vec<_> = fragments(arch).iter().flat_map(lint).map(|lint| lint.to_string()).collect();
        assert!(message.is_empty(), "{}", message.join("\n"));
    }
}

#[test]
#[ignore = "fetches from package registries; cargo xtask test runs it"]
fn the_running_order_of_security_modules_is_the_one_that_is_asked_for() {
    for (arch, own) in OWN.iter() {
        let order = own.config.value("LSM").to_string();
        assert_eq!(order.trim_matches('"'), "landlock,yama,apparmor", "{arch}");
        for module in ["SECURITY_LANDLOCK", "SECURITY_YAMA", "SECURITY_APPARMOR"] {
            assert!(own.config.is_set(module), "{arch}: {module}");
        }
    }
}
