//! Systems on which no sandbox can be made, and what to do about them.

use std::fs;
use std::path::Path;

use crate::SandboxError;
use crate::protocol::{Failure, Stage};

/// Which setting of this system forbids sandboxes.
#[derive(Debug, thiserror::Error)]
pub enum UnavailableError {
    /// A limit on namespaces is zero, or used up.
    #[error(
        "{file} is {limit}{}; as root: sysctl -w {}=10000",
        if *.limit == 0 { ", which forbids them" } else { " and used up" },
        sysctl(.file)
    )]
    Limit {
        /// The setting's file.
        file: String,
        /// What it says.
        limit: u64,
    },
    /// Debian's switch for ordinary users is off.
    #[error(
        "/proc/sys/kernel/unprivileged_userns_clone is 0, which forbids user namespaces to all but root; as root: \
         sysctl -w kernel.unprivileged_userns_clone=1"
    )]
    UnprivilegedClone,
    /// AppArmor takes the rights in new user namespaces away (Ubuntu 23.10 and later).
    #[error(
        "/proc/sys/kernel/apparmor_restrict_unprivileged_userns is 1: AppArmor lets only programs with a profile use user \
         namespaces; as root, install a profile for yoe with the rule `userns,` in /etc/apparmor.d, or: \
         sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"
    )]
    AppArmor,
    /// yoe runs under a filter of system calls.
    #[error(
        "yoe runs under a seccomp filter that forbids making namespaces or mounts, as in most containers; run it outside \
         of the container, or allow it there (podman and docker: --security-opt seccomp=unconfined)"
    )]
    Seccomp,
    /// yoe is root without the right to map root.
    #[error(
        "yoe runs as root without CAP_SETFCAP, and so may not be root in a user namespace; run it with that capability \
         or as an ordinary user"
    )]
    NoSetfcap,
    /// yoe runs in a chroot.
    #[error(
        "yoe runs in a chroot, where the kernel allows no user namespaces; run it outside, or enter by pivot_root"
    )]
    Chroot,
    /// The kernel was built without a kind of namespace.
    #[error("the kernel has no {kind} namespaces; it must be built with {option}")]
    NoNamespace {
        /// Which.
        kind: &'static str,
        /// The option of its configuration.
        option: &'static str,
    },
    /// The kernel was built without overlayfs, or its module is not there.
    #[error("the kernel has no overlayfs (CONFIG_OVERLAY_FS); if it is a module, as root: modprobe overlay")]
    NoOverlay,
    /// The kernel lacks a system call, or overlayfs in user namespaces.
    #[error(
        "Linux {release} is too old for sandboxes, which mount overlayfs in user namespaces; 5.12 or later is needed"
    )]
    OldKernel {
        /// What the kernel calls itself.
        release: String,
    },
    /// A container runtime hides parts of /proc.
    #[error(
        "parts of /proc are hidden, as container runtimes do, and then the kernel allows no new one; run yoe outside of the \
         container, or unmask it there (podman: --security-opt unmask=ALL, docker: --security-opt systempaths=unconfined)"
    )]
    MaskedProc,
    /// None of the known reasons.
    #[error("cannot {doing}: {error}; a security module or a container around yoe may forbid it")]
    Unexplained {
        /// What failed.
        doing: String,
        /// What the system said.
        error: std::io::Error,
    },
    /// The attempt itself could not be made.
    #[error("cannot find out whether sandboxes can be made")]
    Untried(#[source] Box<SandboxError>),
}

impl UnavailableError {
    pub(crate) fn unexplained(error: SandboxError) -> Self {
        Self::Untried(Box::new(error))
    }
}

/// The kinds of namespaces: name, file below /proc/self/ns, limit below /proc/sys/user, kernel option.
const NAMESPACES: [(&str, &str, &str, &str); 7] = [
    ("user", "user", "max_user_namespaces", "CONFIG_USER_NS"),
    ("mount", "mnt", "max_mnt_namespaces", "CONFIG_NAMESPACES"),
    ("PID", "pid", "max_pid_namespaces", "CONFIG_PID_NS"),
    ("network", "net", "max_net_namespaces", "CONFIG_NET_NS"),
    ("IPC", "ipc", "max_ipc_namespaces", "CONFIG_IPC_NS"),
    ("UTS", "uts", "max_uts_namespaces", "CONFIG_UTS_NS"),
    ("cgroup", "cgroup", "max_cgroup_namespaces", "CONFIG_CGROUPS"),
];

/// The number of CAP_SETFCAP (linux/capability.h).
const SETFCAP: u32 = 31;

/// Finds the setting that made `failure` happen, in the files of the system at `root`.
pub(crate) fn diagnose(failure: &Failure, root: &Path) -> UnavailableError {
    let system = System { root };
    let found = match (failure.stage, failure.errno) {
        // The cgroup namespace is made later than the others, among the surroundings.
        (Stage::Namespaces | Stage::Surroundings, libc::ENOSPC | libc::EUSERS) => system.limit(|_| true),
        (Stage::Namespaces | Stage::Surroundings, libc::EINVAL) => system.missing_namespace(),
        (Stage::Overlay, libc::ENODEV) => Some(UnavailableError::NoOverlay),
        (Stage::Overlay, libc::EPERM) => system.forbidden().or_else(|| Some(system.old_kernel())),
        (Stage::Mount(_), libc::EPERM) => system.forbidden().or(Some(UnavailableError::MaskedProc)),
        // Some filters answer like this, so that programs take an older way.
        (_, libc::ENOSYS) if system.is_filtered() => Some(UnavailableError::Seccomp),
        (_, libc::ENOSYS) => Some(system.old_kernel()),
        (stage, libc::EPERM | libc::EACCES) => {
            system.forbidden_identity(stage).or_else(|| system.forbidden())
        }
        _ => None,
    };
    found.unwrap_or_else(|| UnavailableError::Unexplained {
        doing: failure.doing.clone(),
        error: std::io::Error::from_raw_os_error(failure.errno),
    })
}

/// The files in which a system tells about itself.
struct System<'r> {
    root: &'r Path,
}

impl System<'_> {
    fn text(&self, path: &str) -> Option<String> {
        fs::read_to_string(self.root.join(path)).ok().map(|text| text.trim().to_owned())
    }

    fn number(&self, path: &str) -> Option<u64> {
        self.text(path)?.parse().ok()
    }

    /// A field of /proc/self/status.
    fn status(&self, field: &str) -> Option<String> {
        let status = self.text("proc/self/status")?;
        let line = status.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'))?;
        Some(line.trim().to_owned())
    }

    /// The lowest limit on namespaces that `matches`: the one that is zero, or the likeliest to be used up.
    fn limit(&self, matches: impl Fn(u64) -> bool) -> Option<UnavailableError> {
        let limits = NAMESPACES.iter().filter_map(|(_, _, file, _)| {
            let file = format!("proc/sys/user/{file}");
            Some((self.number(&file)?, file))
        });
        let (limit, file) = limits.filter(|(limit, _)| matches(*limit)).min_by_key(|(limit, _)| *limit)?;
        Some(UnavailableError::Limit { file: format!("/{file}"), limit })
    }

    fn missing_namespace(&self) -> Option<UnavailableError> {
        // Without /proc nothing can be told.
        if !self.root.join("proc/self/ns").exists() {
            return None;
        }
        let absent = |file: &str| fs::symlink_metadata(self.root.join("proc/self/ns").join(file)).is_err();
        let (kind, _, _, option) = NAMESPACES.into_iter().find(|(_, file, _, _)| absent(file))?;
        Some(UnavailableError::NoNamespace { kind, option })
    }

    /// What may forbid namespaces and the rights in them.
    fn forbidden(&self) -> Option<UnavailableError> {
        if let Some(limit) = self.limit(|limit| limit == 0) {
            return Some(limit);
        }
        // Both leave root alone, who has CAP_SYS_ADMIN.
        let switch = |name: &str| self.number(&format!("proc/sys/kernel/{name}"));
        if !self.is_root() && switch("unprivileged_userns_clone") == Some(0) {
            return Some(UnavailableError::UnprivilegedClone);
        }
        if !self.is_root() && switch("apparmor_restrict_unprivileged_userns").is_some_and(|value| value > 0) {
            return Some(UnavailableError::AppArmor);
        }
        if self.is_filtered() { Some(UnavailableError::Seccomp) } else { None }
    }

    fn forbidden_identity(&self, stage: Stage) -> Option<UnavailableError> {
        if stage == Stage::Namespaces && self.is_chroot() {
            return Some(UnavailableError::Chroot);
        }
        let rights = self.status("CapEff").and_then(|text| u64::from_str_radix(&text, 16).ok())?;
        if self.is_root() && stage == Stage::Identity && rights & (1 << SETFCAP) == 0 {
            return Some(UnavailableError::NoSetfcap);
        }
        None
    }

    fn old_kernel(&self) -> UnavailableError {
        UnavailableError::OldKernel { release: self.text("proc/sys/kernel/osrelease").unwrap_or_default() }
    }

    /// Whether system calls go through a filter.
    fn is_filtered(&self) -> bool {
        self.status("Seccomp").is_some_and(|mode| mode != "0")
    }

    /// Whether the effective user is 0: the second of the four ids.
    fn is_root(&self) -> bool {
        self.status("Uid").is_some_and(|ids| ids.split_whitespace().nth(1) == Some("0"))
    }

    /// In a chroot nothing seems to be mounted on `/`, unless it was made from a mount.
    fn is_chroot(&self) -> bool {
        let mounts = self.text("proc/self/mountinfo");
        mounts.is_some_and(|mounts| !mounts.lines().any(|line| line.split(' ').nth(4) == Some("/")))
    }
}

fn sysctl(file: &str) -> String {
    file.trim_start_matches("/proc/sys/").replace('/', ".")
}

#[cfg(test)]
mod tests;
