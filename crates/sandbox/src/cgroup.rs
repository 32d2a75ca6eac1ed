//! A control group for a step (cgroups(7), version 2), where the caller may make one.
//!
//! Who may: root, and a user whose session manager has handed a part of the tree over, as systemd does with all that it runs
//! in `user@.service`. A session over ssh usually has none, nor has a container. Then there is no bound of memory.
//!
//! A group that holds processes can hand no controllers to groups in it, so a step's group usually lies next to the one
//! that yoe runs in, which has them already.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::Limits;

/// Where systems mount the tree; the second one is that of systems in transition, without controllers as a rule.
const MOUNTS: [&str; 2] = ["/sys/fs/cgroup", "/sys/fs/cgroup/unified"];

/// What a step's group needs.
const CONTROLLERS: [&str; 2] = ["memory", "pids"];

/// Names of groups are this and the process id of the sandbox's supervisor.
const NAME: &str = "yoe-sandbox-";

/// A group without processes yet. The supervisor makes and removes it; PID 1 enters it.
#[derive(Debug)]
pub(crate) struct Group(PathBuf);

impl Group {
    /// A group with these limits; `None` where none can be made.
    pub(crate) fn make(limits: &Limits) -> Option<Self> {
        let own = fs::read_to_string("/proc/self/cgroup").ok()?;
        let own = own.lines().find_map(|line| line.strip_prefix("0::/"))?;
        let mount =
            MOUNTS.map(Path::new).into_iter().find(|mount| mount.join("cgroup.controllers").exists())?;
        Self::make_near(mount, own, limits)
    }

    fn make_near(mount: &Path, own: &str, limits: &Limits) -> Option<Self> {
        let own = mount.join(own);
        let above = own.parent().filter(|above| above.starts_with(mount));
        [Some(own.as_path()), above]
            .into_iter()
            .flatten()
            .find_map(|parent| Self::make_in(parent, limits).ok())
    }

    fn make_in(parent: &Path, limits: &Limits) -> io::Result<Self> {
        let control = parent.join("cgroup.subtree_control");
        let offers =
            |text: String| CONTROLLERS.iter().all(|name| text.split_whitespace().any(|word| word == *name));
        if !offers(fs::read_to_string(&control)?) {
            // The kernel refuses this where the parent holds processes, unless it is the root of all.
            fs::write(&control, CONTROLLERS.map(|name| format!("+{name}")).join(" "))?;
        }
        remove_abandoned(parent);
        let group = Self(parent.join(format!("{NAME}{}", std::process::id())));
        fs::create_dir(&group.0)?;
        let written = group
            .write("pids.max", limits.processes.into())
            .and_then(|()| group.write("memory.max", limits.memory()));
        match written {
            Ok(()) => Ok(group),
            Err(error) => {
                group.remove();
                Err(error)
            }
        }
    }

    fn write(&self, file: &str, value: u64) -> io::Result<()> {
        // Only what the kernel put there: it makes the files with the group.
        let mut file = fs::OpenOptions::new().write(true).open(self.0.join(file))?;
        io::Write::write_all(&mut file, value.to_string().as_bytes())
    }

    /// Moves this process, and what it starts from here on, into the group.
    pub(crate) fn enter(&self) -> io::Result<()> {
        self.write("cgroup.procs", 0)
    }

    /// Removes it, once no process is in it.
    pub(crate) fn remove(&self) {
        // One that is left is empty, and goes when the next one is made.
        let _ = fs::remove_dir(&self.0);
    }
}

/// Removes groups whose supervisor was killed. The kernel lets no group go that holds a process.
fn remove_abandoned(parent: &Path) {
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let supervisor = name.to_str().and_then(|name| name.strip_prefix(NAME)?.parse::<u32>().ok());
        if supervisor.is_some_and(|id| !Path::new("/proc").join(id.to_string()).exists()) {
            let _ = fs::remove_dir(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits { processes: 7, memory: Some(1 << 20) };

    /// A directory that looks like a tree of groups. Its files do nothing.
    fn tree(groups: &[(&str, &str)]) -> tempfile::TempDir {
        let tree = tempfile::tempdir().unwrap();
        for (group, offered) in groups {
            fs::create_dir_all(tree.path().join(group)).unwrap();
            fs::write(tree.path().join(group).join("cgroup.subtree_control"), offered).unwrap();
        }
        tree
    }

    #[test]
    fn without_the_kernels_files_there_is_no_group_and_nothing_is_left() {
        let tree = tree(&[("", "memory pids"), ("session", "cpu memory pids")]);
        assert!(Group::make_near(tree.path(), "session", &LIMITS).is_none());
        assert_eq!(fs::read_dir(tree.path().join("session")).unwrap().count(), 1);
        assert!(Group::make_near(tree.path(), "gone", &LIMITS).is_none());
    }

    #[test]
    fn nothing_is_made_above_the_mount() {
        let tree = tree(&[("", "memory pids"), ("mount", "")]);
        let mount = tree.path().join("mount");
        fs::remove_file(mount.join("cgroup.subtree_control")).unwrap();
        assert!(Group::make_near(&mount, "", &LIMITS).is_none());
        assert_eq!(fs::read_dir(tree.path()).unwrap().count(), 2);
    }

    #[test]
    fn groups_of_supervisors_that_are_gone_are_removed() {
        let tree = tree(&[("", "memory pids")]);
        let own = format!("{NAME}{}", std::process::id());
        // No process has this number: it is beyond the largest pid_max.
        for name in ["yoe-sandbox-4194305", &own, "yoe-sandbox-x", "other"] {
            fs::create_dir(tree.path().join(name)).unwrap();
        }
        remove_abandoned(tree.path());
        let left = fs::read_dir(tree.path())
            .unwrap()
            .filter(|entry| entry.as_ref().unwrap().path().is_dir())
            .count();
        assert_eq!(left, 3);
        assert!(!tree.path().join("yoe-sandbox-4194305").exists());
    }
}
