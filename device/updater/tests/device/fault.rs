//! What breaks while it works: full file systems, flipped bytes, an end at any step. docs/reference/faults.md lists them all.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use yoe_disk::partition::Slot;

use crate::fixture::{Built, Device, noise};
use crate::shop::{Offer, Shop};

/// A device with version 1.0 and a repository with version 1.1, which has most in common with it.
fn setting() -> (Device, Built) {
    let device = Device::new(&Built::version("1.0"));
    let mut shop = Shop::new();
    shop.trusted_by(&device);
    let new = Built::version("1.1");
    shop.publish(&device.path("server"), &new, &Offer::default());
    (device, new)
}

fn install(device: &Device) -> serde_json::Value {
    device.json(&["install", &device.path("server").display().to_string()], 0)
}

fn is_installed(device: &Device, new: &Built) {
    assert!(device.holds(Slot::B, new));
    assert!(device.holds(Slot::A, &Built::version("1.0")));
    assert_eq!(device.entries(), ["box_1.0.efi", "box_1.1+3.efi"]);
    assert_eq!(fs::read(device.entry("box_1.1+3.efi")).unwrap(), new.kernel);
}

/// Runs the updater while a directory of the device is a file system of its own with these limits (tmpfs(5)), which the user who
/// runs the test may mount in a namespace of its own (unshare(1)). What it held then is in the directory afterwards.
fn within(device: &Device, directory: &str, limits: &str, arguments: &[&str]) -> Output {
    const SCRIPT: &str = "
        folder=$1 limits=$2; shift 2
        cp -a \"$folder\" \"$folder.before\"
        mount -t tmpfs -o \"$limits\" tmpfs \"$folder\"
        cp -a \"$folder.before/.\" \"$folder\"
        code=0; \"$@\" || code=$?
        cp -a \"$folder\" \"$folder.after\"
        exit $code";
    let updater = device.command(arguments);
    let place = device.path(directory);
    let output = Command::new("unshare")
        .args(["--user", "--map-root-user", "--mount", "sh", "-euc", SCRIPT, "within"])
        .arg(&place)
        .arg(limits)
        .arg(updater.get_program())
        .args(updater.get_args())
        .output()
        .expect("this machine has unshare");
    fs::remove_dir_all(&place).unwrap();
    let sibling = |end: &str| Path::new(&format!("{}.{end}", place.display())).to_owned();
    fs::remove_dir_all(sibling("before")).unwrap();
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    fs::rename(sibling("after"), &place).unwrap_or_else(|error| panic!("{error}: {message}"));
    output
}

fn json(output: &Output, code: i32) -> serde_json::Value {
    assert_eq!(output.status.code(), Some(code), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn an_esp_without_room_is_found_out_before_anything_is_written() {
    let (device, _) = setting();
    let before = device.digest();
    let server = device.path("server").display().to_string();
    let output = within(&device, "efi", "size=1M", &["--json", "install", &server]);
    let printed = json(&output, 20);
    assert_eq!(printed["kind"], "space");
    assert!(printed["message"].as_str().unwrap().contains("the EFI system partition has"), "{printed}");
    assert_eq!(device.digest(), before, "something was written");
}

#[test]
fn an_esp_that_fills_up_meanwhile_is_an_error_that_can_be_taken_up_again() {
    let (device, new) = setting();
    let server = device.path("server").display().to_string();
    // Room enough by every count, and none for a file more: the directory, two below it, and the entry.
    let output = within(&device, "efi", "size=8M,nr_inodes=4", &["--json", "install", &server]);
    let printed = json(&output, 20);
    assert!(printed["message"].as_str().unwrap().contains("No space left on device"), "{printed}");
    assert_eq!(device.entries(), ["box_1.0.efi"]);
    assert!(device.holds(Slot::A, &Built::version("1.0")));
    let again = install(&device);
    is_installed(&device, &new);
    assert!(again["fetched"].as_u64().unwrap() < 2 * u64::from(yoe_bundle::CHUNKING.largest), "{again}");
}

#[test]
fn a_full_data_partition_does_not_stop_an_update() {
    let (device, new) = setting();
    let server = device.path("server").display().to_string();
    let output = within(&device, "state", "size=1M,nr_inodes=1", &["--json", "install", &server]);
    let printed = json(&output, 0);
    assert!(printed["warning"].as_str().unwrap().contains("No space left on device"), "{printed}");
    is_installed(&device, &new);
}

#[test]
fn a_full_data_partition_does_not_hide_why_a_version_failed() {
    let (device, new) = setting();
    install(&device);
    fs::rename(device.entry("box_1.1+3.efi"), device.entry("box_1.1+2-1.efi")).unwrap();
    device.runs(&new);
    device.counted("box_1.1+2-1.efi");
    device.configure(
        "\"settle\": 0, \"deadline\": 0, \"checks\": [{\"kind\": \"command\", \"name\": \"disk\", \"command\": [\"sh\", \"-c\", \"echo full; exit 1\"]}],",
    );
    fs::remove_dir_all(device.path("state")).unwrap();
    fs::create_dir(device.path("state")).unwrap();
    let output = within(&device, "state", "size=1M,nr_inodes=1", &["--json", "watch"]);
    json(&output, 31);
    assert!(device.path("restarted").exists());
    let status = device.json(&["status"], 0);
    assert_eq!(status["last_failure"]["checks"][0], "disk: full", "{status}");
}

#[test]
fn a_workload_that_crashes_while_it_settles_is_not_good() {
    let (device, new) = setting();
    install(&device);
    fs::rename(device.entry("box_1.1+3.efi"), device.entry("box_1.1+2-1.efi")).unwrap();
    device.runs(&new);
    device.counted("box_1.1+2-1.efi");
    // It runs when it is asked first, and never again.
    let runs = device.path("runs").display().to_string();
    fs::write(&runs, "").unwrap();
    device.configure(&format!(
        "\"settle\": 600, \"deadline\": 0, \"interval\": 0, \"checks\": [{{\"kind\": \"command\", \"name\": \"web\", \"command\": [\"rm\", {runs:?}]}}],"
    ));
    let printed = device.json(&["watch"], 31);
    assert!(printed["message"].as_str().unwrap().contains("web: "), "{printed}");
    assert_eq!(device.entries(), ["box_1.0.efi", "box_1.1+2-1.efi"]);
}

/// Flips a bit at this place of the device's disk.
fn flip(device: &Device, at: u64) {
    let disk = fs::File::options().read(true).write(true).open(device.path("disk")).unwrap();
    let mut byte = [0];
    disk.read_exact_at(&mut byte, at).unwrap();
    disk.write_all_at(&[byte[0] ^ 0x10], at).unwrap();
}

#[test]
fn flipped_bytes_of_the_slot_that_runs_are_fetched_and_not_copied() {
    let (device, new) = setting();
    let start = device.partition(Slot::A).start;
    for at in [0, 70_000, 1_900_000] {
        flip(&device, start + at);
    }
    let printed = install(&device);
    assert!(device.holds(Slot::B, &new));
    // Three chunks more than those that differ anyway.
    assert!(printed["fetched"].as_u64().unwrap() > 3 * u64::from(yoe_bundle::CHUNKING.smallest), "{printed}");
}

#[test]
fn flipped_bytes_of_the_slot_that_is_written_to_are_mended() {
    let (device, new) = setting();
    install(&device);
    let start = device.partition(Slot::B).start;
    // In the root, at its end, and in the hash tree.
    for at in [0, (2 << 20) - 1, (2 << 20) + 100] {
        flip(&device, start + at);
        assert!(!device.holds(Slot::B, &new));
        install(&device);
        is_installed(&device, &new);
    }
}

#[test]
fn a_flipped_byte_of_a_boot_entry_is_mended() {
    let (device, new) = setting();
    install(&device);
    for at in [0, 600, new.kernel.len() - 1000] {
        let entry = device.entry("box_1.1+3.efi");
        let mut bytes = fs::read(&entry).unwrap();
        bytes[at] ^= 0x10;
        fs::write(&entry, bytes).unwrap();
        install(&device);
        is_installed(&device, &new);
    }
}

#[test]
fn a_flipped_byte_of_either_partition_table_is_mended() {
    let new = Built::version("1.1");
    let size = fs::metadata(setting().0.path("disk")).unwrap().len();
    // Header and entries of the first copy, entries and header of the second (UEFI 2.10, 5.3).
    for at in [512, 512 + 16, 1024 + 40, size - 33 * 512 + 40, size - 512 + 16] {
        let (device, _) = setting();
        flip(&device, at);
        install(&device);
        is_installed(&device, &new);
        let printed = device.sfdisk_says();
        assert!(printed.contains("No errors detected."), "flipped at {at}: {printed}");
    }
}

#[test]
fn an_updater_that_is_killed_at_any_step_leaves_a_device_that_boots_and_completes() {
    let mut steps = 0;
    for kill_at in 1.. {
        let (device, _) = setting();
        // More to fetch than fits into one step of anything.
        let new = Built::new("1.2", noise(2 << 20, 5), &noise(300_000, 6));
        let mut shop = Shop::new();
        shop.trusted_by(&device);
        let server = device.path("other");
        shop.publish(&server, &new, &Offer::default());
        let from = server.display().to_string();
        let mut child =
            device.command(&["install", &from]).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        // Each line is said before what it speaks of.
        let printed = BufReader::new(child.stderr.take().unwrap()).lines().take(kill_at).count();
        let _ = child.kill();
        child.wait().unwrap();
        assert!(device.holds(Slot::A, &Built::version("1.0")), "killed at {kill_at}");
        assert!(device.entry("box_1.0.efi").exists(), "killed at {kill_at}");
        let named = device.entries().contains(&"box_1.2+3.efi".to_owned());
        assert!(!named || device.holds(Slot::B, &new), "killed at {kill_at}");
        device.json(&["install", &from], 0);
        assert!(device.holds(Slot::B, &new), "killed at {kill_at}");
        assert_eq!(device.entries(), ["box_1.0.efi", "box_1.2+3.efi"], "killed at {kill_at}");
        if printed < kill_at {
            break;
        }
        steps += 1;
    }
    assert!(steps >= 5, "{steps}");
}
