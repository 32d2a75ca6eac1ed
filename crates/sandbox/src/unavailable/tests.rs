//! Every message, from systems made of files.

use super::*;

/// A system on which nothing forbids anything to an ordinary user.
fn system() -> tempfile::TempDir {
    let at = tempfile::tempdir().unwrap();
    for (_, file, limit, _) in NAMESPACES {
        write(&at, &format!("proc/self/ns/{file}"), "");
        write(&at, &format!("proc/sys/user/{limit}"), "63000\n");
    }
    write(&at, "proc/self/status", &status(1000, "0000000000000000", 0));
    write(&at, "proc/self/mountinfo", "21 1 8:1 / / rw shared:1 - ext4 /dev/sda1 rw\n");
    write(&at, "proc/sys/kernel/osrelease", "5.4.0-9-generic\n");
    at
}

fn status(user: u32, rights: &str, seccomp: u32) -> String {
    format!(
        "Name:\tyoe\nUid:\t1000\t{user}\t1000\t1000\nCapEff:\t{rights}\nSeccomp:\t{seccomp}\nSeccomp_filters:\t9\n"
    )
}

fn write(at: &tempfile::TempDir, file: &str, text: &str) {
    let path = at.path().join(file);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn message(at: &tempfile::TempDir, stage: Stage, errno: i32) -> String {
    let failure = Failure { stage, doing: "do it".to_owned(), errno };
    diagnose(&failure, at.path()).to_string()
}

#[test]
fn a_limit_of_zero() {
    let at = system();
    write(&at, "proc/sys/user/max_user_namespaces", "0\n");
    let expected = "/proc/sys/user/max_user_namespaces is 0, which forbids them; as root: sysctl -w \
                    user.max_user_namespaces=10000";
    assert_eq!(message(&at, Stage::Namespaces, libc::ENOSPC), expected);
    // Some systems say it like this.
    assert_eq!(message(&at, Stage::Namespaces, libc::EPERM), expected);
}

#[test]
fn a_limit_that_is_used_up() {
    let at = system();
    write(&at, "proc/sys/user/max_net_namespaces", "12\n");
    assert_eq!(
        message(&at, Stage::Namespaces, libc::ENOSPC),
        "/proc/sys/user/max_net_namespaces is 12 and used up; as root: sysctl -w user.max_net_namespaces=10000"
    );
}

#[test]
fn the_namespace_that_is_made_last() {
    let at = system();
    write(&at, "proc/sys/user/max_cgroup_namespaces", "3\n");
    assert_eq!(
        message(&at, Stage::Surroundings, libc::ENOSPC),
        "/proc/sys/user/max_cgroup_namespaces is 3 and used up; as root: sysctl -w user.max_cgroup_namespaces=10000"
    );
    fs::remove_file(at.path().join("proc/self/ns/cgroup")).unwrap();
    let missing = message(&at, Stage::Surroundings, libc::EINVAL);
    assert_eq!(missing, "the kernel has no cgroup namespaces; it must be built with CONFIG_CGROUPS");
}

#[test]
fn debians_switch() {
    let at = system();
    write(&at, "proc/sys/kernel/unprivileged_userns_clone", "0\n");
    assert_eq!(
        message(&at, Stage::Namespaces, libc::EPERM),
        "/proc/sys/kernel/unprivileged_userns_clone is 0, which forbids user namespaces to all but root; as root: \
         sysctl -w kernel.unprivileged_userns_clone=1"
    );
}

#[test]
fn ubuntus_restriction() {
    let at = system();
    write(&at, "proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1\n");
    let expected = "/proc/sys/kernel/apparmor_restrict_unprivileged_userns is 1: AppArmor lets only programs with a \
                    profile use user namespaces; as root, install a profile for yoe with the rule `userns,` in \
                    /etc/apparmor.d, or: sysctl -w kernel.apparmor_restrict_unprivileged_userns=0";
    // The namespace is made, but its owner has no rights in it.
    for stage in [Stage::Namespaces, Stage::Identity, Stage::Surroundings, Stage::Overlay, Stage::Mount(0)] {
        assert_eq!(message(&at, stage, libc::EPERM), expected, "{stage:?}");
    }
    assert_eq!(message(&at, Stage::Identity, libc::EACCES), expected);
}

#[test]
fn switches_for_ordinary_users_are_not_blamed_for_root() {
    let at = system();
    write(&at, "proc/sys/kernel/unprivileged_userns_clone", "0\n");
    write(&at, "proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1\n");
    write(&at, "proc/self/status", &status(0, "000001ffffffffff", 2));
    assert!(message(&at, Stage::Namespaces, libc::EPERM).contains("seccomp"));
}

#[test]
fn a_container_around_yoe() {
    let at = system();
    write(&at, "proc/self/status", &status(0, "00000000a80425fb", 2));
    let expected = "yoe runs under a seccomp filter that forbids making namespaces or mounts, as in most containers; \
                    run it outside of the container, or allow it there (podman and docker: --security-opt \
                    seccomp=unconfined)";
    assert_eq!(message(&at, Stage::Namespaces, libc::EPERM), expected);
    assert_eq!(message(&at, Stage::Overlay, libc::ENOSYS), expected);
}

#[test]
fn a_container_that_hides_parts_of_proc() {
    let expected = "parts of /proc are hidden, as container runtimes do, and then the kernel allows no new one; run yoe \
                    outside of the container, or unmask it there (podman: --security-opt unmask=ALL, docker: \
                    --security-opt systempaths=unconfined)";
    assert_eq!(message(&system(), Stage::Mount(0), libc::EPERM), expected);
}

#[test]
fn root_without_the_right_to_map_root() {
    let at = system();
    write(&at, "proc/self/status", &status(0, "000000000000003f", 0));
    assert_eq!(
        message(&at, Stage::Identity, libc::EPERM),
        "yoe runs as root without CAP_SETFCAP, and so may not be root in a user namespace; run it with that capability or \
         as an ordinary user"
    );
}

#[test]
fn a_chroot() {
    let at = system();
    write(&at, "proc/self/mountinfo", "30 21 0:5 / /proc rw - proc proc rw\n");
    assert_eq!(
        message(&at, Stage::Namespaces, libc::EPERM),
        "yoe runs in a chroot, where the kernel allows no user namespaces; run it outside, or enter by pivot_root"
    );
}

#[test]
fn a_kernel_without_a_kind_of_namespace() {
    let at = system();
    fs::remove_file(at.path().join("proc/self/ns/user")).unwrap();
    assert_eq!(
        message(&at, Stage::Namespaces, libc::EINVAL),
        "the kernel has no user namespaces; it must be built with CONFIG_USER_NS"
    );
    write(&at, "proc/self/ns/user", "");
    fs::remove_file(at.path().join("proc/self/ns/net")).unwrap();
    assert_eq!(
        message(&at, Stage::Namespaces, libc::EINVAL),
        "the kernel has no network namespaces; it must be built with CONFIG_NET_NS"
    );
}

#[test]
fn a_kernel_without_overlays() {
    assert_eq!(
        message(&system(), Stage::Overlay, libc::ENODEV),
        "the kernel has no overlayfs (CONFIG_OVERLAY_FS); if it is a module, as root: modprobe overlay"
    );
}

#[test]
fn an_old_kernel() {
    let expected = "Linux 5.4.0-9-generic is too old for sandboxes, which mount overlayfs in user namespaces; 5.12 or \
                    later is needed";
    assert_eq!(message(&system(), Stage::Overlay, libc::EPERM), expected);
    assert_eq!(message(&system(), Stage::Request, libc::ENOSYS), expected);
}

#[test]
fn nothing_that_is_known() {
    let at = tempfile::tempdir().unwrap();
    for (stage, errno) in
        [(Stage::Namespaces, libc::EPERM), (Stage::Namespaces, libc::EINVAL), (Stage::Root, libc::EIO)]
    {
        let text = message(&at, stage, errno);
        assert!(text.starts_with("cannot do it: "), "{text}");
        assert!(text.ends_with("; a security module or a container around yoe may forbid it"), "{text}");
    }
}
