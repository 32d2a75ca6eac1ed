use std::collections::BTreeSet;

use proptest::prelude::*;

use super::rule::Wish;
use super::*;
use crate::KernelVersion;
use crate::config::Config;

/// Kernels on either side of every condition.
const VERSIONS: [(u32, u32); 12] =
    [(3, 10), (3, 14), (4, 4), (4, 9), (4, 19), (5, 1), (5, 2), (5, 10), (6, 1), (6, 12), (6, 17), (7, 2)];

fn config(lines: &BTreeSet<String>) -> Config {
    Config::parse(lines.iter().map(|line| format!("{line}\n")).collect::<String>().as_bytes()).unwrap()
}

/// A configuration with everything that kernels of `version` are asked for.
fn complete(version: KernelVersion) -> BTreeSet<String> {
    let wanted = |rule: &&Rule| rule.is_for(version) && matches!(rule.wish, Wish::Required | Wish::Optional);
    let all = rules().flat_map(|group| group.rules).filter(wanted);
    all.map(|rule| format!("CONFIG_{}=y", rule.symbol)).collect()
}

fn required(version: KernelVersion, runtime: Runtime) -> BTreeSet<&'static str> {
    let engines = [Some(runtime), runtime.base()];
    rules()
        .filter(|group| match group.section {
            Place::Necessary => true,
            Place::Engine(engine) => engines.contains(&Some(engine)),
            _ => false,
        })
        .flat_map(|group| group.rules)
        .filter(|rule| rule.wish == Wish::Required && rule.is_for(version))
        .filter(|rule| match rule.part {
            Part::All => true,
            Part::Iptables => runtime.calls_iptables(),
            Part::OneWay(_) => false,
        })
        .map(|rule| rule.symbol)
        .collect()
}

/// What one way to filter packets takes.
fn of_way(version: KernelVersion, way: Way) -> BTreeSet<&'static str> {
    let all = rules().flat_map(|group| group.rules).filter(|rule| rule.is_for(version));
    all.filter(|rule| rule.part == Part::OneWay(way)).map(|rule| rule.symbol).collect()
}

fn verdict(report: &Report, symbol: &str) -> Verdict {
    report.outcomes().find(|outcome| outcome.symbol == symbol).unwrap().verdict
}

#[test]
fn a_complete_kernel_passes_for_every_engine_and_version() {
    for (major, minor) in VERSIONS {
        let version = KernelVersion::new(major, minor);
        let report = check(&config(&complete(version)), version, &Runtime::ALL);
        assert!(report.passes && report.conclusion == Conclusion::Passes, "{}", report.to_text(false));
        assert_eq!((report.missing_required(), report.missing_optional()), (vec![], vec![]));
    }
}

#[test]
fn each_required_option_taken_away_is_named() {
    let mut checked = 0;
    for (major, minor) in VERSIONS {
        let version = KernelVersion::new(major, minor);
        let all = complete(version);
        for runtime in Runtime::ALL {
            for symbol in required(version, runtime) {
                let mut without = all.clone();
                without.remove(&format!("CONFIG_{symbol}=y"));
                let report = check(&config(&without), version, &[runtime]);
                let missing: Vec<_> =
                    report.missing_required().iter().map(|outcome| outcome.symbol).collect();
                assert_eq!(
                    (missing, report.conclusion),
                    (vec![symbol], Conclusion::Fails),
                    "{runtime} on {version}"
                );
                assert!(report.to_text(false).contains(&format!("- CONFIG_{symbol}: missing")), "{symbol}");
                checked += 1;
            }
        }
    }
    assert!(checked > 2_000, "only {checked} cases");
}

#[test]
fn optional_options_taken_away_do_not_fail_the_check() {
    let version = KernelVersion::new(6, 12);
    let needed: BTreeSet<_> =
        Runtime::ALL.into_iter().flat_map(|runtime| required(version, runtime)).collect();
    let ways = of_way(version, Way::IptablesNft);
    let bare = needed.union(&ways).map(|symbol| format!("CONFIG_{symbol}=m")).collect();
    let report = check(&config(&bare), version, &Runtime::ALL);
    assert!(report.passes, "{}", report.to_text(false));
    assert!(report.missing_optional().len() > 40);
}

#[test]
fn an_empty_configuration_misses_everything_required() {
    let report = check(&Config::default(), KernelVersion::new(6, 12), &[]);
    let missing: BTreeSet<_> = report.missing_required().iter().map(|outcome| outcome.symbol).collect();
    assert_eq!(missing.len(), 33, "{missing:?}");
    assert!(missing.contains("CGROUP_BPF") && !missing.contains("OVERLAY_FS"));
}

#[test]
fn rules_hold_between_their_versions_only() {
    for (symbol, holds, not) in [
        ("CGROUP_BPF", (4, 15), (4, 14)),
        ("DEVPTS_MULTIPLE_INSTANCES", (4, 7), (4, 8)),
        ("NF_NAT_IPV4", (5, 1), (5, 2)),
        ("NF_NAT_NEEDED", (5, 2), (5, 3)),
        ("MEMCG_SWAP", (5, 7), (5, 8)),
        ("MEMCG_SWAP_ENABLED", (5, 7), (5, 8)),
        ("MEMCG_KMEM", (4, 5), (4, 6)),
        ("RESOURCE_COUNTERS", (3, 18), (3, 19)),
        ("IOSCHED_CFQ", (4, 20), (5, 0)),
        ("CFQ_GROUP_IOSCHED", (4, 20), (5, 0)),
        ("NETPRIO_CGROUP", (3, 13), (3, 14)),
        ("CGROUP_NET_PRIO", (3, 14), (3, 13)),
        ("INET_XFRM_MODE_TRANSPORT", (5, 3), (5, 4)),
        ("CRYPTO_GHASH", (6, 17), (7, 0)),
    ] {
        let at = |(major, minor)| {
            verdict(&check(&Config::default(), KernelVersion { major, minor, patch: 99 }, &[]), symbol)
        };
        assert_eq!((at(holds), at(not)), (Verdict::Missing, Verdict::NotApplicable), "{symbol}");
    }
}

#[test]
fn fuse_is_required_of_old_kernels_only() {
    let at = |major, minor| {
        let report = check(&Config::default(), KernelVersion::new(major, minor), &[Runtime::PodmanRootless]);
        report.missing_required().iter().any(|outcome| outcome.symbol == "FUSE_FS")
    };
    assert_eq!((at(5, 12), at(5, 13)), (true, false));
}

#[test]
fn verdicts_of_single_options() {
    for (lines, symbol, expected) in [
        ("CONFIG_VETH=y", "VETH", Verdict::Enabled),
        ("CONFIG_VETH=m", "VETH", Verdict::Module),
        ("# CONFIG_VETH is not set", "VETH", Verdict::Missing),
        ("CONFIG_VETH=n", "VETH", Verdict::Missing),
        ("CONFIG_VETH=\"y\"", "VETH", Verdict::Missing),
        ("CONFIG_VETH2=y", "VETH", Verdict::Missing),
        ("CONFIG_RT_GROUP_SCHED=y", "RT_GROUP_SCHED", Verdict::Unwanted),
        ("", "RT_GROUP_SCHED", Verdict::NotApplicable),
        ("CONFIG_LEGACY_VSYSCALL_NONE=y", "LEGACY_VSYSCALL_NONE", Verdict::Unwanted),
        ("CONFIG_LEGACY_VSYSCALL_NATIVE=y", "LEGACY_VSYSCALL_NATIVE", Verdict::Unwanted),
        ("CONFIG_LEGACY_VSYSCALL_EMULATE=y", "LEGACY_VSYSCALL_EMULATE", Verdict::Enabled),
        ("CONFIG_LEGACY_VSYSCALL_XONLY=y", "LEGACY_VSYSCALL_EMULATE", Verdict::NotApplicable),
        ("", "EXT3_FS", Verdict::Missing),
        ("CONFIG_EXT4_USE_FOR_EXT2=y", "EXT3_FS", Verdict::NotApplicable),
        ("CONFIG_EXT4_USE_FOR_EXT2=y", "EXT4_FS", Verdict::Missing),
    ] {
        let config = Config::parse(lines.as_bytes()).unwrap();
        assert_eq!(
            verdict(&check(&config, KernelVersion::new(6, 12), &[]), symbol),
            expected,
            "{lines} {symbol}"
        );
    }
}

#[test]
fn a_module_must_be_in_the_image() {
    let version = KernelVersion::new(6, 12);
    let mut lines = complete(version);
    for symbol in ["VETH", "NETFILTER_XT_MATCH_ADDRTYPE", "BTRFS_FS"] {
        lines.remove(&format!("CONFIG_{symbol}=y"));
        lines.insert(format!("CONFIG_{symbol}=m"));
    }
    let report = check(&config(&lines), version, &Runtime::ALL);
    let absent: Vec<_> =
        report.absent_modules(|name| name == "veth").iter().map(|one| (one.symbol, one.module)).collect();
    assert_eq!(absent, [("NETFILTER_XT_MATCH_ADDRTYPE", Some("xt_addrtype"))]);
    assert!(report.absent_modules(|_| true).is_empty());
}

#[test]
fn notes_tell_what_no_single_option_shows() {
    let notes = |lines: &str, minor| {
        check(&Config::parse(lines.as_bytes()).unwrap(), KernelVersion::new(6, minor), &[]).notes.join("\n")
    };
    assert!(notes("CONFIG_RT_GROUP_SCHED=y", 12).contains("Turn it off"));
    assert!(notes("", 17).contains("CONFIG_NETFILTER_XTABLES_LEGACY=y, CONFIG_IP_NF_IPTABLES_LEGACY=y"));
    assert!(notes("CONFIG_CGROUP_DEVICE=y", 12).contains("need CONFIG_CGROUP_BPF"));
    let idle =
        notes("CONFIG_SECURITY_APPARMOR=y\nCONFIG_SECURITY_LANDLOCK=y\nCONFIG_LSM=\"landlock,yama\"", 12);
    assert!(idle.contains("does not name it: apparmor."), "{idle}");
    assert_eq!(notes("", 12), "");
}

#[test]
fn the_text_has_the_shape_of_mobys_script() {
    let version = KernelVersion::new(6, 12);
    let mut lines = complete(version);
    lines.remove("CONFIG_VETH=y");
    lines.remove("CONFIG_BRIDGE=y");
    lines.remove("CONFIG_IPVLAN=y");
    lines.insert("CONFIG_BRIDGE=m".to_owned());
    let report = check(&config(&lines), version, &[Runtime::K3s]);
    let text = report.to_text(false);
    for part in [
        "Generally Necessary:\n- CONFIG_NAMESPACES: enabled\n",
        "- CONFIG_VETH: missing\n    (a pair of interfaces joins a container to the bridge)\n- CONFIG_BRIDGE: enabled (as module)\n",
        "\n\nOptional Features:\n- CONFIG_USER_NS: enabled\n",
        "- Network Drivers:\n  - \"overlay\":\n    - CONFIG_VXLAN: enabled\n",
        "      Optional (for encrypted networks):\n      - CONFIG_CRYPTO: enabled\n",
        "  - \"ipvlan\":\n    - CONFIG_IPVLAN: missing\n  - \"macvlan\":\n",
        "- Storage Drivers:\n  - \"btrfs\":\n",
        "\ncontainerd (containerd: overlayfs snapshotter",
        "1 required option is missing for k3s on 6.12.0. Add:\n  CONFIG_VETH=y\n",
    ] {
        assert!(text.contains(part), "{part:?} is not in\n{text}");
    }
    assert_eq!(text.matches("Network Drivers:").count(), 1);
    assert!(!text.contains('\x1b'));
    let colours = report.to_text(true);
    assert!(colours.contains("- \x1b[1mCONFIG_VETH\x1b[m: \x1b[1;31mmissing\x1b[m\n"));
    assert!(colours.contains("- \x1b[37mCONFIG_NAMESPACES\x1b[m: \x1b[32menabled\x1b[m\n"));
}

#[test]
fn a_broken_contract_is_an_error_that_names_what_is_missing() {
    let version = KernelVersion::new(6, 12);
    let mut lines = complete(version);
    assert_eq!(check(&config(&lines), version, &Runtime::ALL).kept(), Ok(()));
    lines.remove("CONFIG_OVERLAY_FS=y");
    let error = check(&config(&lines), version, &[Runtime::Containerd]).kept().unwrap_err();
    assert_eq!(
        error.to_string(),
        "the kernel 6.12.0 cannot carry containerd:\n  CONFIG_OVERLAY_FS=y  # the default snapshotter stacks image layers\nadd \
         these lines to a fragment of the kernel's unit"
    );
}

#[test]
fn json_tells_the_same() {
    let report = check(
        &Config::parse(b"CONFIG_VETH=m\n").unwrap(),
        KernelVersion::new(6, 12),
        &[Runtime::PodmanRootless],
    );
    let json = report.to_json();
    assert_eq!((&json["passes"], &json["kernel_version"]), (&false.into(), &"6.12.0".into()));
    assert_eq!(json["for"][0], "podman-rootless");
    let options = json["sections"][0]["options"].as_array().unwrap();
    let veth = options.iter().find(|option| option["symbol"] == "VETH").unwrap();
    assert_eq!(
        (&veth["verdict"], &veth["module"], &veth["required"]),
        (&"module".into(), &"veth".into(), &"required".into())
    );
    assert_eq!(json["sections"].as_array().unwrap().last().unwrap()["title"], "podman-rootless");
}

#[test]
fn one_way_to_filter_packets_is_enough_for_engines_that_call_iptables() {
    for (major, minor) in VERSIONS {
        let version = KernelVersion::new(major, minor);
        let all = complete(version);
        let less = |symbols: &BTreeSet<&str>| {
            let gone: BTreeSet<_> = symbols.iter().map(|symbol| format!("CONFIG_{symbol}=y")).collect();
            config(&all.difference(&gone).cloned().collect())
        };
        let [tables, nft] = Way::ALL.map(|way| of_way(version, way));
        let both = less(&tables.union(&nft).copied().collect());
        for runtime in [Runtime::Docker, Runtime::Nerdctl, Runtime::K3s] {
            for (gone, left) in [(&tables, "iptables-nft) alone"), (&nft, "iptables-legacy) alone")] {
                let report = check(&less(gone), version, &[runtime]);
                let text = report.to_text(false);
                assert!(report.passes && text.contains(left), "{runtime} on {version}: {text}");
                assert_eq!(report.kept(), Ok(()));
            }
            let report = check(&both, version, &[runtime]);
            assert_eq!(report.conclusion, Conclusion::Fails, "{runtime} on {version}");
            assert_eq!(report.missing_ways().len(), 2, "both ways are named");
        }
        let neither = check(&both, version, &[Runtime::Containerd, Runtime::Podman, Runtime::PodmanRootless]);
        assert_eq!(neither.missing_ways(), []);
    }
}

/// The configuration of a distribution whose kernels since 6.17 have nftables alone.
#[test]
fn a_kernel_without_legacy_tables_carries_containerd_and_podman() {
    let version = KernelVersion::new(6, 18);
    let mut lines = complete(version);
    for symbol in of_way(version, Way::LegacyTables) {
        lines.remove(&format!("CONFIG_{symbol}=y"));
    }
    let without = config(&lines);
    for runtime in Runtime::ALL {
        assert!(check(&without, version, &[runtime]).passes, "{runtime}");
    }
    lines.remove("CONFIG_NFT_COMPAT=y");
    let report = check(&config(&lines), version, &[Runtime::Docker]);
    let text = report.to_text(false);
    let end =
        text.split_once("docker on 6.18.0 can filter packets in no way. Add one of these sets:\n").unwrap().1;
    assert!(
        end.starts_with(" the legacy tables (program iptables-legacy):\n  CONFIG_IP_NF_FILTER=y\n"),
        "{end}"
    );
    assert!(end.ends_with(" nftables (program iptables-nft):\n  CONFIG_NFT_COMPAT=y\n"), "{end}");
    let message = report.kept().unwrap_err().to_string();
    assert!(
        message.contains("\nor by nftables (program iptables-nft):\n  CONFIG_NFT_COMPAT=y  # "),
        "{message}"
    );
    assert_eq!(report.to_json()["ways"][1]["missing"][0]["symbol"], "NFT_COMPAT");
}

#[test]
fn the_modules_of_one_way_are_enough() {
    let version = KernelVersion::new(6, 12);
    let modules: BTreeSet<_> = complete(version).iter().map(|line| line.replace("=y", "=m")).collect();
    let report = check(&config(&modules), version, &[Runtime::Docker]);
    let absent = |gone: &str| {
        let absent = report.absent_modules(|name| !name.contains(gone));
        absent.iter().map(|one| one.symbol).collect::<Vec<_>>()
    };
    assert_eq!(absent("iptable_"), [] as [&str; 0], "iptables-nft does without");
    assert_eq!(absent("nft_compat"), [] as [&str; 0], "iptables-legacy does without");
    let neither = report.absent_modules(|name| !name.contains("nft_compat") && !name.contains("iptable_"));
    assert_eq!(neither.iter().map(|one| one.symbol).collect::<Vec<_>>(), ["NFT_COMPAT"]);
}

#[test]
fn what_a_defconfig_leaves_out_decides_nothing() {
    let version = KernelVersion::new(6, 12);
    let part = |text: &str| {
        let config = Config::parse(text.as_bytes()).unwrap();
        check_part(&config, version, &[Runtime::Docker])
    };
    let report = part("CONFIG_MEMCG=y\n");
    assert_eq!((report.conclusion, report.passes), (Conclusion::Undecided, false));
    assert_eq!(
        (verdict(&report, "MEMCG"), verdict(&report, "CGROUPS")),
        (Verdict::Enabled, Verdict::Unnamed)
    );
    assert_eq!((report.missing_required(), report.missing_optional()), (vec![], vec![]));
    let text = report.to_text(false);
    assert!(text.contains("- CONFIG_CGROUPS: not named here\n"), "{text}");
    assert!(text.contains("Undecided for docker on 6.12.0: the text does not name "), "{text}");
    assert_eq!(report.to_json()["conclusion"], "undecided");
    // What it says to be off is off.
    assert_eq!(part("CONFIG_MEMCG=y\n# CONFIG_VETH is not set\n").conclusion, Conclusion::Fails);
    let both = part("# CONFIG_NFT_COMPAT is not set\n# CONFIG_IP_NF_NAT is not set\n");
    assert_eq!((both.conclusion, both.missing_ways().len()), (Conclusion::Fails, 2));
    let all: String = complete(version).iter().map(|line| format!("{line}\n")).collect();
    assert_eq!(part(&all).conclusion, Conclusion::Passes);
}

#[test]
fn engines_by_name() {
    assert_eq!(Runtime::parse_list("k3s, docker,docker").unwrap(), [Runtime::Docker, Runtime::K3s]);
    for runtime in Runtime::ALL {
        assert_eq!(Runtime::parse(runtime.name()), Ok(runtime));
    }
    let near = Runtime::parse_list("docker,conatinerd").unwrap_err().to_string();
    assert_eq!(near, "unknown container engine `conatinerd`; did you mean `containerd`?");
    let far = Runtime::parse("").unwrap_err().to_string();
    assert!(
        far.contains("expected one of containerd, nerdctl, docker, podman, podman-rootless, k3s"),
        "{far}"
    );
}

#[test]
fn an_engine_needs_what_it_stands_on() {
    let report = check(&Config::default(), KernelVersion::new(6, 12), &[Runtime::Docker]);
    let titles: Vec<_> = report.sections.iter().map(|section| section.title.as_str()).collect();
    assert_eq!(titles[titles.len() - 2..], ["containerd", "docker"]);
    assert_eq!(report.runtimes, [Runtime::Docker]);
}

#[test]
fn the_rules_are_sound() {
    for group in rules() {
        assert!(!group.source.is_empty() && !group.rules.is_empty());
        for rule in group.rules {
            let name = rule.symbol;
            assert!(
                name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_'),
                "{name}"
            );
            assert!(rule.reason.len() > 3 && !rule.reason.ends_with('.'), "{name}: {}", rule.reason);
            assert!(rule.since.zip(rule.before).is_none_or(|(since, before)| since < before), "{name}");
            let same = |other: &&Rule| {
                other.symbol == name && other.since == rule.since && other.before == rule.before
            };
            assert_eq!(group.rules.iter().filter(same).count(), 1, "{name} twice");
        }
    }
}

proptest! {
    #[test]
    fn the_verdict_follows_the_options(on in prop::collection::btree_map(0usize..400, any::<bool>(), 0..200), major in 3u32..8, minor in 0u32..21) {
        let symbols: Vec<_> = rules().flat_map(|group| group.rules).map(|rule| rule.symbol).collect();
        let lines: BTreeSet<_> = on.iter().filter_map(|(at, module)| {
            symbols.get(*at).map(|symbol| format!("CONFIG_{symbol}={}", if *module { "m" } else { "y" }))
        }).collect();
        let config = config(&lines);
        let report = check(&config, KernelVersion::new(major, minor), &Runtime::ALL);
        prop_assert_eq!(report.passes, report.missing_required().is_empty() && report.missing_ways().is_empty());
        for outcome in report.outcomes() {
            if outcome.is_missing() { prop_assert!(!config.is_set(outcome.symbol)); }
        }
        prop_assert!(report.to_text(true).ends_with('\n'));
    }
}

#[test]
fn required_modules_must_be_in_the_image() {
    let version = KernelVersion::new(6, 12);
    let built_in = complete(version);
    let as_module = |symbol: &str| {
        let mut lines = built_in.clone();
        lines.remove(&format!("CONFIG_{symbol}=y"));
        lines.insert(format!("CONFIG_{symbol}=m"));
        check(&config(&lines), version, &[Runtime::Containerd])
    };
    assert_eq!(as_module("NONE").has_modules(|_| false), Ok(()));
    let report = as_module("OVERLAY_FS");
    assert_eq!(report.has_modules(|name| name == "overlay"), Ok(()));
    let message = report.has_modules(|name| name == "veth").unwrap_err().to_string();
    assert!(
        message.starts_with(
            "containerd needs modules that the image does not hold:\n  CONFIG_OVERLAY_FS=m  # overlay.ko: "
        ),
        "{message}"
    );
    assert!(as_module("IP_SCTP").has_modules(|_| false).is_ok(), "optional ones are not asked for");
}

#[test]
fn modules_are_known_by_their_files() {
    for (path, name) in [
        ("usr/lib/modules/6.12.1/kernel/fs/overlayfs/overlay.ko", Some("overlay")),
        ("/lib/modules/6.12.1/kernel/net/netfilter/xt-addr.ko.zst", Some("xt_addr")),
        ("lib/modules/6.12.1/extra/a.ko.xz", Some("a")),
        ("lib/modules/6.12.1/modules.dep", None),
        ("usr/share/overlay.ko", None),
        ("lib/modules/6.12.1/.ko", None),
    ] {
        assert_eq!(module_in(path).as_deref(), name, "{path}");
    }
}
