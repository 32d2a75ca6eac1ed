//! Resource limits: their names in setrlimit(2) and the options of the shell's `ulimit`.

pub(super) struct Limit {
    /// In lower case, without `RLIMIT_`.
    pub name: &'static str,
    /// The letter that `ulimit` takes.
    pub option: char,
    /// What `ulimit` counts in, in the unit of setrlimit.
    pub unit: u64,
}

const fn limit(name: &'static str, option: char, unit: u64) -> Limit {
    Limit { name, option, unit }
}

/// The limits that busybox's shell can set.
pub(super) const ALL: [Limit; 13] = [
    limit("as", 'v', 1024),
    limit("core", 'c', 512),
    limit("cpu", 't', 1),
    limit("data", 'd', 1024),
    limit("fsize", 'f', 512),
    limit("locks", 'w', 1),
    limit("memlock", 'l', 1024),
    limit("nice", 'e', 1),
    limit("nofile", 'n', 1),
    limit("nproc", 'p', 1),
    limit("rss", 'm', 1024),
    limit("rtprio", 'r', 1),
    limit("stack", 's', 1024),
];

pub(super) fn find(name: &str) -> Option<&'static Limit> {
    ALL.iter().find(|limit| limit.name == name)
}
