//! Whether a container is paused: a paused one cannot be asked, and is not unhealthy for it.

use std::fs::read_to_string;
use std::path::Path;

/// Whether the cgroup of a process is frozen, by cgroup v2's `cgroup.events`. What cannot be read is not.
pub fn frozen(pid: i32) -> bool {
    let Ok(groups) = read_to_string(format!("/proc/{pid}/cgroup")) else { return false };
    let Some(group) = group(&groups) else { return false };
    let events = Path::new("/sys/fs/cgroup").join(group.trim_start_matches('/')).join("cgroup.events");
    read_to_string(events).is_ok_and(|text| is_frozen(&text))
}

/// The group in the one hierarchy of version 2, of the lines of cgroups(7).
fn group(lines: &str) -> Option<&str> {
    lines.lines().find_map(|line| line.strip_prefix("0::"))
}

fn is_frozen(events: &str) -> bool {
    events.lines().any(|line| line.trim() == "frozen 1")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read() {
        assert_eq!(group("1:cpu:/a\n0::/default/x\n"), Some("/default/x"));
        assert_eq!(group("1:cpu:/a\n"), None);
        assert!(is_frozen("populated 1\nfrozen 1\n"));
        assert!(!is_frozen("populated 1\nfrozen 0\n"));
        assert!(!frozen(std::process::id().try_into().unwrap()));
    }
}
