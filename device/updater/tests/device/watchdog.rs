//! What a watchdog device is given. A file stands for it: it keeps every byte in order.

use std::fs;
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use crate::fixture::{Built, Device};

/// A device on trial with these settings, and its watchdog.
fn watched(more: &str, checks: &[&str]) -> (Device, PathBuf) {
    let device = Device::new(&Built::version("1.0"));
    fs::rename(device.entry("box_1.0.efi"), device.entry("box_1.0+2-1.efi")).unwrap();
    device.counted("box_1.0+2-1.efi");
    let watchdog = device.path("watchdog");
    fs::write(&watchdog, "").unwrap();
    let check = |command: &&str| {
        format!(
            "{{\"kind\": \"command\", \"name\": \"check\", \"command\": [\"sh\", \"-c\", {command:?}], \"timeout\": 60}}"
        )
    };
    let checks: Vec<String> = checks.iter().map(check).collect();
    let checks = checks.join(", ");
    device.configure(&format!("\"watchdog\": {watchdog:?}, \"interval\": 0, {more} \"checks\": [{checks}],"));
    (device, watchdog)
}

fn given(watchdog: &PathBuf) -> String {
    fs::read_to_string(watchdog).unwrap()
}

/// Ends with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Waits for what another program does; fails when it does not.
fn until(what: &str, is_so: impl Fn() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < Duration::from_secs(120), "{what} does not come");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn it_is_fed_before_each_check_and_disarmed_by_a_good_version() {
    let (device, watchdog) = watched("\"settle\": 0, \"deadline\": 60,", &["true", "true", "true"]);
    device.json(&["watch"], 0);
    assert_eq!(given(&watchdog), "...V");
}

#[test]
fn it_stays_armed_for_the_restart_of_a_version_that_is_given_up() {
    let (device, watchdog) = watched("\"settle\": 0, \"deadline\": 0,", &["false", "true"]);
    device.json(&["watch"], 31);
    assert!(device.path("restarted").exists());
    assert_eq!(given(&watchdog), "..", "no V: a restart that hangs is ended too");
}

#[test]
fn a_check_that_hangs_is_not_fed() {
    let (device, watchdog) =
        watched("\"settle\": 600, \"deadline\": 600,", &["true", "[ ! -e hang ] || exec sleep 1000"]);
    let child = device
        .command(&["watch"])
        .current_dir(device.path("run"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let child = Running(child.unwrap());
    until("a watchdog that is fed again and again", || given(&watchdog).len() > 10);
    fs::write(device.path("run/hang"), "").unwrap();
    let sleeps = || {
        let children = format!("/proc/{0}/task/{0}/children", child.0.id());
        let children = fs::read_to_string(children).unwrap_or_default();
        let mut names = children.split_whitespace().map(|id| fs::read_to_string(format!("/proc/{id}/comm")));
        names.any(|name| name.is_ok_and(|name| name == "sleep\n"))
    };
    until("the check that hangs", sleeps);
    let before = given(&watchdog);
    // Checks that do not hang took far less for a round.
    std::thread::sleep(Duration::from_secs(1));
    assert_eq!(given(&watchdog), before);
    assert!(!before.contains('V'));
}

#[test]
fn one_that_the_init_holds_is_left_to_it() {
    let (device, watchdog) = watched("\"settle\": 0, \"deadline\": 60,", &["true"]);
    // Whoever may not open it is told so by the kernel; here there is none at all.
    fs::remove_file(&watchdog).unwrap();
    fs::create_dir(&watchdog).unwrap();
    assert_eq!(device.json(&["watch"], 0)["result"], "good");
    assert_eq!(device.entries(), ["box_1.0.efi"]);
}
