//! The kernel contract as a user meets it: `yoe kernel check`, an image whose kernel cannot carry what it names, a
//! kernel whose fragments ask for what Kconfig dropped.

#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

#[allow(dead_code, reason = "other tests use the rest of it")]
mod support;

use std::collections::BTreeSet;
use std::fs;

use support::Sandbox;
use yoe_kernel::KernelVersion;
use yoe_kernel::contract::{Part, Place, Rule, Runtime, Wish, rules};

const VERSION: KernelVersion = KernelVersion::new(6, 12);

/// Every rule for containerd, with what all engines share.
fn asked() -> impl Iterator<Item = &'static Rule> {
    let groups = rules().filter(|group| {
        matches!(group.section, Place::Necessary | Place::Optional | Place::Engine(Runtime::Containerd))
    });
    groups.flat_map(|group| group.rules).filter(|rule| rule.is_for(VERSION))
}

fn required() -> BTreeSet<&'static str> {
    // containerd filters no packets.
    let required = asked().filter(|rule| rule.wish == Wish::Required && rule.part == Part::All);
    required.map(|rule| rule.symbol).collect()
}

/// A configuration with all that is asked for, but for `without`; `modules` are built as such.
fn config(without: &str, modules: &[&str]) -> String {
    let symbols: BTreeSet<_> = asked()
        .filter(|rule| matches!(rule.wish, Wish::Required | Wish::Optional))
        .map(|rule| rule.symbol)
        .filter(|symbol| *symbol != without)
        .collect();
    let value = |symbol: &str| if modules.contains(&symbol) { "m" } else { "y" };
    let lines = symbols.iter().map(|symbol| format!("CONFIG_{symbol}={}\n", value(symbol)));
    format!("# Linux/x86_64 6.12.107 Kernel Configuration\n{}", lines.collect::<String>())
}

/// An image whose kernel's unit does nothing but install this configuration.
fn image(config: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("units/test/hello/config", config);
    sandbox.write("units/test/hello/overlay.ko", "a module\n");
    sandbox.unit("hello", &["install -D -m 644 $FILESDIR/config $DESTDIR/boot/config"], "");
    sandbox.unit(
        "modules",
        &["install -D -m 644 $FILESDIR/overlay.ko $DESTDIR/usr/lib/modules/6.12.107/overlay.ko"],
        "",
    );
    sandbox.write("units/test/modules/overlay.ko", "a module\n");
    sandbox.write("images/host.star", &definition(&["hello"]));
    sandbox.lock();
    sandbox
}

fn definition(artifacts: &[&str]) -> String {
    format!(
        "image(name = \"host\", artifacts = {artifacts:?}, layout = disk(), container = \"env\", \
         kernel_contract = [\"containerd\"])\n"
    )
}

#[test]
fn each_required_option_that_is_taken_away_fails_the_check_by_name() {
    let sandbox = Sandbox::new();
    let check = |text: &str| {
        sandbox.write("config", text);
        sandbox.yoe(&["kernel", "check", "./config", "--for", "containerd"])
    };
    let whole = check(&config("", &[]));
    assert_eq!(whole.status.code(), Some(0), "{}", sandbox.shown(&whole));
    let required = required();
    assert!(required.len() > 25, "{required:?}");
    for symbol in required {
        let output = check(&config(symbol, &[]));
        let message = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(1), "{symbol}: {message}");
        assert!(message.contains(&format!("- CONFIG_{symbol}: missing\n")), "{symbol}: {message}");
        let end =
            message.split_once("1 required option is missing for containerd on 6.12.107. Add:\n").unwrap().1;
        assert_eq!(end, format!("  CONFIG_{symbol}=y\n"));
    }
}

#[test]
fn an_image_whose_kernel_lacks_a_required_option_is_not_built() {
    let sandbox = image(&config("OVERLAY_FS", &[]));
    insta::assert_snapshot!("contract_broken", sandbox.shown(&sandbox.yoe(&["build", "host"])));
}

#[test]
fn each_required_option_that_is_taken_away_fails_the_build_by_name() {
    let sandbox = image(&config("", &[]));
    for symbol in required() {
        sandbox.write("units/test/hello/config", &config(symbol, &[]));
        let output = sandbox.yoe(&["build", "host"]);
        let message = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(3), "{symbol}: {message}");
        let named = message.split_once("the kernel 6.12.107 cannot carry containerd:\n").unwrap().1;
        assert!(named.trim_start().starts_with(&format!("CONFIG_{symbol}=y  # ")), "{symbol}: {message}");
        assert_eq!(named.matches("CONFIG_").count(), 1, "{symbol}: {message}");
    }
}

#[test]
fn a_required_module_must_be_in_the_image() {
    let sandbox = image(&config("", &["OVERLAY_FS"]));
    insta::assert_snapshot!("contract_module", sandbox.shown(&sandbox.yoe(&["build", "host"])));
    // With the module the build gets past the contract, to tools that this container lacks.
    sandbox.write("images/host.star", &definition(&["hello", "modules"]));
    let output = sandbox.yoe(&["build", "host"]);
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success() && !message.contains("contract"), "{message}");
}

#[test]
fn a_kernel_that_says_no_version_is_told() {
    let sandbox = image("CONFIG_NET=y\n");
    insta::assert_snapshot!("contract_versionless", sandbox.shown(&sandbox.yoe(&["build", "host"])));
}

/// A unit with a Kconfig file of its own, which makes `config` of these fragments.
fn toy(fragments: &[(&str, &str)], config: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    // The machine of every such project boots it.
    sandbox.unit("hello", &[], "");
    sandbox.write("units/test/toy/config", config);
    sandbox.write(
        "units/test/toy/Kconfig",
        "config NET\n\tbool \"Networking\"\n\nconfig BRIDGE\n\tbool \"Bridge\"\n\tdepends on NET\n",
    );
    for (name, text) in fragments {
        sandbox.write(&format!("units/test/toy/{name}"), text);
    }
    let names: Vec<_> = fragments.iter().map(|(name, _)| *name).collect();
    sandbox.write(
        "units/test/toy.star",
        &format!(
            "unit(name = \"toy\", version = \"1.0\", description = \"a test\", license = \"MIT\", container = \"env\", \
             scope = \"noarch\", tasks = [task(\"configure\", steps = [\"cp $FILESDIR/Kconfig $SRCDIR/Kconfig; \
             cp $FILESDIR/config $BUILDDIR/.config\", kconfig_check({names:?}), \"mkdir -p $DESTDIR/usr/share\"])])\n"
        ),
    );
    sandbox.lock();
    sandbox
}

#[test]
fn an_option_that_was_lost_is_explained_and_kept_in_the_log() {
    let sandbox = toy(&[("net.cfg", "# Joins containers.\nCONFIG_BRIDGE=y\n")], "# CONFIG_NET is not set\n");
    let output = sandbox.yoe(&["build", "toy"]);
    insta::assert_snapshot!("kconfig_lost", sandbox.shown(&output));
    let message = String::from_utf8(output.stderr).unwrap();
    let log = message.lines().find_map(|line| line.strip_prefix("hint: the whole output is in ")).unwrap();
    assert!(fs::read_to_string(log).unwrap().contains("net.cfg:2: asks for CONFIG_BRIDGE=y"));
}

#[test]
fn fragments_that_contradict_each_other_are_named_both() {
    let fragments = [("base.cfg", "CONFIG_NET=y\n"), ("board.cfg", "# No network.\nCONFIG_NET=n\n")];
    let sandbox = toy(&fragments, "# CONFIG_NET is not set\n");
    insta::assert_snapshot!("kconfig_conflict", sandbox.shown(&sandbox.yoe(&["build", "toy"])));
    sandbox.write("units/test/toy/board.cfg", "# overrides base.cfg: no network\nCONFIG_NET=n\n");
    let mended = sandbox.yoe(&["build", "toy"]);
    assert!(mended.status.success(), "{}", sandbox.shown(&mended));
}

#[test]
fn a_comment_that_looks_like_a_request_is_a_warning() {
    let sandbox = toy(&[("net.cfg", "CONFIG_NET=y\n#CONFIG_BRIDGE is not set\n")], "CONFIG_NET=y\n");
    insta::assert_snapshot!("kconfig_near", sandbox.shown(&sandbox.yoe(&["build", "toy"])));
}

#[test]
fn a_contract_that_cannot_be_kept_ends_the_build_of_the_kernel() {
    let sandbox = image(&config("VETH", &[]));
    sandbox.write("units/test/hello/net.cfg", "CONFIG_BRIDGE=y\n");
    sandbox.write(
        "units/test/hello.star",
        "unit(name = \"hello\", version = \"1.0\", description = \"a test\", license = \"MIT\", container = \"env\", \
         tasks = [task(\"configure\", steps = [\"cp $FILESDIR/config $BUILDDIR/.config\", kconfig_check([\"net.cfg\"]), \
         \"echo built; exit 1\"])])\n",
    );
    insta::assert_snapshot!("contract_before_the_kernel", sandbox.shown(&sandbox.yoe(&["build", "host"])));
}
