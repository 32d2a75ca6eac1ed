//! What is refused: each with its own exit code, and nothing changed.

use std::fs;
use std::path::Path;

use yoe_bundle::{Time, path};
use yoe_disk::partition::Slot;

use crate::fixture::{Built, Device, EPOCH, MACHINE, noise};
use crate::shop::{Offer, Shop, bundle};

/// A device that runs version 1.5, and a shop that it trusts.
fn setting() -> (Device, Shop) {
    let device = Device::new(&Built::version("1.5"));
    let shop = Shop::new();
    shop.trusted_by(&device);
    (device, shop)
}

/// AdmitError with this code and message, and nothing changed.
fn refused(device: &Device, from: &Path, code: i32, kind: &str, message: &str) {
    let before = device.digest();
    let output = device.json(&["install", &from.display().to_string()], code);
    assert_eq!(output["kind"], kind, "{output}");
    assert!(output["message"].as_str().unwrap().contains(message), "{output}");
    assert_eq!(device.digest(), before, "something was written");
}

/// The file below a directory whose name ends so.
fn find(directory: &Path, end: &str) -> std::path::PathBuf {
    let mut found = Vec::new();
    let mut directories = vec![directory.to_owned()];
    while let Some(next) = directories.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                directories.push(path);
            } else if path.display().to_string().ends_with(end) {
                found.push(path);
            }
        }
    }
    assert_eq!(found.len(), 1, "{found:?}");
    found.remove(0)
}

fn flip(file: &Path, at: usize) {
    let mut bytes = fs::read(file).unwrap();
    bytes[at] ^= 1;
    fs::write(file, bytes).unwrap();
}

#[test]
fn another_machine() {
    let (device, mut shop) = setting();
    let offer = Offer { machine: "rpi4", machines: vec!["rpi4".to_owned()], ..Offer::default() };
    shop.publish(&device.path("server"), &Built::version("1.6"), &offer);
    refused(
        &device,
        &device.path("server"),
        10,
        "wrong-machine",
        "for \"rpi4\"; this machine is \"qemu-x86_64\"",
    );
    // Under our name, but made for another one.
    let offer = Offer { machine: MACHINE, ..offer };
    shop.publish(&device.path("server"), &Built::version("1.7"), &offer);
    refused(&device, &device.path("server"), 10, "wrong-machine", "rpi4");
}

#[test]
fn another_image() {
    let (device, mut shop) = setting();
    shop.publish(
        &device.path("server"),
        &Built::version("1.6"),
        &Offer { image: "other", ..Offer::default() },
    );
    refused(&device, &device.path("server"), 11, "wrong-image", "of \"other\"; this device runs \"box\"");
}

#[test]
fn an_older_version() {
    let (device, mut shop) = setting();
    shop.publish(&device.path("server"), &Built::version("1.4"), &Offer::default());
    refused(&device, &device.path("server"), 12, "older-version", "version 1.4, older than version 1.5");
}

#[test]
fn a_foreign_signature() {
    let (device, _) = setting();
    let mut foreign = Shop::new();
    foreign.publish(&device.path("server"), &Built::version("1.6"), &Offer::default());
    refused(&device, &device.path("server"), 13, "signature", "0 of the 1 signatures");
}

#[test]
fn an_expired_signature_and_no_clock_is_asked() {
    let (device, mut shop) = setting();
    shop.now = Time(EPOCH - 400 * 86_400);
    shop.publish(&device.path("server"), &Built::version("1.6"), &Offer::default());
    refused(&device, &device.path("server"), 14, "expired", "expired at");
    // Signed when the image was made; this test runs much later or much earlier, by the clock.
    shop.now = Time(EPOCH);
    shop.publish(&device.path("server"), &Built::version("1.6"), &Offer::default());
    device.json(&["install", &device.path("server").display().to_string()], 0);
}

#[test]
fn an_older_state_of_the_repository() {
    let (device, mut shop) = setting();
    let old = device.path("old");
    shop.publish(&old, &Built::version("1.6"), &Offer::default());
    shop.publish(&device.path("server"), &Built::version("1.7"), &Offer::default());
    device.json(&["install", &device.path("server").display().to_string()], 0);
    refused(&device, &old, 15, "replay", "was seen before");
}

#[test]
fn every_part_that_is_damaged() {
    let (device, mut shop) = setting();
    shop.publish(&device.path("server"), &Built::version("1.6"), &Offer::default());
    for (end, at) in
        [(".manifest.json", 20), (".index", 200), (".content", 1_000_000), (".content", 2_200_000)]
    {
        let file = find(&device.path("server"), end);
        flip(&file, at);
        refused(&device, &device.path("server"), 16, "damaged", "damaged");
        flip(&file, at);
    }
    for name in ["timestamp.json", "snapshot.json", "targets.json"] {
        let file = find(&device.path("server"), name);
        let bytes = fs::read(&file).unwrap();
        fs::write(&file, &bytes[..bytes.len() / 2]).unwrap();
        refused(&device, &device.path("server"), 16, "damaged", "metadata");
        fs::write(&file, bytes).unwrap();
    }
}

#[test]
fn a_truncated_bundle() {
    let (device, mut shop) = setting();
    shop.publish(&device.path("server"), &Built::version("1.6"), &Offer::default());
    let file = device.path("box.bundle");
    bundle(&device.path("server"), &file);
    let whole = fs::read(&file).unwrap();
    for length in [0, 100, 512, 700, 5000, 100_000, whole.len() / 2, whole.len() - 1025, whole.len() - 1024] {
        fs::write(&file, &whole[..length]).unwrap();
        refused(&device, &file, 17, "truncated", "is cut off");
    }
    fs::write(&file, [b"no bundle at all".repeat(100), whole].concat()).unwrap();
    refused(&device, &file, 16, "damaged", "is not a bundle");
    fs::remove_file(&file).unwrap();
    refused(&device, &file, 18, "missing", "is not there");
}

#[test]
fn content_that_is_cut_off_or_missing() {
    let (device, mut shop) = setting();
    shop.publish(&device.path("server"), &Built::version("1.6"), &Offer::default());
    let file = find(&device.path("server"), ".content");
    let whole = fs::read(&file).unwrap();
    fs::write(&file, &whole[..whole.len() - 1]).unwrap();
    refused(&device, &device.path("server"), 17, "truncated", "is cut off");
    fs::remove_file(&file).unwrap();
    refused(&device, &device.path("server"), 18, "missing", "is not there");
    fs::remove_file(device.path("server").join(path::TIMESTAMP)).unwrap();
    refused(&device, &device.path("server"), 18, "missing", "timestamp.json");
}

#[test]
fn a_kernel_that_firmware_would_refuse() {
    let (device, mut shop) = setting();
    let new = Built::version("1.6");
    shop.publish(&device.path("server"), &new, &Offer::default());
    let secure_boot = device.path("efivars").join(yoe_disk::loader::SECURE_BOOT);
    fs::write(&secure_boot, [6, 0, 0, 0, 1]).unwrap();
    refused(&device, &device.path("server"), 26, "unsigned", "Secure Boot is on");
    shop.publish(&device.path("server"), &new, &Offer { signed: true, ..Offer::default() });
    device.json(&["install", &device.path("server").display().to_string()], 0);
    let (device, mut shop) = setting();
    shop.publish(&device.path("server"), &new, &Offer::default());
    fs::write(device.path("efivars").join(yoe_disk::loader::SECURE_BOOT), [6, 0, 0, 0, 0]).unwrap();
    device.json(&["install", &device.path("server").display().to_string()], 0);
}

#[test]
fn a_slot_that_is_too_small() {
    let device = Device::with_slots(&Built::version("1.5"), 3);
    let mut shop = Shop::new();
    shop.trusted_by(&device);
    // The file system alone would fit; with its hash tree it does not.
    shop.publish(&device.path("server"), &Built::new("1.6", noise(3 << 20, 3), b"kernel"), &Offer::default());
    refused(&device, &device.path("server"), 20, "space", "the partition root-b has 3145728 bytes");
}

#[test]
fn while_this_version_is_on_trial() {
    let (device, mut shop) = setting();
    fs::rename(device.entry("box_1.5.efi"), device.entry("box_1.5+2-1.efi")).unwrap();
    shop.publish(&device.path("server"), &Built::version("1.6"), &Offer::default());
    refused(&device, &device.path("server"), 21, "on-trial", "not found good yet");
    fs::remove_file(device.entry("box_1.5+2-1.efi")).unwrap();
    refused(&device, &device.path("server"), 24, "no-entry", "could not come back");
}

#[test]
fn the_root_that_runs_under_another_version() {
    let (device, mut shop) = setting();
    let same = Built::new("1.6", Built::version("1.5").root, b"another kernel");
    shop.publish(&device.path("server"), &same, &Offer::default());
    refused(&device, &device.path("server"), 22, "same-root", "the one that runs already");
}

#[test]
fn what_runs_already_is_no_error() {
    let (device, mut shop) = setting();
    shop.publish(&device.path("server"), &Built::version("1.5"), &Offer::default());
    let before = device.digest();
    assert_eq!(device.json(&["install", &device.path("server").display().to_string()], 0)["result"], "runs");
    assert_eq!(device.digest(), before);
}

#[test]
fn a_device_that_is_none() {
    let (device, mut shop) = setting();
    shop.publish(&device.path("server"), &Built::version("1.6"), &Offer::default());
    let server = device.path("server");
    fs::write(device.path("cmdline"), "root=/dev/vda2").unwrap();
    refused(&device, &server, 3, "system", "not started from a slot");
    device.runs(&Built::version("9.9"));
    refused(&device, &server, 3, "system", "this device does not have two slots");
    device.runs(&Built::version("1.5"));
    fs::write(device.path("root.json"), "{}").unwrap();
    refused(&device, &server, 3, "system", "root metadata of this device");
    fs::write(device.path("updater.json"), "{}").unwrap();
    refused(&device, &server, 3, "system", "missing field `machine`");
    assert!(device.partition(Slot::B).uuid != Built::version("1.6").uuid());
}

#[test]
fn a_device_that_trusts_nobody() {
    let (device, mut shop) = setting();
    shop.publish(&device.path("server"), &Built::version("1.6"), &Offer::default());
    fs::remove_file(device.path("root.json")).unwrap();
    refused(&device, &device.path("server"), 25, "no-root", "hand the device the credential");
    let reported = String::from_utf8(device.updater(&["status"]).stdout).unwrap();
    assert!(reported.contains("trust: nobody"), "{reported}");
}

#[test]
fn what_the_image_trusts_when_others_were_handed_over() {
    let (device, mut shop) = setting();
    shop.publish(&device.path("server"), &Built::version("1.6"), &Offer::default());
    let mut others = Shop::new();
    others.publish(&device.path("others"), &Built::version("1.6"), &Offer::default());
    refused(&device, &device.path("others"), 13, "signature", "");
    // Handed over, they stand in for the image's own.
    fs::copy(device.path("others/metadata/1.root.json"), device.path("updater.root")).unwrap();
    refused(&device, &device.path("server"), 13, "signature", "");
    device.json(&["install", &device.path("others").display().to_string()], 0);
}

#[test]
fn a_second_updater() {
    let (device, mut shop) = setting();
    shop.publish(&device.path("server"), &Built::version("1.6"), &Offer::default());
    let held = fs::File::create(device.path("run/lock")).unwrap();
    held.lock().unwrap();
    refused(&device, &device.path("server"), 4, "busy", "another updater");
}
