use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::fragment::{Fragment, merge};
use crate::kconfig::{Environment, Tree, parse};

const TOY: &str = r#"config MODULES
	bool "Modules"
config EXPERT
	bool "Expert"
menuconfig FILTER
	bool "Packet filter"
if FILTER
config TABLES
	tristate "Tables"
config TABLES_INET
	bool "Both families"
	depends on TABLES
config FIB
	tristate "Routes"
	depends on TABLES_INET && (IPV4 || IPV6)
endif
config IPV4
	bool "IPv4"
config IPV6
	bool "IPv6"
	depends on EXPERT && ABSENT
config HIDDEN
	bool "Rarely asked" if EXPERT
	default y
config LIBRARY
	tristate
config USER
	tristate "Uses the library"
	select LIBRARY
config CHECKED
	bool "Needs a compiler"
	depends on $(cc-option,-fwonder)
config NOT_BOTH
	bool "Not with the filter"
	depends on !FILTER
config STRICT_BUILTIN
	bool "Built in only"
	depends on TABLES = y
config BITS
	int "Bits"
	range 12 25
choice
	prompt "Pages"
config HUGE_ALWAYS
	bool "always"
config HUGE_ASKED
	bool "when asked"
endchoice
config RING_A
	bool "a"
	depends on RING_B
config RING_B
	bool "b"
	depends on RING_A
config DERIVED
	def_bool USER && EXPERT
"#;

fn toy() -> Tree {
    let files = BTreeMap::from([("Kconfig".to_owned(), TOY.to_owned())]);
    parse(&files, "Kconfig", &Environment::kernel("x86_64")).unwrap()
}

/// What a user is told when `asked` became `got`.
fn reported(asked: &str, got: &str) -> String {
    let merged = merge(&[Fragment::parse("a.cfg", asked.as_bytes()).unwrap()]).unwrap();
    let config = Config::parse(got.as_bytes()).unwrap();
    let lost = lost(&merged, &config);
    let tree = toy();
    explain(&lost, &merged, Values { tree: &tree, config: &config }).iter().map(ToString::to_string).collect()
}

#[test]
fn what_survived_is_not_lost() {
    let merged =
        merge(&[Fragment::parse("a.cfg", b"CONFIG_A=y\nCONFIG_B=n\nCONFIG_C=16\n").unwrap()]).unwrap();
    let same = Config::parse(b"CONFIG_A=y\nCONFIG_C=16\nCONFIG_MORE=y\n").unwrap();
    assert_eq!(lost(&merged, &same), []);
    let other = Config::parse(b"CONFIG_A=m\nCONFIG_B=y\n").unwrap();
    let symbols: Vec<_> = lost(&merged, &other).into_iter().map(|lost| (lost.symbol, lost.got)).collect();
    assert_eq!(symbols, [("A".into(), Value::Module), ("B".into(), Value::Yes), ("C".into(), Value::No)]);
}

#[test]
fn a_chain_of_unmet_symbols_with_lines_to_add() {
    let message = reported("# Reverse path checks.\nCONFIG_FIB=y\n", "CONFIG_MODULES=y\nCONFIG_EXPERT=y\n");
    assert_eq!(
        message,
        "\
a.cfg:2: asks for CONFIG_FIB=y, the final configuration has n
  asked for because: Reverse path checks.
  Kconfig:7: depends on FILTER
  Kconfig:15: depends on TABLES_INET && (IPV4 || IPV6)
    FILTER is n, must be y (Kconfig:7)
    TABLES_INET is n, must be y (Kconfig:15)
      TABLES is n, must be m or y (Kconfig:12)
    IPV4 is n, must be y (Kconfig:15)
  add to a fragment:
    CONFIG_FILTER=y
    CONFIG_IPV4=y
    CONFIG_TABLES=m
    CONFIG_TABLES_INET=y
"
    );
}

#[test]
fn a_module_below_is_not_enough_for_built_in() {
    let message =
        reported("CONFIG_STRICT_BUILTIN=y\n", "CONFIG_MODULES=y\nCONFIG_FILTER=y\nCONFIG_TABLES=m\n");
    assert!(message.contains("TABLES is m, must be y (Kconfig:38)"), "{message}");
    assert!(message.contains("    CONFIG_TABLES=y\n"), "{message}");
}

#[test]
fn each_cause_is_told() {
    for (asked, got, expected) in [
        ("CONFIG_FILTRE=y", "", "no such option for this architecture; did you mean CONFIG_FILTER?"),
        (
            "CONFIG_IPV6=y",
            "CONFIG_EXPERT=y",
            "ABSENT does not exist in this kernel for this architecture (Kconfig:21)",
        ),
        ("CONFIG_HIDDEN=n", "CONFIG_HIDDEN=y", "Kconfig:23: can only be chosen if EXPERT"),
        (
            "CONFIG_LIBRARY=y",
            "",
            "Kconfig:25: has no prompt, so nobody can choose it; other options set it: USER",
        ),
        ("CONFIG_LIBRARY=y", "", "    CONFIG_USER=y\n"),
        ("CONFIG_DERIVED=y", "", "    CONFIG_EXPERT=y\n    CONFIG_USER=y\n"),
        ("CONFIG_LIBRARY=n", "CONFIG_USER=m\nCONFIG_LIBRARY=m", "Kconfig:29: CONFIG_USER selects it"),
        ("CONFIG_LIBRARY=n", "CONFIG_USER=m\nCONFIG_LIBRARY=m", "# CONFIG_USER is not set\n"),
        ("CONFIG_CHECKED=y", "", "$(cc-option,-fwonder) is known to the compiler only (Kconfig:32)"),
        (
            "CONFIG_NOT_BOTH=y\nCONFIG_FILTER=y",
            "CONFIG_FILTER=y",
            "FILTER is y, must be n (Kconfig:35); a.cfg:2 asks for y",
        ),
        (
            "CONFIG_NOT_BOTH=y\nCONFIG_FILTER=y",
            "CONFIG_FILTER=y",
            "# CONFIG_FILTER is not set    instead of y in a.cfg:2",
        ),
        ("CONFIG_BITS=40", "CONFIG_BITS=25", "Kconfig:41: must be between 12 and 25"),
        ("CONFIG_BITS=y", "CONFIG_BITS=12", "Kconfig:39: takes a decimal number"),
        (
            "CONFIG_HUGE_ASKED=y",
            "CONFIG_HUGE_ALWAYS=y",
            "one of a choice, of which CONFIG_HUGE_ALWAYS is chosen",
        ),
        ("CONFIG_FILTER=m", "", "Kconfig:5: can be y or n, but not m"),
        ("CONFIG_USER=m", "CONFIG_USER=y", "CONFIG_MODULES is off"),
        ("CONFIG_RING_A=y", "", "no line of a fragment can bring it back"),
        ("CONFIG_IPV4=y", "", "nothing in the Kconfig files forbids it"),
    ] {
        let message = reported(asked, got);
        assert!(message.contains(expected), "{asked}: {message}");
    }
}

#[test]
fn without_modules_only_y_is_advised() {
    let message = reported("CONFIG_TABLES_INET=y\n", "CONFIG_FILTER=y\n");
    assert!(message.contains("TABLES is n, must be y"), "{message}");
    assert!(message.contains("    CONFIG_TABLES=y\n"), "{message}");
}

#[test]
fn lines_for_many_lost_options_are_told_once() {
    let asked = b"CONFIG_FIB=m\nCONFIG_TABLES_INET=y\nCONFIG_IPV4=y\n";
    let merged = merge(&[Fragment::parse("a.cfg", asked).unwrap()]).unwrap();
    let config = Config::parse(b"CONFIG_MODULES=y\nCONFIG_IPV4=y\n").unwrap();
    let tree = toy();
    let explanations = explain(&lost(&merged, &config), &merged, Values { tree: &tree, config: &config });
    let lines: Vec<_> = additions(&explanations).iter().map(ToString::to_string).collect();
    assert_eq!(
        (explanations.len(), lines),
        (2, vec!["CONFIG_FILTER=y".to_owned(), "CONFIG_TABLES=m".to_owned()])
    );
}

proptest! {
    #[test]
    fn every_lost_request_gets_an_explanation(
        asked in prop::collection::btree_map("FILTER|TABLES|TABLES_INET|FIB|IPV6|HIDDEN|LIBRARY|CHECKED|BITS|HUGE_ASKED|RING_A|NONE", "y|m|n|40|\"x\"", 1..6),
        got in prop::collection::btree_map("MODULES|EXPERT|FILTER|TABLES|IPV4|HIDDEN|LIBRARY|USER|BITS|HUGE_ALWAYS|RING_B", "y|m|n|12", 0..8),
    ) {
        let text = |map: &BTreeMap<String, String>| map.iter().map(|(symbol, value)| format!("CONFIG_{symbol}={value}\n")).collect::<String>();
        let merged = merge(&[Fragment::parse("a.cfg", text(&asked).as_bytes()).unwrap()]).unwrap();
        let config = Config::parse(text(&got).as_bytes()).unwrap();
        let tree = toy();
        let lost = lost(&merged, &config);
        for explanation in explain(&lost, &merged, Values { tree: &tree, config: &config }) {
            prop_assert!(!explanation.causes.is_empty());
            let symbol = format!("CONFIG_{}", explanation.lost.symbol);
            prop_assert!(explanation.to_string().contains(&symbol));
        }
    }
}
