//! What a device remembers of metadata, from one run to the next: also over rotations, refusals and two updaters at once.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;

use yoe_bundle::{Role, Time, path};
use yoe_disk::partition::Slot;

use crate::fixture::{Built, Device};
use crate::hostile::Hostile;
use crate::shop::{Offer, Shop};

/// A device that runs 1.0, and the repository as it was when 1.1 was the newest (`old`).
fn setting() -> (Device, Shop) {
    let device = Device::new(&Built::version("1.0"));
    let mut shop = Shop::new();
    shop.trusted_by(&device);
    shop.publish(&device.path("server"), &Built::version("1.1"), &Offer::default());
    copy(&device, "server", "old");
    (device, shop)
}

fn copy(device: &Device, from: &str, to: &str) {
    let status = Command::new("cp").arg("-r").args([device.path(from), device.path(to)]).status().unwrap();
    assert!(status.success());
}

fn install(device: &Device, from: &str, code: i32) -> serde_json::Value {
    device.json(&["install", &device.path(from).display().to_string()], code)
}

fn memory(device: &Device) -> serde_json::Value {
    serde_json::from_slice(&fs::read(device.path("state/updater/memory.json")).unwrap()).unwrap()
}

/// With and without a rotation, of any keys, and as often as it is asked: the older state is refused, and what is remembered stays.
#[test]
fn a_replay_is_refused_after_a_rotation_too() {
    for rotations in 0..3 {
        let (device, mut shop) = setting();
        (0..rotations).for_each(|_| shop.rotate());
        shop.publish(&device.path("server"), &Built::version("1.2"), &Offer::default());
        install(&device, "server", 0);
        let kept = memory(&device);
        for _ in 0..2 {
            let printed = install(&device, "old", 15 - i32::from(rotations > 0) * 2);
            assert_eq!(printed["kind"], if rotations > 0 { "signature" } else { "replay" });
            assert_eq!(memory(&device), kept);
        }
    }
}

/// Only some keys change, so that the old metadata has good signatures still.
#[test]
fn a_replay_of_what_the_same_keys_signed_is_refused_after_a_rotation() {
    for roles in [&[Role::Root][..], &[Role::Targets], &[Role::Root, Role::Targets]] {
        let (device, mut shop) = setting();
        // The chain is walked from the image's root at each run.
        shop.rotate_roles(&[Role::Timestamp, Role::Snapshot]);
        shop.publish(&device.path("server"), &Built::version("1.2"), &Offer::default());
        copy(&device, "server", "before");
        shop.rotate_roles(roles);
        shop.publish(&device.path("server"), &Built::version("1.3"), &Offer::default());
        install(&device, "server", 0);
        device.json(&["status"], 0);
        let kept = memory(&device);
        // With 1.3 rolled back, too.
        fs::remove_file(device.entry("box_1.3+3.efi")).unwrap();
        let refused = install(&device, "before", 15);
        assert!(refused["message"].as_str().unwrap().contains("was seen before"), "{refused}");
        assert_eq!(memory(&device), kept);
        assert!(!device.holds(Slot::B, &Built::version("1.2")));
    }
}

/// A version that was withdrawn: the device saw the state without it, and installed nothing.
#[test]
fn what_was_verified_is_remembered_whatever_comes_of_it() {
    let (device, mut shop) = setting();
    let refused = Offer { machine: "other", machines: vec!["other".to_owned()], ..Offer::default() };
    shop.targets = None;
    shop.now = Time(shop.now.0 + 10);
    shop.publish(&device.path("server"), &Built::version("1.2"), &refused);
    install(&device, "server", 10);
    install(&device, "old", 15);
    assert_eq!(memory(&device)["seen"]["root"], 1);
    // A root that was rotated is remembered as soon as it is believed, without anything that it vouches for.
    shop.rotate();
    shop.publish(&device.path("server"), &Built::version("1.3"), &Offer::default());
    fs::remove_file(device.path("server").join(path::TIMESTAMP)).unwrap();
    install(&device, "server", 18);
    assert_eq!(device.json(&["status"], 0)["trust"], 2);
    install(&device, "old", 13);
}

/// A thief may have signed a version that nobody can exceed: new keys begin anew.
#[test]
fn keys_that_were_replaced_end_what_a_thief_signed() {
    let (device, mut shop) = setting();
    shop.targets.as_mut().unwrap().version = u64::MAX - 1;
    shop.publish(&device.path("stolen"), &Built::version("1.1"), &Offer::default());
    install(&device, "stolen", 0);
    assert_eq!(memory(&device)["seen"]["timestamp"], u64::MAX);
    shop.targets = None;
    shop.publish(&device.path("server"), &Built::version("1.2"), &Offer::default());
    install(&device, "server", 15);
    shop.rotate();
    shop.targets = None;
    shop.publish(&device.path("server"), &Built::version("1.2"), &Offer::default());
    install(&device, "server", 0);
    install(&device, "stolen", 13);
}

#[test]
fn a_memory_that_was_lost_costs_replays_and_nothing_else() {
    let (device, mut shop) = setting();
    shop.rotate();
    shop.publish(&device.path("server"), &Built::version("1.2"), &Offer::default());
    install(&device, "server", 0);
    // Without the roots that were kept, the version of the newest one is remembered.
    fs::remove_file(device.path("state/updater/2.root.json")).unwrap();
    let refused = install(&device, "old", 15);
    assert!(refused["message"].as_str().unwrap().contains("root metadata has version 1"), "{refused}");
    install(&device, "server", 0);
    // As an updater of before wrote it: nothing of that is forgotten.
    let old =
        r#"{"seen": {"timestamp": 9999999999, "snapshot": 1, "targets": 1}, "time": "2026-11-24T00:00:00Z"}"#;
    fs::write(device.path("state/updater/memory.json"), old).unwrap();
    install(&device, "server", 15);
    // Whatever lies in its place.
    for damage in ["", "{", "[1]"] {
        fs::write(device.path("state/updater/memory.json"), damage).unwrap();
        install(&device, "server", 0);
        assert_eq!(memory(&device)["seen"]["root"], 2, "{damage}");
    }
    let huge = fs::File::create(device.path("state/updater/memory.json")).unwrap();
    huge.set_len(1 << 40).unwrap();
    fs::remove_file(device.path("state/updater/2.root.json")).unwrap();
    symlink("/dev/zero", device.path("state/updater/2.root.json")).unwrap();
    install(&device, "server", 0);
    assert_eq!(device.json(&["status"], 0)["trust"], 2);
}

/// The two inputs of the review, as a timestamp that anybody on the way can send, and as a root; more would never be read.
#[test]
fn small_values_of_unsigned_metadata_cost_little_memory() {
    let (device, _) = setting();
    let server = Hostile::start(&device.path("server"), Vec::new());
    // The program alone takes some 60 MB of addresses; a tree of the larger of these inputs took 500 MB.
    let limited = |code: i32| {
        let updater = device.command(&["--json", "install", &server.url]);
        let output = Command::new("sh")
            .args(["-c", "ulimit -v 120000; exec \"$@\"", "limited"])
            .arg(updater.get_program())
            .args(updater.get_args())
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(code), "{output:?}");
    };
    for small in ["{\"\":0}", "{\"\":{\"\":{\"\":{\"\":{\"\":0}}}}}", "[]", "{\"\":[0,0,0,0,0,0,0,0]}"] {
        let file = |size: usize| {
            let values = vec![small; size / (small.len() + 1)].join(",");
            format!("{{\"signatures\":[],\"signed\":[{values}]}}")
        };
        for (name, size) in
            [(path::TIMESTAMP.to_owned(), 4 << 20), (path::root(2), 4 << 20), (path::root(2), 500 << 10)]
        {
            let place = device.path("server").join(&name);
            let before = fs::read(&place).ok();
            fs::write(&place, file(size)).unwrap();
            limited(if size < 1 << 20 { 13 } else { 16 });
            match before {
                Some(bytes) => fs::write(&place, bytes).unwrap(),
                None => fs::remove_file(&place).unwrap(),
            }
        }
    }
    limited(0);
}
