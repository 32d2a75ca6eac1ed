//! Verdicts over all of the configurations, and over this project's own with one option taken away.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use yoe_kernel::Config;
use yoe_kernel::contract::{Required, Runtime, Verdict, check};

use crate::real::{DEBIAN, DEFAULTS, OWN, Real};

/// One letter in the table.
fn letter(verdict: Verdict) -> char {
    match verdict {
        Verdict::Enabled => 'y',
        Verdict::Module => 'm',
        Verdict::Missing => '-',
        Verdict::Unnamed => '?',
        Verdict::Unwanted => '!',
        Verdict::NotApplicable => '.',
    }
}

/// Every configuration with its name.
fn all() -> Vec<(String, &'static Real)> {
    let own = OWN.iter().map(|(arch, real)| (format!("yoe {arch}"), real));
    let defaults = DEFAULTS.iter().map(|(arch, real)| (format!("nothing asked for, {arch}"), real));
    own.chain(defaults).chain(DEBIAN.iter().map(|(name, real)| (name.clone(), real))).collect()
}

/// A row for each option, a column for each configuration.
#[test]
#[ignore = "fetches from package registries; cargo xtask test runs it"]
fn every_option_has_its_expected_verdict() {
    let configs = all();
    assert!(configs.len() >= 12, "{}", configs.len());
    let mut rows: BTreeMap<&str, String> = BTreeMap::new();
    let mut text = String::new();
    for (column, (name, real)) in configs.iter().enumerate() {
        let report = check(&real.config, real.version, &Runtime::ALL);
        let series = format!("{}.{}", real.version.major, real.version.minor);
        writeln!(text, "{column:>2} {name} ({series}): {}", if report.passes { "passes" } else { "fails" })
            .unwrap();
        let mut seen: BTreeMap<&str, char> = BTreeMap::new();
        for outcome in report.outcomes() {
            // An option that two groups ask for at different versions counts where it is asked for.
            let entry = seen.entry(outcome.symbol).or_insert('.');
            if *entry == '.' {
                *entry = letter(outcome.verdict);
            }
        }
        for (symbol, verdict) in seen {
            write!(rows.entry(symbol).or_default(), " {verdict}").unwrap();
        }
    }
    text.push('\n');
    for (symbol, row) in rows {
        writeln!(text, "{symbol:<33}{row}").unwrap();
    }
    insta::assert_snapshot!("verdicts", text);
}

/// What each engine misses in each configuration, by name.
#[test]
#[ignore = "fetches from package registries; cargo xtask test runs it"]
fn what_debian_leaves_out_is_known() {
    let mut text = String::new();
    for (name, real) in DEBIAN.iter() {
        for runtime in Runtime::ALL {
            let report = check(&real.config, real.version, &[runtime]);
            let missing: Vec<_> = report.missing_required().iter().map(|one| one.symbol).collect();
            if !missing.is_empty() {
                writeln!(text, "{name}, {runtime}: {}", missing.join(" ")).unwrap();
            }
            if !report.missing_ways().is_empty() {
                writeln!(text, "{name}, {runtime}: no way to filter packets").unwrap();
            }
        }
    }
    insta::assert_snapshot!("gaps", text);
}

/// The configuration with one option off, as Kconfig writes that.
fn without(text: &str, symbol: &str) -> Config {
    let line = |line: &str| {
        let set = line.strip_prefix("CONFIG_").and_then(|rest| rest.strip_prefix(symbol));
        if set.is_some_and(|rest| rest.starts_with('=')) {
            format!("# CONFIG_{symbol} is not set\n")
        } else {
            format!("{line}\n")
        }
    };
    Config::parse(text.lines().map(line).collect::<String>().as_bytes()).unwrap()
}

/// Each required option that is there, taken away: it and nothing else is missing more than before.
#[test]
#[ignore = "fetches from package registries; cargo xtask test runs it"]
fn one_option_less_is_one_option_missed() {
    let mut taken = 0;
    for (name, real) in OWN.iter() {
        for runtime in Runtime::ALL {
            let before = check(&real.config, real.version, &[runtime]);
            let missed = |report: &yoe_kernel::contract::Report| -> BTreeSet<&'static str> {
                report.missing_required().iter().map(|one| one.symbol).collect()
            };
            let needed = before.outcomes().filter(|one| {
                one.required == Required::Required
                    && matches!(one.verdict, Verdict::Enabled | Verdict::Module)
            });
            for symbol in needed.map(|one| one.symbol) {
                let after = check(&without(&real.text, symbol), real.version, &[runtime]);
                let new: Vec<_> = missed(&after).difference(&missed(&before)).copied().collect();
                assert_eq!((new, after.passes), (vec![symbol], false), "{name}, {runtime}");
                taken += 1;
            }
        }
    }
    // What one of two ways to filter packets asks for is not required by itself.
    assert!(taken > 400, "only {taken} cases");
}

/// The kernel that this project builds carries every engine, on both architectures.
#[test]
#[ignore = "fetches from package registries; cargo xtask test runs it"]
fn own_kernels_carry_every_engine() {
    for (arch, real) in OWN.iter() {
        let report = check(&real.config, real.version, &Runtime::ALL);
        assert!(report.passes, "{arch}: {}", report.to_text(false));
        assert_eq!(report.missing_required(), Vec::<&yoe_kernel::contract::Outcome>::new());
    }
}
