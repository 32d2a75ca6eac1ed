//! Installing, from everywhere.

use std::fs;

use yoe_disk::partition::Slot;

use crate::fixture::{Built, Device, noise};
use crate::hostile::{Hostile, Twist};
use crate::shop::{Offer, Shop, bundle};

/// A device with version 1.0 and a repository with version 1.1.
fn setting() -> (Device, Shop, Built) {
    let device = Device::new(&Built::version("1.0"));
    let mut shop = Shop::new();
    shop.trusted_by(&device);
    let new = Built::version("1.1");
    shop.publish(&device.path("server"), &new, &Offer::default());
    (device, shop, new)
}

fn path(device: &Device, name: &str) -> String {
    device.path(name).display().to_string()
}

fn is_installed(device: &Device, new: &Built) {
    assert!(device.holds(Slot::B, new));
    assert!(device.holds(Slot::A, &Built::version("1.0")));
    assert_eq!(device.entries(), ["box_1.0.efi".to_owned(), format!("box_{}+3.efi", new.version)]);
    assert_eq!(fs::read(device.entry(&format!("box_{}+3.efi", new.version))).unwrap(), new.kernel);
}

#[test]
fn from_a_directory() {
    let (device, _, new) = setting();
    let output = device.json(&["install", &path(&device, "server")], 0);
    is_installed(&device, &new);
    assert_eq!(output["slot"], "b");
    // Once more does no harm, and nothing is left to do.
    let before = device.digest();
    let again = device.json(&["install", &path(&device, "server")], 0);
    assert_eq!((&again["result"], &again["fetched"]), (&"installed".into(), &0.into()));
    assert_eq!(device.digest(), before);
}

#[test]
fn from_a_bundle() {
    let (device, _, new) = setting();
    bundle(&device.path("server"), &device.path("box.bundle"));
    device.json(&["install", &path(&device, "box.bundle")], 0);
    is_installed(&device, &new);
}

#[test]
fn from_a_web_server_only_what_is_missing() {
    let (device, _, new) = setting();
    let server = Hostile::start(&device.path("server"), Vec::new());
    let output = device.json(&["install", &server.url], 0);
    is_installed(&device, &new);
    // Version and command line differ, in one chunk of the root and the first one of the kernel.
    let content = server.sent(".content");
    assert!(content < 2 * u64::from(yoe_bundle::CHUNKING.largest) + 4096, "{content}");
    assert_eq!(output["fetched"].as_u64(), Some(server.sent("")));
    assert!(server.sent("") < 300_000);
}

#[test]
fn a_bundle_on_a_web_server_is_read_in_parts() {
    let (device, _, new) = setting();
    bundle(&device.path("server"), &device.path("server/box.bundle"));
    let server = Hostile::start(&device.path("server"), Vec::new());
    device.json(&["install", &format!("{}/box.bundle", server.url)], 0);
    is_installed(&device, &new);
    assert!(server.sent("") < 400_000);
}

#[test]
fn a_server_that_knows_no_parts_will_do() {
    let (device, _, new) = setting();
    let server = Hostile::start(&device.path("server"), vec![("", vec![vec![Twist::NoRanges]])]);
    device.json(&["install", &server.url], 0);
    is_installed(&device, &new);
}

#[test]
fn a_connection_that_breaks_is_taken_up_again() {
    let (device, mut shop, _) = setting();
    let new = Built::new("1.2", noise(1 << 20, 77), b"another kernel");
    shop.publish(&device.path("server"), &new, &Offer::default());
    let server = Hostile::start(&device.path("server"), vec![("", vec![vec![Twist::Cut(400_000)]])]);
    device.json(&["install", &server.url], 0);
    is_installed(&device, &new);
    // Nothing that was whole was fetched twice: at most a chunk for each break.
    let fetched = server.sent(".content");
    assert!(fetched < (1 << 20) + 4 * u64::from(yoe_bundle::CHUNKING.largest), "{fetched}");
}

#[test]
fn nothing_in_common_costs_no_more_than_the_whole() {
    let (device, mut shop, _) = setting();
    let new = Built::new("2.0", noise(1 << 20, 99), &noise(200_000, 98));
    shop.publish(&device.path("server"), &new, &Offer::default());
    let server = Hostile::start(&device.path("server"), Vec::new());
    let output = device.json(&["install", &server.url], 0);
    is_installed(&device, &new);
    assert_eq!(server.requests(".content"), 1, "one request for root and kernel");
    assert_eq!(server.sent(".content"), (new.root.len() + new.kernel.len()) as u64);
    assert_eq!((output["fetched"].as_u64(), output["reused"].as_u64()), (Some(server.sent("")), Some(0)));
}

#[test]
fn many_small_differences_are_one_request_for_the_whole() {
    let (device, mut shop, _) = setting();
    // Every 2000th byte is another one: most is here, and asking for each piece that is not would cost more than all of it.
    let mut root = Built::version("1.0").root;
    root.iter_mut().rev().step_by(2000).for_each(|byte| *byte ^= 1);
    root[0] ^= 1;
    let new = Built::new("2.0", root, &noise(300_000, 2));
    let chunking = yoe_bundle::Chunking { smallest: 256, average: 512, largest: 1024 };
    shop.publish(&device.path("server"), &new, &Offer { chunking, ..Offer::default() });
    let server = Hostile::start(&device.path("server"), Vec::new());
    let output = device.json(&["install", &server.url], 0);
    is_installed(&device, &new);
    let log = server.log();
    let content: Vec<_> = log.iter().filter(|sent| sent.path.ends_with(".content")).collect();
    let (from, to) = content[0].range.unwrap();
    assert!(from == 0 && to + 1 >= new.root.len() as u64 && content.len() <= 3, "{content:?}");
    assert!(server.sent(".content") <= (new.root.len() + new.kernel.len()) as u64, "{output}");
}

#[test]
fn a_broken_attempt_is_completed_and_not_repeated() {
    let (device, mut shop, _) = setting();
    let new = Built::new("1.2", noise(2 << 20, 77), b"another kernel");
    shop.publish(&device.path("server"), &new, &Offer::default());
    // Half of the new root is in the slot already, where it belongs.
    let slot = device.partition(Slot::B);
    let disk = fs::File::options().write(true).open(device.path("disk")).unwrap();
    std::os::unix::fs::FileExt::write_all_at(&disk, &new.root[..1 << 20], slot.start).unwrap();
    let output = device.json(&["install", &path(&device, "server")], 0);
    is_installed(&device, &new);
    assert!(output["reused"].as_u64().unwrap() > (1 << 20) - 300_000, "{output}");
}

#[test]
fn keys_that_were_rotated_are_followed_and_remembered() {
    let (device, mut shop, _) = setting();
    shop.rotate();
    shop.rotate();
    let new = Built::version("1.2");
    shop.publish(&device.path("server"), &new, &Offer::default());
    device.json(&["install", &path(&device, "server")], 0);
    is_installed(&device, &new);
    assert_eq!(device.json(&["status"], 0)["trust"], 3);
}

#[test]
fn an_update_goes_in_without_a_place_to_remember_it() {
    let (device, _, new) = setting();
    fs::remove_dir_all(device.path("state")).unwrap();
    fs::write(device.path("state"), "a full data partition").unwrap();
    let output = device.json(&["install", &path(&device, "server")], 0);
    assert!(output["warning"].as_str().unwrap().contains("cannot be"), "{output}");
    fs::remove_file(device.path("state")).unwrap();
    is_installed(&device, &new);
}
