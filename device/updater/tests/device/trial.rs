//! What becomes of a version after it was started.

use std::fs;

use crate::fixture::{Built, Device};
use crate::shop::{Offer, Shop};

/// A device whose new version was started once.
fn on_trial() -> Device {
    let device = Device::new(&Built::version("1.0"));
    let mut shop = Shop::new();
    shop.trusted_by(&device);
    let new = Built::version("1.1");
    shop.publish(&device.path("server"), &new, &Offer::default());
    device.json(&["install", &device.path("server").display().to_string()], 0);
    fs::rename(device.entry("box_1.1+3.efi"), device.entry("box_1.1+2-1.efi")).unwrap();
    device.runs(&new);
    device.counted("box_1.1+2-1.efi");
    device
}

const GOOD: [&str; 2] = ["box_1.0.efi", "box_1.1,good+8.efi"];
const TRIAL: [&str; 2] = ["box_1.0.efi", "box_1.1+2-1.efi"];

/// A configuration with this check, and no time to lose.
fn check(device: &Device, command: &str) {
    device.configure(&format!(
        "\"settle\": 0, \"deadline\": 0, \"checks\": [{{\"kind\": \"command\", \"name\": \"engine\", \"command\": [\"sh\", \"-c\", {command:?}]}}],"
    ));
}

#[test]
fn status_tells_version_slot_and_tries() {
    let device = on_trial();
    let status = device.json(&["status"], 0);
    assert_eq!(status["running"]["version"], "1.1");
    assert_eq!(status["running"]["slot"], "b");
    assert_eq!(status["running"]["state"], "trial");
    assert_eq!((&status["running"]["tries_left"], &status["running"]["tries_used"]), (&2.into(), &1.into()));
    assert_eq!((&status["other"]["version"], &status["other"]["state"]), (&"1.0".into(), &"good".into()));
    let message = String::from_utf8(device.updater(&["status"]).stdout).unwrap();
    insta::assert_snapshot!(message);
}

#[test]
fn mark_good_takes_it_off_trial() {
    let device = on_trial();
    assert_eq!(device.json(&["mark-good"], 0)["changed"], true);
    assert_eq!(device.entries(), GOOD);
    assert_eq!(device.json(&["mark-good"], 0)["changed"], false);
}

#[test]
fn mark_good_auto_asks_the_checks() {
    let device = on_trial();
    check(&device, "echo not yet; exit 1");
    let output = device.json(&["mark-good", "--auto"], 31);
    assert!(output["message"].as_str().unwrap().contains("engine: not yet"), "{output}");
    assert_eq!(device.entries(), TRIAL);
    check(&device, "true");
    device.json(&["mark-good", "--auto"], 0);
    assert_eq!(device.entries(), GOOD);
}

#[test]
fn a_watched_version_becomes_good() {
    let device = on_trial();
    check(&device, "true");
    assert_eq!(device.json(&["watch"], 0)["result"], "good");
    assert_eq!(device.entries(), GOOD);
    assert!(!device.path("restarted").exists());
}

#[test]
fn a_version_that_fails_its_checks_restarts_the_device_and_the_reason_is_kept() {
    let device = on_trial();
    check(&device, "echo no answer; exit 1");
    device.json(&["watch"], 31);
    assert!(device.path("restarted").exists());
    // A try, not a verdict: the boot manager counts.
    assert_eq!(device.entries(), TRIAL);
    // The older version came back; the data partition did not.
    fs::rename(device.entry("box_1.1+2-1.efi"), device.entry("box_1.1+0-3.efi")).unwrap();
    device.runs(&Built::version("1.0"));
    fs::remove_dir_all(device.path("state")).unwrap();
    let status = device.json(&["status"], 0);
    assert_eq!(status["running"]["version"], "1.0");
    assert_eq!((&status["other"]["version"], &status["other"]["state"]), (&"1.1".into(), &"failed".into()));
    assert_eq!(status["last_failure"]["version"], "1.1");
    assert_eq!(status["last_failure"]["checks"][0], "engine: no answer");
}

#[test]
fn a_version_that_failed_without_a_word_is_told_too() {
    let device = on_trial();
    fs::rename(device.entry("box_1.1+2-1.efi"), device.entry("box_1.1+0-3.efi")).unwrap();
    device.runs(&Built::version("1.0"));
    let message = String::from_utf8(device.updater(&["status"]).stdout).unwrap();
    assert!(
        message.contains("last failure: version 1.1 in slot b was given up\n  start: its tries are used up"),
        "{message}"
    );
    let status = device.json(&["status"], 0);
    assert_eq!(
        (&status["last_failure"]["version"], &status["last_failure"]["slot"]),
        (&"1.1".into(), &"b".into())
    );
    // And can be tried once more, when somebody asks for it.
    device.json(&["install", &device.path("server").display().to_string()], 0);
    assert_eq!(device.entries(), ["box_1.0.efi", "box_1.1+3.efi"]);
}

#[test]
fn what_was_said_of_a_version_is_forgotten_when_it_is_installed_anew() {
    let device = on_trial();
    check(&device, "echo no answer; exit 1");
    device.json(&["watch"], 31);
    fs::rename(device.entry("box_1.1+2-1.efi"), device.entry("box_1.1+0-3.efi")).unwrap();
    device.runs(&Built::version("1.0"));
    let failure = &device.json(&["status"], 0)["last_failure"];
    assert_eq!((&failure["slot"], &failure["checks"][0]), (&"b".into(), &"engine: no answer".into()));
    device.json(&["install", &device.path("server").display().to_string()], 0);
    assert!(device.json(&["status"], 0)["last_failure"].is_null());
    // This time it does not start.
    fs::rename(device.entry("box_1.1+3.efi"), device.entry("box_1.1+0-3.efi")).unwrap();
    let failure = &device.json(&["status"], 0)["last_failure"];
    assert!(failure["checks"][0].as_str().unwrap().starts_with("start: "), "{failure}");
}

#[test]
fn a_boot_that_nobody_counts_is_not_watched() {
    let device = Device::new(&Built::version("1.0"));
    check(&device, "false");
    assert_eq!(device.json(&["watch"], 0)["result"], "not-on-trial");
    assert!(!device.path("restarted").exists());
}

#[test]
fn a_rollback_is_one_name() {
    let device = on_trial();
    device.json(&["mark-good"], 0);
    assert_eq!(device.json(&["rollback"], 0)["changed"], true);
    assert_eq!(device.entries(), ["box_1.0.efi", "box_1.1+0-1.efi"]);
    assert_eq!(device.json(&["rollback"], 0)["changed"], false);
    device.runs(&Built::version("1.0"));
    let failure = &device.json(&["status"], 0)["last_failure"];
    assert_eq!(
        (&failure["version"], &failure["checks"][0]),
        (&"1.1".into(), &"rollback: somebody asked for it".into())
    );
    let fresh = Device::new(&Built::version("1.0"));
    assert_eq!(fresh.json(&["rollback"], 23)["kind"], "nothing-to-return-to");
}
