//! Bundles on web servers, which are read in parts of one file.

use std::fs;
use std::sync::Arc;

use yoe_bundle::archive;

use crate::fixture::{Built, Device, noise};
use crate::hostile::{Hostile, Sent, Twist};
use crate::servers::{NETWORK, Setting};
use crate::shop::{Offer, bundle};

/// What may be on its way when an answer is given up.
const BUFFERS: u64 = 600 << 10;

/// Installs the usual bundle from a server with these answers, expects this exit code, and looks after the device.
fn run(what: &str, answers: Vec<Vec<Twist>>, code: i32) -> (serde_json::Value, Vec<Sent>, Device) {
    let setting = Setting::get();
    let device = setting.device.twin();
    device.configure(NETWORK);
    fs::create_dir(device.path("bundles")).unwrap();
    bundle(&setting.device.path("server"), &device.path("bundles/box.bundle"));
    let server = Hostile::start(&device.path("bundles"), vec![("", answers)]);
    let output = device.updater(&["--json", "install", &format!("{}/box.bundle", server.url)]);
    let printed = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(code), "{what}: {printed}{:#?}", server.log());
    if code == 0 {
        setting.is_installed(&device)
    } else {
        setting.is_as_before(&device)
    }
    (serde_json::from_str(&printed).unwrap(), server.log(), device)
}

fn sent(log: &[Sent]) -> u64 {
    log.iter().map(|sent| sent.body).sum()
}

#[test]
fn from_servers_of_all_kinds() {
    let setting = Setting::get();
    let (printed, log, _) = run("right", vec![Vec::new()], 0);
    assert_eq!(printed["fetched"].as_u64(), Some(sent(&log)));
    assert!(sent(&log) < setting.needed() + (64 << 10) + 20 * 2048, "{log:#?}");
    for (what, twists) in [
        ("no parts", vec![Twist::NoRanges]),
        ("no parts and no length", vec![Twist::NoRanges, Twist::Chunked]),
        ("blocks of 1 MiB", vec![Twist::Down(1 << 20), Twist::Up(1 << 20)]),
        ("at most 16 KiB", vec![Twist::AtMost(16 << 10)]),
        ("an unknown length", vec![Twist::Total("*")]),
        ("an absurd length", vec![Twist::Total("9223372036854775807")]),
        ("no place", vec![Twist::NoPlace]),
        ("other bytes", vec![Twist::Shift(1000)]),
        ("each after 70 KB", vec![Twist::Cut(70_000)]),
    ] {
        let (printed, log, _) = run(what, vec![twists], 0);
        let most = setting.whole() + setting.needed() + (64 << 10) + 2 * BUFFERS;
        assert!(sent(&log) <= most, "{what}: {} bytes were sent, {most} are enough", sent(&log));
        assert!(printed["fetched"].as_u64().unwrap() <= sent(&log));
    }
    for (what, twist, code) in [
        ("not there", Twist::Status(404, ""), 18),
        ("broken", Twist::Status(500, ""), 19),
        ("nothing", Twist::Stall(0), 19),
        ("empty", Twist::Other(Arc::default()), 17),
        ("no bundle", Twist::Other(Arc::new(noise(100_000, 3))), 16),
    ] {
        run(what, vec![vec![twist]], code);
    }
}

/// Headers of empty members with these names.
fn members(names: impl Iterator<Item = String>) -> Vec<Twist> {
    let file = names.flat_map(|name| archive::header(&name, 0).unwrap()).collect();
    vec![Twist::Other(Arc::new(file)), Twist::Total("9223372036854775807")]
}

#[test]
fn members_have_an_end() {
    for (what, twists, message) in [
        ("one name", members((0..4000).map(|_| "x".to_owned())), "two members of one name"),
        ("many names", members((0..4000).map(|number| format!("x{number}"))), "more members"),
    ] {
        let (printed, log, _) = run(what, vec![twists], 16);
        assert!(printed["message"].as_str().unwrap().contains(message), "{printed}");
        assert!(log.len() <= 200, "{what}: {}", log.len());
    }
    // A member that is said to be large, to have everything before the content be sent.
    let mut pad = archive::header("metadata/pad", 1 << 33).unwrap();
    pad.resize(100_000, 0);
    let twists = vec![Twist::Other(Arc::new(pad)), Twist::Total("9223372036854775807")];
    let (printed, log, _) = run("a large one", vec![twists], 16);
    assert!(printed["message"].as_str().unwrap().contains("too much before its content"), "{printed}");
    assert_eq!(log.len(), 1);
}

#[test]
fn a_file_that_is_replaced_meanwhile_is_noticed() {
    let mark = |mark| Twist::Mark(mark);
    let (printed, ..) = run("of one length", vec![vec![mark("a")], vec![mark("b"), Twist::Flips(1)]], 19);
    assert!(printed["message"].as_str().unwrap().contains("the server replaced it"), "{printed}");
    let other = Twist::Other(Arc::new(noise(3_000_000, 9)));
    let (printed, ..) = run("of another length", vec![Vec::new(), vec![other]], 19);
    assert!(printed["message"].as_str().unwrap().contains("the server replaced it"), "{printed}");
    // Without a sign that it was, it is damaged.
    run("without a mark", vec![Vec::new(), vec![Twist::Flips(1)]], 16);
    // Servers that share their work call one file by different marks.
    run("one file", vec![vec![mark("a")], vec![mark("b")]], 0);
}

#[test]
fn a_server_does_not_leave_the_newest_version_out() {
    let mut setting = Setting::new(8);
    let newest = Built::new("1.2", noise(1 << 20, 4), b"kernel");
    let directory = setting.device.path("server");
    setting.shop.publish(&directory, &newest, &Offer::default());
    fs::remove_dir_all(directory.join("targets/box").join(crate::fixture::MACHINE).join("1.2")).unwrap();
    fs::create_dir(setting.device.path("bundles")).unwrap();
    let file = setting.device.path("bundles/box.bundle");
    bundle(&directory, &file);
    let server = Hostile::start(&setting.device.path("bundles"), Vec::new());
    let printed = setting.device.json(&["install", &format!("{}/box.bundle", server.url)], 18);
    assert!(
        printed["message"].as_str().unwrap().contains("lists version 1.2 and does not hold it"),
        "{printed}"
    );
    setting.is_as_before(&setting.device);
    // Who brings it chose the version.
    setting.device.json(&["install", &file.display().to_string()], 0);
    setting.is_installed(&setting.device);
}
