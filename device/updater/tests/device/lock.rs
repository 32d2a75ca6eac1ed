//! Several updaters at once.

use std::fs;
use std::process::Stdio;
use std::time::{Duration, Instant};

use yoe_disk::partition::Slot;

use crate::fixture::{Built, Device};
use crate::hostile::{Hostile, Twist};
use crate::servers::Setting;
use crate::shop::{Offer, Shop};

/// Waits until this server was asked for this path.
fn asked(server: &Hostile, path: &str) {
    let start = Instant::now();
    while server.requests(path) == 0 {
        assert!(start.elapsed() < Duration::from_secs(60), "nobody asks for {path}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn who_waits_for_a_network_keeps_nobody_out() {
    let setting = Setting::get();
    let device = setting.device.twin();
    let silent = vec![("timestamp.json", vec![vec![Twist::Stall(0)]])];
    let server = Hostile::start(&setting.device.path("server"), silent);
    let mut child = device.command(&["install", &server.url]).stderr(Stdio::null()).spawn().unwrap();
    asked(&server, "timestamp.json");
    let start = Instant::now();
    assert_eq!(device.json(&["rollback"], 0)["changed"], true);
    assert!(start.elapsed() < Duration::from_secs(8), "{:?}", start.elapsed());
    assert!(child.try_wait().unwrap().is_none(), "it still waits");
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn several_updaters_install_one_update() {
    let setting = Setting::get();
    let device = setting.device.twin();
    let server = Hostile::start(&setting.device.path("server"), Vec::new());
    let start =
        |_| device.command(&["--json", "install", &server.url]).stdout(Stdio::piped()).spawn().unwrap();
    let children: Vec<_> = (0..3).map(start).collect();
    let codes: Vec<_> =
        children.into_iter().map(|child| child.wait_with_output().unwrap().status.code().unwrap()).collect();
    assert!(codes.contains(&0) && codes.iter().all(|code| [0, 4].contains(code)), "{codes:?}");
    setting.is_installed(&device);
}

#[test]
fn what_another_updater_learned_meanwhile_holds() {
    let mut setting = Setting::new(8);
    let device = &setting.device;
    let server = Hostile::start(&device.path("server"), Vec::new());
    let held = fs::File::create(device.path("run/lock")).unwrap();
    held.lock().unwrap();
    let child = device.command(&["--json", "install", &server.url]).stdout(Stdio::piped()).spawn().unwrap();
    asked(&server, ".index");
    // Now the other one is done: it saw something else, and something newer is there.
    let newest = Built::version("1.2");
    setting.shop.publish(&setting.device.path("server"), &newest, &Offer::default());
    let memory = setting.device.path("state/updater/memory.json");
    let mut known: serde_json::Value = serde_json::from_slice(&fs::read(&memory).unwrap()).unwrap();
    known["seen"]["targets"] = (known["seen"]["targets"].as_u64().unwrap() - 1).into();
    fs::write(&memory, known.to_string()).unwrap();
    drop(held);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(setting.device.holds(Slot::A, &newest));
}

/// A device with a version on trial whose checks pass.
fn on_trial(deadline: u64) -> Device {
    let device = Device::new(&Built::version("1.0"));
    let mut shop = Shop::new();
    shop.trusted_by(&device);
    let new = Built::version("1.1");
    shop.publish(&device.path("server"), &new, &Offer::default());
    device.json(&["install", &device.path("server").display().to_string()], 0);
    fs::rename(device.entry("box_1.1+3.efi"), device.entry("box_1.1+2-1.efi")).unwrap();
    device.runs(&new);
    device.counted("box_1.1+2-1.efi");
    device.configure(&format!("\"settle\": 0, \"deadline\": {deadline}, \"interval\": 1,"));
    device
}

#[test]
fn a_version_is_found_good_when_who_is_at_work_is_done() {
    let device = on_trial(60);
    let held = fs::File::create(device.path("run/lock")).unwrap();
    held.lock().unwrap();
    let watch = device.command(&["--json", "watch"]).stdout(Stdio::piped()).spawn().unwrap();
    // Longer than any command waits for another one.
    std::thread::sleep(Duration::from_secs(12));
    drop(held);
    let output = watch.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(device.entries(), ["box_1.0.efi", "box_1.1,good+8.efi"]);
}

#[test]
fn a_version_whose_updater_is_kept_out_for_ever_is_restarted() {
    let device = on_trial(0);
    let held = fs::File::create(device.path("run/lock")).unwrap();
    held.lock().unwrap();
    let printed = device.json(&["watch"], 31);
    assert!(printed["message"].as_str().unwrap().contains("another updater is running"), "{printed}");
    assert!(device.path("restarted").exists());
    assert_eq!(device.entries(), ["box_1.0.efi", "box_1.1+2-1.efi"]);
}
