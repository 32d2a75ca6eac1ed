//! A version that fails its checks while something else fails as well: it is restarted all the same.

use std::fs;
use std::time::{Duration, Instant};

use rustix::fs::{CWD, Mode, mkfifoat};

use crate::fixture::{Built, Device};

/// A device whose version is on trial and fails.
fn failing() -> Device {
    let device = Device::new(&Built::version("1.0"));
    fs::rename(device.entry("box_1.0.efi"), device.entry("box_1.0+2-1.efi")).unwrap();
    device.counted("box_1.0+2-1.efi");
    device.configure(
        "\"settle\": 0, \"deadline\": 0, \"interval\": 0, \"checks\": [{\"kind\": \"command\", \"name\": \"engine\", \"command\": \
         [\"false\"]}],",
    );
    device
}

fn restarted(device: &Device) -> serde_json::Value {
    let output = device.json(&["watch"], 31);
    assert!(device.path("restarted").exists());
    output
}

#[test]
fn without_its_esp_a_failed_version_is_restarted() {
    let device = failing();
    fs::remove_dir_all(device.path("efi")).unwrap();
    restarted(&device);
    let failure = fs::read_to_string(device.path("state/updater/failure.json")).unwrap();
    assert!(failure.contains("\"version\": \"1.0\"") && failure.contains("engine"), "{failure}");
}

#[test]
fn without_any_of_its_files_a_failed_version_is_restarted() {
    for lost in ["disk", "cmdline", "os-release"] {
        let device = failing();
        fs::remove_file(device.path(lost)).unwrap();
        restarted(&device);
        assert!(device.path("state/updater/failure.json").exists(), "{lost}");
    }
    // Nowhere to say why.
    let device = failing();
    fs::remove_dir_all(device.path("efi")).unwrap();
    fs::remove_dir_all(device.path("state")).unwrap();
    fs::write(device.path("state"), "no directory").unwrap();
    device.json(&["watch"], 3);
    assert!(device.path("restarted").exists());
}

#[test]
fn while_another_updater_is_at_work_a_failed_version_is_restarted() {
    let device = failing();
    let held = fs::File::create(device.path("run/lock")).unwrap();
    held.lock().unwrap();
    restarted(&device);
}

/// A disk that does not answer any more; here, a file that nobody writes to.
#[test]
fn a_disk_that_never_answers_does_not_keep_a_failed_version_from_its_restart() {
    let device = failing();
    fs::remove_file(device.path("cmdline")).unwrap();
    mkfifoat(CWD, device.path("cmdline"), Mode::from(0o600)).unwrap();
    let start = Instant::now();
    restarted(&device);
    assert!(start.elapsed() < Duration::from_secs(60), "{:?}", start.elapsed());
}

/// What passes its checks waits for whoever is at work, and is good then.
#[test]
fn a_version_that_passes_waits_for_another_updater() {
    let device = failing();
    device.configure("\"settle\": 0, \"deadline\": 60, \"interval\": 0,");
    let held = fs::File::create(device.path("run/lock")).unwrap();
    held.lock().unwrap();
    let child = device.command(&["watch"]).stdout(std::process::Stdio::null()).spawn().unwrap();
    // Longer than the ten seconds for which a lock is waited for.
    std::thread::sleep(Duration::from_secs(11));
    assert_eq!(device.entries(), ["box_1.0+2-1.efi"]);
    drop(held);
    assert!(child.wait_with_output().unwrap().status.success());
    assert_eq!(device.entries(), ["box_1.0.efi"]);
}
