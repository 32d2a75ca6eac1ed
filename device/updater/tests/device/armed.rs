//! What becomes of a version that was found good, while an older one is there to fall back to.

use std::fs;
use std::os::unix::fs::FileExt as _;

use yoe_disk::partition::Slot;

use crate::fixture::{Built, Device};
use crate::shop::{Offer, Shop};

/// A device that runs version 1.1 as a good one, next to version 1.0; it is offered 1.2 in `server`, and 1.1 in `again`.
fn armed() -> (Device, Built) {
    let device = Device::new(&Built::version("1.0"));
    let (mut shop, new) = (Shop::new(), Built::version("1.1"));
    shop.trusted_by(&device);
    shop.publish(&device.path("again"), &new, &Offer::default());
    install(&device, "again");
    device.runs(&new);
    start(&device, "box_1.1+3.efi", "box_1.1+2-1.efi");
    device.json(&["mark-good"], 0);
    assert_eq!(device.entries(), ["box_1.0.efi", "box_1.1,good+8.efi"]);
    shop.publish(&device.path("server"), &Built::version("1.2"), &Offer::default());
    (device, new)
}

fn install(device: &Device, from: &str) -> String {
    let output = device.updater(&["install", &device.path(from).display().to_string()]);
    let printed = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{printed}");
    printed
}

/// The status for people.
fn message(device: &Device) -> String {
    String::from_utf8(device.updater(&["status"]).stdout).unwrap()
}

/// The boot manager counts a start.
fn start(device: &Device, from: &str, to: &str) {
    fs::rename(device.entry(from), device.entry(to)).unwrap();
    device.counted(to);
}

/// Version 1.1 used up its tries, and version 1.0 runs again.
fn fall_back(device: &Device, from: &str) {
    fs::rename(device.entry(from), device.entry("box_1.1,good+0-8.efi")).unwrap();
    fs::remove_file(device.path("efivars").join(yoe_disk::loader::BOOT_COUNT_PATH)).unwrap();
    device.runs(&Built::version("1.0"));
}

fn check(device: &Device, command: &str, more: &str) {
    device.configure(&format!(
        "{more} \"settle\": 0, \"deadline\": 0, \"checks\": [{{\"kind\": \"command\", \"name\": \"engine\", \"command\": [{command:?}]}}],"
    ));
}

fn flip(device: &Device, slot: Slot, at: u64) {
    let disk = fs::File::options().read(true).write(true).open(device.path("disk")).unwrap();
    let (mut byte, at) = ([0], device.partition(slot).start + at);
    disk.read_exact_at(&mut byte, at).unwrap();
    disk.write_all_at(&[byte[0] ^ 0x10], at).unwrap();
}

#[test]
fn status_tells_that_a_good_version_is_counted() {
    let (device, _) = armed();
    start(&device, "box_1.1,good+8.efi", "box_1.1,good+7-1.efi");
    let running = &device.json(&["status"], 0)["running"];
    assert_eq!((&running["version"], &running["state"]), (&"1.1".into(), &"good".into()));
    assert_eq!((&running["tries_left"], &running["tries_used"]), (&7.into(), &1.into()));
    insta::assert_snapshot!(message(&device));
}

#[test]
fn a_start_that_comes_far_enough_gives_it_all_tries_again() {
    for command in ["true", "false"] {
        let (device, _) = armed();
        for used in ["box_1.1,good+7-1.efi", "box_1.1,good+0-8.efi"] {
            start(&device, "box_1.1,good+8.efi", used);
            check(&device, command, "");
            assert_eq!(device.json(&["watch"], 0)["result"], "not-on-trial");
            assert_eq!(device.entries(), ["box_1.0.efi", "box_1.1,good+8.efi"], "{command}");
        }
        assert!(!device.path("restarted").exists(), "a good version is not restarted for its checks");
        assert!(device.json(&["status"], 0)["last_failure"].is_null());
    }
}

#[test]
fn the_number_of_its_tries_is_a_matter_of_configuration() {
    let (device, _) = armed();
    for (tries, expected) in [(2, "box_1.1,good+2.efi"), (0, "box_1.1.efi"), (9, "box_1.1,good+9.efi")] {
        check(&device, "true", &format!("\"good_tries\": {tries},"));
        device.json(&["watch"], 0);
        assert_eq!(device.entries(), ["box_1.0.efi", expected]);
    }
}

#[test]
fn an_installation_disarms_what_runs_before_it_takes_the_older_version() {
    let (device, new) = armed();
    let printed = install(&device, "server");
    let at = |line: &str| printed.find(line).unwrap_or_else(|| panic!("{line:?} is not in {printed}"));
    let disarmed = at("renaming box_1.1,good+8.efi to box_1.1.efi");
    assert!(disarmed < at("removing box_1.0.efi") && disarmed < at("writing root-a"), "{printed}");
    assert_eq!(device.entries(), ["box_1.1.efi", "box_1.2+3.efi"]);
    assert!(device.holds(Slot::B, &new) && device.holds(Slot::A, &Built::version("1.2")));
    // There is no other that could be fallen back to.
    device.json(&["watch"], 0);
    assert_eq!(device.entries(), ["box_1.1.efi", "box_1.2+3.efi"]);
}

#[test]
fn one_that_used_up_its_tries_is_told_from_one_that_failed() {
    let (device, _) = armed();
    // What was said of a try before it was found good is another matter.
    let old = "{\"version\": \"1.1\", \"slot\": \"b\", \"checks\": [\"engine: no answer\"], \"time\": 5}";
    fs::create_dir_all(device.path("state/updater")).unwrap();
    fs::write(device.path("state/updater/failure.json"), old).unwrap();
    fall_back(&device, "box_1.1,good+8.efi");
    let status = device.json(&["status"], 0);
    assert_eq!((&status["running"]["version"], &status["running"]["state"]), (&"1.0".into(), &"good".into()));
    assert!(status["running"]["tries_left"].is_null(), "{status}");
    assert_eq!((&status["other"]["version"], &status["other"]["state"]), (&"1.1".into(), &"used-up".into()));
    assert_eq!((&status["other"]["tries_left"], &status["other"]["tries_used"]), (&0.into(), &8.into()));
    assert_eq!(status["last_failure"]["version"], "1.1");
    insta::assert_snapshot!(message(&device));
    device.json(&["watch"], 0);
    assert_eq!(device.entries(), ["box_1.0.efi", "box_1.1,good+0-8.efi"], "the only one left is not counted");
}

#[test]
fn the_same_version_can_be_installed_again_and_is_mended() {
    let (device, new) = armed();
    fall_back(&device, "box_1.1,good+8.efi");
    flip(&device, Slot::B, 1090);
    assert!(!device.holds(Slot::B, &new));
    install(&device, "again");
    assert!(device.holds(Slot::B, &new));
    assert_eq!(device.entries(), ["box_1.0.efi", "box_1.1+3.efi"]);
    assert_eq!(fs::read(device.entry("box_1.1+3.efi")).unwrap(), new.kernel);
    assert!(device.json(&["status"], 0)["last_failure"].is_null());
}

#[test]
fn what_is_left_of_its_kernel_goes_with_the_next_installation() {
    let (device, new) = armed();
    fall_back(&device, "box_1.1,good+8.efi");
    let entry = device.entry("box_1.1,good+0-8.efi");
    fs::write(&entry, [b"X", &new.kernel[1..]].concat()).unwrap();
    let others = ["rescue.efi", "boxed_1.0.efi"];
    for file in others {
        fs::write(device.entry(file), "of somebody else").unwrap();
    }
    install(&device, "again");
    for file in others {
        fs::remove_file(device.entry(file)).unwrap();
    }
    assert_eq!(device.entries(), ["box_1.0.efi", "box_1.1+3.efi"]);
}

#[test]
fn a_rollback_leaves_it_for_good() {
    for used in ["box_1.1,good+7-1.efi", "box_1.1,good+0-8.efi"] {
        let (device, _) = armed();
        start(&device, "box_1.1,good+8.efi", used);
        assert_eq!(device.json(&["rollback"], 0)["changed"], true);
        assert_eq!(device.entries(), ["box_1.0.efi", "box_1.1+0-1.efi"]);
        // The service may still be at work.
        device.json(&["watch"], 0);
        assert_eq!(device.entries(), ["box_1.0.efi", "box_1.1+0-1.efi"]);
        device.runs(&Built::version("1.0"));
        let status = device.json(&["status"], 0);
        assert_eq!(status["other"]["state"], "failed");
        assert_eq!(status["last_failure"]["checks"][0], "rollback: somebody asked for it");
        install(&device, "again");
        assert_eq!(device.entries(), ["box_1.0.efi", "box_1.1+3.efi"]);
    }
}

#[test]
fn two_names_of_one_start_are_told_apart() {
    let (device, _) = armed();
    // A power cut in the boot manager's rename; FAT keeps both names.
    fs::copy(device.entry("box_1.1,good+8.efi"), device.entry("box_1.1,good+7-1.efi")).unwrap();
    device.json(&["watch"], 0);
    assert_eq!(device.entries(), ["box_1.0.efi", "box_1.1,good+7-2.efi", "box_1.1,good+8.efi"]);
    device.json(&["rollback"], 0);
    assert_eq!(device.entries(), ["box_1.0.efi", "box_1.1+0-1.efi", "box_1.1+0-2.efi"]);
}
