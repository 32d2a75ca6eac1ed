//! What a configuration says between its lines.

use super::security_modules::idle_modules;
use crate::KernelVersion;
use crate::config::Config;

/// Since this version the tables of iptables are options of their own, off by default.
const LEGACY_TABLES: KernelVersion = KernelVersion::new(6, 17);

/// Things to know about `config` that no single option shows.
///
/// `iptables` says whether an engine calls it.
pub(super) fn notes(config: &Config, version: KernelVersion, iptables: bool) -> Vec<String> {
    let tables = iptables.then(|| legacy_tables(config, version)).flatten();
    let notes = [real_time(config), tables, device_rules(config)];
    notes.into_iter().flatten().chain(inactive_modules(config)).collect()
}

fn real_time(config: &Config) -> Option<String> {
    config.is_set("RT_GROUP_SCHED").then(|| {
        "CONFIG_RT_GROUP_SCHED is on: on cgroup version 2 the cpu controller can only be enabled while every real-time \
         process is in the root group. Turn it off."
            .to_owned()
    })
}

fn legacy_tables(config: &Config, version: KernelVersion) -> Option<String> {
    let wanted: Vec<_> = ["NETFILTER_XTABLES_LEGACY", "IP_NF_IPTABLES_LEGACY", "IP6_NF_IPTABLES_LEGACY"]
        .into_iter()
        .filter(|symbol| !config.is_set(symbol))
        .map(|symbol| format!("CONFIG_{symbol}=y"))
        .collect();
    let without = ["IP_NF_FILTER", "IP6_NF_FILTER"].iter().any(|symbol| !config.is_set(symbol));
    (version >= LEGACY_TABLES && without && !wanted.is_empty()).then(|| {
        format!(
            "Since {}.{} the legacy tables of iptables depend on options of their own: {}{}.",
            LEGACY_TABLES.major,
            LEGACY_TABLES.minor,
            wanted.join(", "),
            if config.is_set("PREEMPT_RT") {
                ". A kernel with CONFIG_PREEMPT_RT cannot have them"
            } else {
                ""
            }
        )
    })
}

fn device_rules(config: &Config) -> Option<String> {
    (config.is_set("CGROUP_DEVICE") && !config.is_set("CGROUP_BPF")).then(|| {
        "CONFIG_CGROUP_DEVICE works on cgroup version 1 only; on version 2 device rules need CONFIG_CGROUP_BPF and \
         CONFIG_BPF_SYSCALL."
            .to_owned()
    })
}

/// Security modules that are built but not started: only what stands in CONFIG_LSM is.
fn inactive_modules(config: &Config) -> Option<String> {
    let idle = idle_modules(config);
    (!idle.is_empty()).then(|| {
        format!(
            "Built but not started, because CONFIG_LSM={} does not name it: {}.",
            config.value("LSM"),
            idle.join(", ")
        )
    })
}
