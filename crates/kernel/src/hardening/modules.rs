//! Security modules that are built and not started, or not built at all.

use super::{Deviation, From};
use crate::config::Config;
use crate::contract::idle_modules;

pub(super) fn deviations(config: &Config) -> Vec<Deviation> {
    let deviation = |wanted: String, reason: &str| Deviation {
        symbol: "LSM".to_owned(),
        got: config.value("LSM").clone(),
        wanted,
        reason: reason.to_owned(),
        from: From::Wanted,
    };
    let idle = idle_modules(config);
    if !idle.is_empty() {
        let reason = "these are built, but only what the list names is started";
        return vec![deviation(format!("a list with {}", idle.join(", ")), reason)];
    }
    let confining = ["SECURITY_LANDLOCK", "SECURITY_APPARMOR", "SECURITY_SELINUX", "SECURITY_SMACK"];
    if confining.iter().any(|symbol| config.is_set(symbol)) {
        return Vec::new();
    }
    let reason = "none of Landlock, AppArmor, SELinux and Smack is built: nothing confines a program further than its user";
    vec![deviation("a list with landlock or apparmor, and the module built".to_owned(), reason)]
}
