//! Versions of workloads, apart from the system.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use yoe_disk::partition::Slot;

use crate::fixture::{Built, Device, noise};
use crate::hostile::{Hostile, Twist};
use crate::shop::{Offer, Shop, bundle};

/// Knows the workload `web`, whose version is in a file, and notes what it is asked to switch to.
const PROGRAM: &str = r#"#!/bin/sh
here=$(dirname "$0")
case "$1 $2" in
    "status --json")
        if [ "$3" != web ]; then echo "there is no workload $3" >&2; exit 2; fi
        echo "[{\"name\": \"web\", \"healthy\": false, \"version\": $(cat "$here/runs"), \"services\": []}]"
        exit 1 ;;
    "switch web")
        if [ -e "$here/refuses" ]; then echo "it cannot be used" >&2; exit 1; fi
        echo "$3" >>"$here/switched" ;;
    *) exit 3 ;;
esac
"#;

/// A version's content: much of it is what the running root has.
fn content(version: &str) -> Vec<u8> {
    let mut content = Built::version("1.0").root[200_000..1_800_000].to_vec();
    content.splice(100..100, version.bytes());
    content.extend(noise(150_000, 9));
    content
}

/// A device whose workload has version 1, and a repository with version 2 of it and of the system.
fn setting() -> (Device, Shop) {
    let device = Device::new(&Built::version("1.0"));
    let mut shop = Shop::new();
    shop.trusted_by(&device);
    shop.publish(&device.path("server"), &Built::version("1.1"), &Offer::default());
    shop.publish_workload(&device.path("server"), ("web", "2"), &content("2"), |_| ());
    fs::write(device.path("yoe-workload"), PROGRAM).unwrap();
    fs::set_permissions(device.path("yoe-workload"), fs::Permissions::from_mode(0o755)).unwrap();
    fs::write(device.path("runs"), "\"1\"").unwrap();
    (device, shop)
}

fn version(device: &Device, version: &str) -> PathBuf {
    device.path("state/workloads/web").join(format!("{version}.erofs"))
}

fn switched(device: &Device) -> String {
    fs::read_to_string(device.path("switched")).unwrap_or_default()
}

fn install(device: &Device, from: &str, code: i32) -> serde_json::Value {
    device.json(&["install", "--workload", "web", from], code)
}

fn path(device: &Device, name: &str) -> String {
    device.path(name).display().to_string()
}

fn is_installed(device: &Device, number: &str) {
    assert_eq!(fs::read(version(device, number)).unwrap(), content(number));
    assert_eq!(switched(device), format!("{number}\n"));
    // The system stays as it is.
    assert_eq!(device.entries(), ["box_1.0.efi"]);
    assert!(device.holds(Slot::A, &Built::version("1.0")));
    assert!(!device.path("state/workloads/web").join(format!("{number}.part")).exists());
}

#[test]
fn from_a_directory() {
    let (device, _) = setting();
    let output = install(&device, &path(&device, "server"), 0);
    is_installed(&device, "2");
    assert_eq!((&output["workload"], &output["version"]), (&"web".into(), &"2".into()));
    fs::write(device.path("runs"), "\"2\"").unwrap();
    assert_eq!(install(&device, &path(&device, "server"), 0)["result"], "runs");
    assert_eq!(switched(&device), "2\n");
}

#[test]
fn from_a_bundle() {
    let (device, _) = setting();
    bundle(&device.path("server"), &device.path("box.bundle"));
    install(&device, &path(&device, "box.bundle"), 0);
    is_installed(&device, "2");
}

#[test]
fn from_a_web_server_only_what_neither_the_root_nor_a_version_has() {
    let (device, mut shop) = setting();
    let server = Hostile::start(&device.path("server"), Vec::new());
    let output = install(&device, &server.url, 0);
    is_installed(&device, "2");
    let sent = server.sent(".content");
    assert!(sent < 150_000 + 4 * u64::from(yoe_bundle::CHUNKING.largest), "{sent}");
    assert_eq!(output["fetched"].as_u64(), Some(server.sent("")));
    // The next one has what this one brought.
    shop.publish_workload(&device.path("server"), ("web", "3"), &content("3"), |_| ());
    install(&device, &server.url, 0);
    assert_eq!(fs::read(version(&device, "3")).unwrap(), content("3"));
    let more = server.sent(".content") - sent;
    assert!(more <= 2 * u64::from(yoe_bundle::CHUNKING.largest) + 4096, "{more}");
}

#[test]
fn whatever_the_server_does() {
    for twists in [
        vec![Twist::NoRanges],
        vec![Twist::Down(4096), Twist::Up(4096)],
        vec![Twist::AtMost(10_000)],
        vec![Twist::Chunked],
    ] {
        let (device, _) = setting();
        let server = Hostile::start(&device.path("server"), vec![(".content", vec![twists])]);
        install(&device, &server.url, 0);
        is_installed(&device, "2");
    }
}

#[test]
fn an_attempt_that_broke_off_is_taken_up() {
    let (device, mut shop) = setting();
    let fresh = noise(1 << 20, 77);
    shop.publish_workload(&device.path("server"), ("web", "3"), &fresh, |_| ());
    device.configure("\"network\": {\"attempts\": 1},");
    let cut = vec![vec![Twist::Cut(700_000)]; 8];
    let server = Hostile::start(&device.path("server"), vec![(".content", cut)]);
    install(&device, &server.url, 19);
    assert!(!version(&device, "3").exists() && switched(&device).is_empty());
    // What it left may have suffered from a loss of power.
    let part = device.path("state/workloads/web/3.part");
    let mut left = fs::read(&part).unwrap();
    left[1000..2000].fill(0);
    fs::write(&part, left).unwrap();
    let server = Hostile::start(&device.path("server"), Vec::new());
    install(&device, &server.url, 0);
    assert_eq!(fs::read(version(&device, "3")).unwrap(), fresh);
    let sent = server.sent(".content");
    assert!(sent < 600_000, "{sent}");
}

#[test]
fn what_was_begun_of_another_version_goes() {
    let (device, _) = setting();
    fs::create_dir_all(device.path("state/workloads/web")).unwrap();
    fs::write(device.path("state/workloads/web/1.part"), "begun").unwrap();
    // A whole one that is not what it should be is made anew.
    fs::write(version(&device, "2"), "something else").unwrap();
    install(&device, &path(&device, "server"), 0);
    is_installed(&device, "2");
    assert!(!device.path("state/workloads/web/1.part").exists());
}

#[test]
fn what_is_not_for_this_device_is_refused_and_nothing_is_written() {
    let (device, mut shop) = setting();
    let server = device.path("server");
    let before = device.digest();
    let refused = |from: &str, code: i32| {
        let message = install(&device, from, code)["message"].to_string();
        assert_eq!(device.digest(), before, "{message}");
        assert_eq!(switched(&device), "");
        message
    };
    fs::write(device.path("runs"), "\"2.1\"").unwrap();
    let older = refused(&path(&device, "server"), 12);
    assert!(older.contains("version 2, older than version 2.1 that runs"), "{older}");
    fs::write(device.path("runs"), "\"1\"").unwrap();
    // The names say this device, the manifests something else.
    shop.publish_workload(&server, ("web", "3"), &content("3"), |manifest| manifest.image = "fox".to_owned());
    shop.publish_workload(&server, ("web", "4"), &content("4"), |manifest| manifest.machines.clear());
    refused(&path(&device, "server"), 10);
    shop.publish_workload(&server, ("web", "5"), &content("5"), |manifest| manifest.version = "4".to_owned());
    refused(&path(&device, "server"), 16);
    shop.publish_workload(&server, ("web", "6"), &content("6"), |manifest| manifest.sha256 = "00".repeat(32));
    refused(&path(&device, "server"), 16);
    shop.publish_workload(&server, ("web", "7"), &content("7"), |manifest| manifest.unpacked = 60 << 30);
    let space = install(&device, &path(&device, "server"), 20)["message"].to_string();
    assert!(space.contains("bytes for the update and it needs"), "{space}");
}

#[test]
fn what_nobody_signed_is_refused() {
    let (device, _) = setting();
    let mut others = Shop::new();
    others.publish_workload(&device.path("others"), ("web", "9"), &content("9"), |_| ());
    let before = device.digest();
    install(&device, &path(&device, "others"), 13);
    assert_eq!(device.digest(), before);
}

#[test]
fn a_workload_that_is_not_there_is_named() {
    let (device, mut shop) = setting();
    let (code, message) = {
        let output = device.json(&["install", "--workload", "wbe", &path(&device, "server")], 32);
        (output["kind"].clone(), output["message"].to_string())
    };
    assert_eq!(code, "workload");
    assert!(message.contains("there is no workload wbe"), "{message}");
    let alone = device.path("alone");
    shop.targets = None;
    shop.publish_workload(&alone, ("other", "2"), &content("2"), |_| ());
    let message = device.json(&["install", &path(&device, "alone")], 11)["message"].to_string();
    assert!(message.contains("install it with --workload other"), "{message}");
    let message = install(&device, &path(&device, "alone"), 29)["message"].to_string();
    assert!(
        message.contains("no workload \\\"web\\\" for this device; it has \\\"other\\\" of \\\"box\\\""),
        "{message}"
    );
    fs::remove_file(device.path("yoe-workload")).unwrap();
    let message = install(&device, &path(&device, "server"), 29)["message"].to_string();
    assert!(message.contains("this device runs no workloads"), "{message}");
}

#[test]
fn what_the_device_refuses_in_the_end_is_said() {
    let (device, _) = setting();
    fs::write(device.path("refuses"), "").unwrap();
    let output = install(&device, &path(&device, "server"), 32);
    assert_eq!(output["message"], "yoe-workload switch: it cannot be used");
    // It is whole, and not fetched again.
    fs::remove_file(device.path("refuses")).unwrap();
    let server = Hostile::start(&device.path("server"), Vec::new());
    install(&device, &server.url, 0);
    assert_eq!(server.sent(".content"), 0);
    is_installed(&device, "2");
}

#[test]
fn a_system_on_trial_comes_first() {
    let (device, _) = setting();
    device.counted("box_1.0+2-1.efi");
    let message = install(&device, &path(&device, "server"), 21)["message"].to_string();
    assert!(message.contains("not found good yet"), "{message}");
    assert_eq!(switched(&device), "");
}
