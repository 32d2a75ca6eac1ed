//! Judging what was seen.

use super::facts::{Facts, Qemu};
use super::{Check, State};
use crate::ui;

/// The oldest kernel that mounts overlayfs in user namespaces.
const KERNEL: (u32, u32) = (5, 12);
/// Below this a build of an image fails for want of room.
const LITTLE: u64 = 2 << 30;
/// What the store of a project with a dozen images was seen to take.
const ENOUGH: u64 = 20 << 30;

/// Judges every fact.
pub fn checks(facts: &Facts) -> Vec<Check> {
    vec![
        kernel(facts),
        sandbox(facts),
        overlay(facts),
        room(facts),
        store(facts),
        keys(facts),
        clock(facts),
        kvm(facts),
        qemu(facts),
    ]
}

fn kernel(facts: &Facts) -> Check {
    let release = &facts.kernel;
    let mut numbers = release.split(['.', '-']).map_while(|part| part.parse::<u32>().ok());
    match (numbers.next(), numbers.next()) {
        (Some(major), Some(minor)) if (major, minor) < KERNEL => Check::bad(
            "kernel",
            format!("Linux {release} is too old: sandboxes need 5.12 or later"),
            "install a newer kernel, such as that of the distribution's current release, and restart",
        ),
        _ => Check::good("kernel", format!("Linux {release}")),
    }
}

fn sandbox(facts: &Facts) -> Check {
    match &facts.sandbox {
        Ok(()) => Check::good("sandbox", "user namespaces, mounts and a network of its own work"),
        Err(why) => {
            // The text ends with what to do, after the last semicolon, where something can be done.
            let text = why.to_string();
            let (found, mend) = match text.rsplit_once("; ") {
                Some((found, mend)) => (found.to_owned(), mend.to_owned()),
                None => (text, "run `yoe build` for the whole error".to_owned()),
            };
            Check::bad("sandbox", found, mend)
        }
    }
}

fn overlay(facts: &Facts) -> Check {
    match (facts.overlay, &facts.sandbox) {
        (Some(true), _) => Check::good("overlayfs", "the kernel has it"),
        // A module that is loaded when it is first needed is not listed before.
        (_, Ok(())) => Check::good("overlayfs", "works"),
        (Some(false), Err(_)) => Check::bad(
            "overlayfs",
            "the kernel does not list it in /proc/filesystems",
            "sudo modprobe overlay; a kernel without the module needs CONFIG_OVERLAY_FS",
        ),
        (None, Err(_)) => Check::bad(
            "overlayfs",
            "/proc/filesystems cannot be read",
            "mount -t proc proc /proc, or run yoe outside of the container",
        ),
    }
}

fn room(facts: &Facts) -> Check {
    let store = facts.store.display();
    let Some(free) = facts.free else {
        let mend = "set XDG_CACHE_HOME to a directory on a disk that says how much is free";
        return Check::less("room", format!("how much is free at {store} is not known"), mend);
    };
    let found = format!("{} are free at {store}", ui::bytes(free));
    let mend = "`yoe store gc --days 7` and `yoe clean` free some; XDG_CACHE_HOME can name a larger disk";
    match free {
        0..LITTLE => Check::bad("room", found, mend),
        LITTLE..ENOUGH => Check::less(
            "room",
            format!("{found}; the store of a project with a dozen images takes about 20G"),
            mend,
        ),
        _ => Check::good("room", found),
    }
}

fn store(facts: &Facts) -> Check {
    let directory = facts.store.display();
    match &facts.store_problem {
        None => Check::good("store", format!("{directory}")),
        Some(error) => Check::bad(
            "store",
            error.to_string(),
            format!("mv {directory} {directory}.old; the next build makes a new store"),
        ),
    }
}

fn keys(facts: &Facts) -> Check {
    if facts.open_keys.is_empty() {
        let found = match facts.keys {
            0 => "there are none yet".to_owned(),
            count => format!("{count} files, and no private key that others may read"),
        };
        return Check::good("keys", found);
    }
    let files: Vec<String> = facts.open_keys.iter().map(|path| path.display().to_string()).collect();
    let found = format!("others may read the private key {}", files.join(", "));
    Check::bad("keys", found, format!("chmod 600 {}", files.join(" ")))
}

fn clock(facts: &Facts) -> Check {
    const DAY: u64 = 24 * 60 * 60;
    let (passed, by) = facts.passed;
    // Indexes are dated by other machines' clocks.
    if facts.now + DAY < passed {
        let behind = (passed - facts.now) / DAY;
        return Check::bad(
            "clock",
            format!(
                "it is {behind} days before the date of {by}: certificates and signatures seem to be of the future"
            ),
            "sudo timedatectl set-ntp true",
        );
    }
    Check::good("clock", format!("after the date of {by}"))
}

fn kvm(facts: &Facts) -> Check {
    let why = match (&facts.kvm, facts.kvm_group) {
        (Ok(()), _) => return Check::good("KVM", "/dev/kvm can be opened"),
        (Err(why), Some(group)) => {
            let mend = format!("sudo usermod -aG {group} $USER, then log in again");
            return Check::less(
                "KVM",
                format!("/dev/kvm cannot be opened ({why}): devices are emulated"),
                mend,
            );
        }
        (Err(why), None) => why,
    };
    let found = format!("there is no /dev/kvm ({why}): devices are emulated, which is several times slower");
    Check::less(
        "KVM",
        found,
        "enable virtualization in the firmware, or sudo modprobe kvm_intel (or kvm_amd)",
    )
}

fn qemu(facts: &Facts) -> Check {
    match &facts.qemu {
        Qemu::Container(name, true) => Check::good("QEMU", format!("in the container {name:?}")),
        Qemu::Container(name, false) => Check::less(
            "QEMU",
            format!("its container {name:?} is not in the store yet; the first `yoe run` fetches it"),
            format!("yoe build {name}"),
        ),
        Qemu::NotRun(machine) => Check::good("QEMU", format!("machine {machine:?} is not run on this host")),
        Qemu::NoProject(why) => Check::good("QEMU", format!("not checked: {why}")),
    }
}

/// Whether something will fail.
pub fn failed(checks: &[Check]) -> bool {
    checks.iter().any(|check| check.state == State::Bad)
}

#[cfg(test)]
mod tests;
