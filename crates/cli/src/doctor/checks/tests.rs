use yoe_sandbox::UnavailableError;
use yoe_store::StoreError;

use super::*;

/// A machine on which all is well.
fn well() -> Facts {
    Facts {
        kernel: "6.12.1-amd64".into(),
        sandbox: Ok(()),
        overlay: Some(true),
        store: "/home/u/.cache/yoe".into(),
        free: Some(100 << 30),
        store_problem: None,
        kvm: Ok(()),
        kvm_group: Some(104),
        qemu: Qemu::Container("qemu".into(), true),
        now: 1_800_000_000,
        passed: (1_700_000_000, "yoe.lock"),
        keys: 2,
        open_keys: Vec::new(),
    }
}

/// What is not good on a machine with this change: state, name, what was found and what mends it.
fn message(change: impl FnOnce(&mut Facts)) -> String {
    let mut facts = well();
    change(&mut facts);
    let checks = checks(&facts);
    let wrong: Vec<&Check> = checks.iter().filter(|check| check.state != State::Good).collect();
    assert_eq!(failed(&checks), wrong.iter().any(|check| check.state == State::Bad));
    let line = |check: &&Check| {
        assert!(check.mend.is_some(), "{check:?}");
        format!(
            "{:?} {}: {}; {}",
            check.state,
            check.name,
            check.found,
            check.mend.clone().unwrap_or_default()
        )
    };
    wrong.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn nothing_is_wrong_where_all_is_well() {
    assert_eq!(message(|_| ()), "");
    assert_eq!(message(|facts| facts.qemu = Qemu::NotRun("box".into())), "");
    assert_eq!(message(|facts| facts.qemu = Qemu::NoProject("there is no PROJECT.star here".into())), "");
}

#[test]
fn each_failure_is_told_with_what_mends_it() {
    let limit = || UnavailableError::Limit { file: "/proc/sys/user/max_user_namespaces".into(), limit: 0 };
    let message = [
        message(|facts| facts.kernel = "5.10.0-30-amd64".into()),
        message(|facts| facts.sandbox = Err(limit())),
        message(|facts| facts.sandbox = Err(UnavailableError::MaskedProc)),
        message(|facts| {
            facts.overlay = Some(false);
            facts.sandbox = Err(UnavailableError::NoOverlay);
        }),
        message(|facts| {
            facts.overlay = None;
            facts.sandbox = Err(UnavailableError::Seccomp);
        }),
        message(|facts| facts.free = Some(1 << 30)),
        message(|facts| facts.free = Some(5 << 30)),
        message(|facts| facts.free = None),
        message(|facts| {
            let (root, found) = (facts.store.clone(), "9".into());
            facts.store_problem = Some(StoreError::UnknownVersion { root, found, expected: "1" });
        }),
        message(|facts| facts.open_keys = vec!["/home/u/.local/share/yoe/keys/sample.pem".into()]),
        message(|facts| facts.now = 1_600_000_000),
        message(|facts| facts.kvm = Err("Permission denied".into())),
        message(|facts| {
            facts.kvm = Err("No such file or directory".into());
            facts.kvm_group = None;
        }),
        message(|facts| facts.qemu = Qemu::Container("qemu".into(), false)),
    ];
    insta::assert_snapshot!("each_failure", message.join("\n"));
}

#[test]
fn a_clock_that_is_a_few_hours_off_is_none_of_our_business() {
    assert_eq!(message(|facts| facts.now = facts.passed.0 - 3600), "");
}

#[test]
fn versions_of_kernels_are_read_as_numbers() {
    for (release, good) in
        [("5.12.0", true), ("5.9.1", false), ("10.0", true), ("6.1-rc3", true), ("?", true)]
    {
        assert_eq!(message(|facts| facts.kernel = release.into()).is_empty(), good, "{release}");
    }
}
