use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::fragment::{Fragment, Merged, merge};
use crate::kconfig::{Environment, parse};

const VERSION: KernelVersion = KernelVersion::new(6, 12);

fn config(text: &str) -> Config {
    Config::parse(text.as_bytes()).unwrap()
}

/// A configuration with everything that is wanted on `arch`.
fn hardened(arch: &str) -> BTreeMap<String, String> {
    let context =
        [arch, "MODULES", "DEVMEM", "BPF_SYSCALL"].map(|symbol| (symbol.to_owned(), "y".to_owned()));
    let order = [("LSM".to_owned(), "\"landlock,yama\"".to_owned())];
    let options =
        wanted().filter(|one| one.arch.is_none_or(|own| own == arch)).filter_map(|one| match one.wish {
            Wish::On => Some((one.symbol.to_owned(), "y".to_owned())),
            Wish::Off => None,
            Wish::AtLeast(least) => Some((one.symbol.to_owned(), least.to_string())),
        });
    context.into_iter().chain(order).chain(options).collect()
}

fn found(lines: &BTreeMap<String, String>) -> Vec<Deviation> {
    let text: String = lines.iter().map(|(symbol, value)| format!("CONFIG_{symbol}={value}\n")).collect();
    compare(&config(&text), VERSION, None)
}

#[test]
fn a_hardened_configuration_does_not_deviate() {
    for arch in ["X86_64", "ARM64"] {
        assert_eq!(found(&hardened(arch)), []);
    }
}

#[test]
fn each_wanted_option_that_is_lost_is_told() {
    for arch in ["X86_64", "ARM64"] {
        let all = hardened(arch);
        for one in wanted().filter(|one| one.arch.is_none_or(|own| own == arch)) {
            let mut without = all.clone();
            match one.wish {
                Wish::On => without.remove(one.symbol),
                Wish::Off => without.insert(one.symbol.to_owned(), "y".to_owned()),
                Wish::AtLeast(least) => without.insert(one.symbol.to_owned(), (least - 1).to_string()),
            };
            let message: Vec<_> = found(&without).into_iter().map(|deviation| deviation.symbol).collect();
            assert!(message.contains(&one.symbol.to_owned()), "{arch}: {} is not in {message:?}", one.symbol);
        }
    }
}

#[test]
fn what_a_kernel_does_not_have_is_not_asked_of_it() {
    let mut old = hardened("X86_64");
    old.remove("CPU_MITIGATIONS");
    let text: String = old.iter().map(|(symbol, value)| format!("CONFIG_{symbol}={value}\n")).collect();
    assert_eq!(compare(&config(&text), KernelVersion::new(6, 8), None), []);
    let mut without_devmem = hardened("X86_64");
    for symbol in ["DEVMEM", "STRICT_DEVMEM", "IO_STRICT_DEVMEM"] {
        without_devmem.remove(symbol);
    }
    assert_eq!(found(&without_devmem), []);
}

#[test]
fn a_security_module_that_does_not_start_is_told() {
    for (built, order, expected) in [
        ("SECURITY_APPARMOR", "landlock,yama", Some("a list with apparmor")),
        ("SECURITY_APPARMOR", "landlock,yama,apparmor", None),
        ("SECURITY_LOCKDOWN_LSM", "landlock, yama", Some("a list with lockdown")),
        ("SECURITY_YAMA", "apparmor", Some("a list with landlock, yama")),
    ] {
        let mut lines = hardened("X86_64");
        lines.insert(built.to_owned(), "y".to_owned());
        lines.insert("LSM".to_owned(), format!("\"{order}\""));
        let message = found(&lines).pop().map(|deviation| deviation.wanted);
        assert_eq!(message.as_deref(), expected, "{built} {order}");
    }
}

#[test]
fn one_of_modules_that_exclude_each_other_is_enough() {
    let both = "CONFIG_SECURITY_APPARMOR=y\nCONFIG_SECURITY_SELINUX=y\n";
    assert_eq!(modules::deviations(&config(&format!("{both}CONFIG_LSM=\"selinux\"\n"))), []);
    let message = modules::deviations(&config(&format!("{both}CONFIG_LSM=\"yama\"\n")));
    assert_eq!(message[0].wanted, "a list with apparmor, selinux");
    let nothing = modules::deviations(&config("CONFIG_LSM=\"\"\n"));
    assert!(nothing[0].reason.starts_with("none of Landlock, AppArmor"), "{}", nothing[0]);
}

const TOY: &str = "config NET\n\tbool \"n\"\n\tdefault y\n\tselect PULLED\nconfig PULLED\n\tbool \"p\"\nconfig LOCKS\n\tbool \"l\"\n\tdefault y\nconfig SOCKETS\n\tbool \"s\"\n\tdepends on NET\n\tdefault NET\n\
    config DERIVED\n\tbool\nchoice\nconfig ONE\n\tbool \"1\"\nconfig TWO\n\tbool \"2\"\nendchoice\n";

#[test]
fn lost_defaults_are_told_without_their_consequences() {
    let files = BTreeMap::from([("Kconfig".to_owned(), TOY.to_owned())]);
    let tree = parse(&files, "Kconfig", &Environment::default()).unwrap();
    let on =
        "CONFIG_NET=y\nCONFIG_PULLED=y\nCONFIG_LOCKS=y\nCONFIG_SOCKETS=y\nCONFIG_DERIVED=y\nCONFIG_ONE=y\n";
    let message = |text: &str| -> Vec<_> {
        defaults::deviations(&config(text), &config(on), &tree).into_iter().map(|one| one.symbol).collect()
    };
    assert_eq!(message("CONFIG_TWO=y\n"), ["LOCKS", "NET"]);
    assert_eq!(message("CONFIG_NET=y\nCONFIG_LOCKS=m\n"), ["SOCKETS"]);
}

fn deviation(symbol: &str, from: From) -> Deviation {
    Deviation {
        symbol: symbol.into(),
        got: Value::No,
        wanted: "y".into(),
        reason: "it protects".into(),
        from,
    }
}

#[test]
fn every_deviation_needs_a_reason_and_every_line_a_deviation() {
    let listed = Fragment::parse(
        "deviations.cfg",
        b"# Because.\n# CONFIG_A is not set\nCONFIG_B=n # why not\n\n# CONFIG_C is not set\n# Gone.\nCONFIG_D=n\n",
    )
    .unwrap();
    let asked = Fragment::parse("base.cfg", b"# Not used.\nCONFIG_E=n\nCONFIG_F=n\n").unwrap();
    let merged = merge(&[asked]).unwrap();
    let found = [
        ("A", From::Wanted),
        ("B", From::Default),
        ("C", From::Wanted),
        ("E", From::Default),
        ("F", From::Wanted),
    ];
    let account = account(found.map(|(symbol, from)| deviation(symbol, from)).to_vec(), &listed, &merged);
    let reasons: Vec<_> = account
        .explained
        .iter()
        .map(|one| (one.deviation.symbol.as_str(), one.reason.as_str(), one.at.to_string()))
        .collect();
    let at = str::to_owned;
    assert_eq!(
        reasons,
        [
            ("A", "Because.", at("deviations.cfg:2")),
            ("B", "why not Because.", at("deviations.cfg:3")),
            ("E", "Not used.", at("base.cfg:2"))
        ]
    );
    let unexplained: Vec<_> = account.unexplained.iter().map(ToString::to_string).collect();
    assert_eq!(
        unexplained,
        ["CONFIG_C is n, wanted is y: it protects", "CONFIG_F is n, wanted is y: it protects"]
    );
    assert_eq!(account.stale.len(), 1);
    assert_eq!(
        account.stale[0].to_string(),
        "deviations.cfg:7: CONFIG_D=n is not a deviation of this configuration; remove the line"
    );
}

#[test]
fn nothing_found_and_nothing_listed_is_settled() {
    let listed = Fragment::parse("deviations.cfg", b"# CONFIG_X=y would deviate\n").unwrap();
    let account = account(Vec::new(), &listed, &Merged::default());
    assert_eq!((account.unexplained, account.stale), (Vec::new(), Vec::new()));
}

#[test]
fn the_list_is_sound() {
    let mut seen = BTreeSet::new();
    for one in wanted() {
        assert!(seen.insert(one.symbol), "{} twice", one.symbol);
        assert!(one.reason.len() > 8 && !one.reason.ends_with('.'), "{}", one.symbol);
    }
    for symbol in [
        "CPU_MITIGATIONS",
        "STRICT_KERNEL_RWX",
        "STACKPROTECTOR_STRONG",
        "STRICT_DEVMEM",
        "FILE_LOCKING",
        "RANDOMIZE_BASE",
    ] {
        assert!(seen.contains(symbol), "{symbol}");
    }
}
