//! Updates that are signed as they should be, and whose kernel would not start: a mistake of who publishes.

use std::fs;

use yoe_disk::partition::Slot;
use yoe_disk::uki::skeleton;

use crate::fixture::{Built, Device, noise};
use crate::hostile::Hostile;
use crate::shop::{Offer, Shop, bundle};

/// A device that runs 1.0, and the kernels that it shall not be given with version 1.1.
fn setting() -> (Device, Vec<(&'static str, Vec<u8>)>) {
    let device = Device::new(&Built::version("1.0"));
    let right = Built::version("1.1");
    let mut other_arch = right.kernel.clone();
    other_arch[68..70].copy_from_slice(&0xaa64u16.to_le_bytes());
    let kernels = vec![
        ("its root partition is", Built::version("1.2").kernel),
        ("it is not a unified kernel image", noise(50_000, 9)),
        ("its architecture is", other_arch),
        ("it does not start a verified root", skeleton("root=/dev/vda2", "IMAGE_VERSION=1.1", b"kernel")),
    ];
    (device, kernels)
}

fn publish(device: &Device, kernel: Vec<u8>) {
    let mut shop = Shop::new();
    shop.trusted_by(device);
    fs::remove_dir_all(device.path("server")).unwrap();
    shop.publish(&device.path("server"), &Built { kernel, ..Built::version("1.1") }, &Offer::default());
    // Keys of another shop each time.
    fs::remove_dir_all(device.path("state")).unwrap();
    fs::create_dir(device.path("state")).unwrap();
}

#[test]
fn what_somebody_brought_is_refused_before_anything_is_written() {
    let (device, kernels) = setting();
    for (problem, kernel) in kernels {
        publish(&device, kernel);
        bundle(&device.path("server"), &device.path("box.bundle"));
        let before = device.digest();
        for from in ["server", "box.bundle"] {
            let output = device.json(&["install", &device.path(from).display().to_string()], 27);
            assert_eq!(output["kind"], "not-bootable");
            assert!(output["message"].as_str().unwrap().contains(problem), "{output}");
        }
        assert_eq!(device.digest(), before, "something was written");
    }
}

#[test]
fn what_comes_over_a_network_never_becomes_an_entry() {
    let (device, kernels) = setting();
    for (problem, kernel) in kernels {
        publish(&device, kernel);
        let server = Hostile::start(&device.path("server"), Vec::new());
        // The second time its kernel is here already.
        for _ in 0..2 {
            let output = device.json(&["install", &server.url], 27);
            assert!(output["message"].as_str().unwrap().contains(problem), "{output}");
            assert!(device.entries().iter().all(|entry| entry == "box_1.0.efi" || entry.ends_with(".part")));
        }
    }
    // The right one is installed in its place.
    publish(&device, Built::version("1.1").kernel);
    device.json(&["install", &device.path("server").display().to_string()], 0);
    assert_eq!(device.entries(), ["box_1.0.efi", "box_1.1+3.efi"]);
    assert!(device.holds(Slot::B, &Built::version("1.1")));
}

/// The boot manager's own directories, and whatever else is there.
#[test]
fn what_is_no_file_among_the_entries_is_no_source_of_a_kernel() {
    let (device, _) = setting();
    publish(&device, Built::version("1.1").kernel);
    fs::create_dir_all(device.entry("box_1.0.efi.extra.d")).unwrap();
    fs::write(device.entry("box_1.0.efi.extra.d/x.addon.efi"), "an addon").unwrap();
    fs::create_dir_all(device.entry("others.efi.part")).unwrap();
    rustix::fs::mkfifoat(rustix::fs::CWD, device.entry("box_0.9.efi"), rustix::fs::Mode::from(0o600))
        .unwrap();
    let server = Hostile::start(&device.path("server"), Vec::new());
    device.json(&["install", &server.url], 0);
    for left in ["box_1.0.efi", "box_1.1+3.efi", "box_1.0.efi.extra.d", "others.efi.part", "box_0.9.efi"] {
        assert!(device.entry(left).exists(), "{left}");
    }
    assert_eq!(fs::read(device.entry("box_1.1+3.efi")).unwrap(), Built::version("1.1").kernel);
}

#[test]
fn a_name_with_the_largest_number_of_tries_is_counted_as_the_boot_manager_counts() {
    let (device, _) = setting();
    publish(&device, Built::version("1.1").kernel);
    let other = Built::version("0.9");
    for name in ["box_0.9+1-4294967295.efi", "box_0.9+1-2147483647.efi", "box_0.9+2147483648.efi"] {
        fs::write(device.entry(name), &other.kernel).unwrap();
    }
    device.json(&["status"], 0);
    device.json(&["watch"], 0);
    device.json(&["install", &device.path("server").display().to_string()], 0);
    assert_eq!(device.entries(), ["box_1.0.efi", "box_1.1+3.efi"]);
    for tries in ["\"tries\": 2147483648,", "\"good_tries\": 1001,"] {
        device.configure(tries);
        let output = device.json(&["status"], 3);
        assert!(output["message"].as_str().unwrap().contains("expected at most 1000"), "{output}");
    }
}
