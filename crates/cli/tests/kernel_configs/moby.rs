//! The same configurations, judged by moby's own script.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use yoe_kernel::KernelVersion;
use yoe_kernel::contract::{Place, Verdict, check};

use crate::real::{DEBIAN, OWN, Real, package};

/// The script is that of the last release without a go.mod, whose module is its own files alone. Moby's later ones also
/// ask for these, as the rules here do; nothing else that they ask for differs, but for the next list.
const ASKED_LATER: [&str; 8] =
    ["IP_SCTP", "NFT_CT", "NFT_FIB", "NFT_FIB_IPV4", "NFT_FIB_IPV6", "NFT_MASQ", "NFT_NAT", "NF_TABLES"];

/// What the rules here do not ask for: MEMCG_SWAP has no say from 5.8 (moby's later scripts agree), and CRYPTO_GHASH is
/// gone in 7.0, which moby's scripts do not know yet.
const NOT_ASKED: [(&str, KernelVersion); 2] =
    [("MEMCG_SWAP", KernelVersion::new(5, 8)), ("CRYPTO_GHASH", KernelVersion::new(7, 0))];

/// What moby's script says: each option's state, and whether all that it calls necessary is there.
fn moby(script: &Path, real: &Real) -> (BTreeMap<String, String>, bool) {
    let directory = tempfile::tempdir().unwrap();
    let config = directory.path().join("config");
    fs::write(&config, &real.text).unwrap();
    // The script takes the running kernel's version for its rules.
    let uname = directory.path().join("uname");
    fs::write(&uname, format!("#!/bin/sh\necho {}\n", real.version)).unwrap();
    fs::set_permissions(&uname, fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", directory.path().display(), std::env::var("PATH").unwrap());
    let output =
        Command::new("sh").arg(script).arg(&config).env("PATH", path).env("NO_COLOR", "1").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let states = text.lines().filter_map(|line| {
        let (name, state) = line.trim().strip_prefix("- CONFIG_")?.split_once(": ")?;
        Some((name.to_owned(), state.to_owned()))
    });
    let necessary = text.split("Optional Features:").next().unwrap();
    assert!(necessary.contains("Generally Necessary:"), "{text}");
    (states.collect(), !necessary.lines().any(|line| line.contains("CONFIG_") && line.ends_with(": missing")))
}

fn ours(real: &Real) -> (BTreeMap<String, String>, bool) {
    let report = check(&real.config, real.version, &[]);
    let states = report.outcomes().filter_map(|one| {
        let state = match one.verdict {
            Verdict::Enabled | Verdict::Unwanted => "enabled",
            Verdict::Module => "enabled (as module)",
            Verdict::Missing | Verdict::Unnamed => "missing",
            Verdict::NotApplicable => return None,
        };
        Some((one.symbol.to_owned(), state.to_owned()))
    });
    (states.collect(), report.passes)
}

#[test]
#[ignore = "fetches from package registries; cargo xtask test runs it"]
fn mobys_own_script_says_the_same() {
    let directory = package("moby-check");
    let script = directory.path().join("usr/share/moby/check-config.sh");
    let own = OWN.iter().map(|(arch, real)| (*arch, real));
    let debian = DEBIAN.iter().map(|(name, real)| (name.as_str(), real));
    let mut compared = 0;
    for (name, real) in own.chain(debian) {
        let (theirs, passes) = moby(&script, real);
        let (ours, kept) = ours(real);
        let differ: Vec<_> = theirs
            .keys()
            .chain(ours.keys())
            .filter(|symbol| theirs.get(*symbol) != ours.get(*symbol))
            .filter(|symbol| theirs.contains_key(*symbol) || !ASKED_LATER.contains(&symbol.as_str()))
            .filter(|symbol| !NOT_ASKED.iter().any(|(gone, since)| symbol == gone && real.version >= *since))
            .map(|symbol| format!("{symbol}: moby {:?}, yoe {:?}", theirs.get(symbol), ours.get(symbol)))
            .collect();
        assert!(differ.is_empty(), "{name}:\n{}", differ.join("\n"));
        assert_eq!(passes, kept, "{name}");
        compared += theirs.len();
    }
    assert!(compared > 800, "only {compared} options");
    // Were an engine's own group among these, moby would not have named it.
    assert!(yoe_kernel::contract::rules().any(|group| matches!(group.section, Place::Engine(_))));
}
