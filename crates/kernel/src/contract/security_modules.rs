//! Security modules: built is not started. The kernel starts those that CONFIG_LSM names, in that order.

use crate::config::{Config, Value};

/// Option, name in CONFIG_LSM. Of these, one excludes the others: the first one named is started.
const EXCLUSIVE: [(&str, &str); 3] =
    [("SECURITY_APPARMOR", "apparmor"), ("SECURITY_SELINUX", "selinux"), ("SECURITY_SMACK", "smack")];

/// The same, for modules that go together with any other.
const TOGETHER: [(&str, &str); 5] = [
    ("SECURITY_LANDLOCK", "landlock"),
    ("SECURITY_LOCKDOWN_LSM", "lockdown"),
    ("SECURITY_YAMA", "yama"),
    ("SECURITY_LOADPIN", "loadpin"),
    ("SECURITY_SAFESETID", "safesetid"),
];

/// The modules that are built and would have to be named to start.
///
/// Of those that exclude each other one is enough. Without CONFIG_LSM (before 5.1) nothing is known.
pub(crate) fn idle_modules(config: &Config) -> Vec<&'static str> {
    let Value::Text(order) = config.value("LSM") else { return Vec::new() };
    let named: Vec<_> = order.split(',').map(str::trim).collect();
    let built = |(symbol, _): &&(&str, &'static str)| config.is_set(symbol);
    let missing = |(_, name): &&(&str, &'static str)| !named.contains(name);
    let together = TOGETHER.iter().filter(built).filter(missing);
    let one_runs = EXCLUSIVE.iter().filter(built).any(|(_, name)| named.contains(name));
    let exclusive = EXCLUSIVE.iter().filter(built).filter(|_| !one_runs);
    together.chain(exclusive).map(|(_, name)| *name).collect()
}
