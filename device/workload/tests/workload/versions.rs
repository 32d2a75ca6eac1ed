//! Versions that came apart from the system.

use std::fs;

use crate::rig::Rig;

const HEALTHY: &str = "shop: healthy\n  web: healthy\n";

fn status(rig: &Rig) -> String {
    rig.run(&["status"]).1
}

/// With version 2 of the workload in the root, started.
fn started() -> Rig {
    let rig = Rig::new();
    rig.own_version("2");
    assert_eq!(rig.run(&["clear"]).0, 0);
    assert_eq!(rig.run(&["start", "shop"]).0, 0);
    assert_eq!(status(&rig), HEALTHY);
    rig
}

#[test]
fn a_version_that_is_healthy_for_long_enough_is_good() {
    let rig = started();
    rig.version("3", "healthy");
    let (code, output, problem) = rig.run(&["switch", "shop", "3"]);
    assert_eq!((code, output.as_str(), problem.as_str()), (0, "version 3 of shop is on trial\n", ""));
    assert_eq!(rig.controlled(), "restart workload-shop\n");
    assert!(status(&rig).contains("shop: not healthy, version 3 on trial\n  web: of another version"));
    let (code, output, _) = rig.run(&["start", "shop"]);
    assert_eq!((code, output.lines().last()), (0, Some("version 3 of shop is good")));
    assert_eq!(status(&rig), "shop: healthy, version 3\n  web: healthy\n");
    rig.reboot();
    assert_eq!(rig.run(&["clear"]).1, "");
    assert_eq!(rig.run(&["start", "shop"]).0, 0);
    assert_eq!(status(&rig), "shop: healthy, version 3\n  web: healthy\n");
}

#[test]
fn one_that_never_gets_healthy_is_given_up_and_what_ran_comes_back() {
    let rig = started();
    rig.version("3", "unhealthy");
    rig.run(&["switch", "shop", "3"]);
    let (code, output, _) = rig.run(&["start", "shop"]);
    assert_eq!(code, 0, "{output}");
    assert!(output.contains("version 3 of shop is given up: shop/web is unhealthy"), "{output}");
    let failure = "  last failure: version 3 was given up: shop/web is unhealthy\n";
    assert_eq!(status(&rig), format!("{HEALTHY}{failure}"));
    // Whoever installs it again has a reason to.
    rig.run(&["switch", "shop", "3"]);
    assert!(!status(&rig).contains("last failure"));
}

#[test]
fn a_device_that_goes_down_with_it_comes_to_the_end_of_its_tries() {
    let rig = started();
    rig.version("3", "healthy");
    rig.run(&["switch", "shop", "3"]);
    let path = rig.path("versions/generations.json");
    let tries = |left: u32| fs::read_to_string(&path).unwrap().contains(&format!("\"tries\": {left}"));
    assert!(tries(3));
    // The engine takes the device down with it, so each start gets no further.
    fs::remove_file(rig.path("client")).unwrap();
    fs::write(rig.path("updates"), r#"{"settle": 0, "deadline": 0}"#).unwrap();
    for left in [2, 1, 0] {
        let text = fs::read_to_string(&path).unwrap();
        rig.run(&["start", "shop"]);
        // As if power had gone before the verdict.
        let before = format!("\"tries\": {}", left + 1);
        fs::write(&path, text.replace(&before, &format!("\"tries\": {left}"))).unwrap();
        assert!(tries(left));
    }
    rig.run(&["start", "shop"]);
    let text = fs::read_to_string(&path).unwrap();
    assert!(
        text.contains("3 starts, and it was not healthy for long enough") && !text.contains("tries"),
        "{text}"
    );
}

#[test]
fn it_can_be_taken_back_to_what_ran_before() {
    let rig = started();
    for version in ["3", "4"] {
        rig.version(version, "healthy");
        rig.run(&["switch", "shop", version]);
        rig.run(&["start", "shop"]);
    }
    assert_eq!(rig.run(&["rollback", "shop"]).1, "version 3 of shop comes back\n");
    rig.run(&["start", "shop"]);
    assert_eq!(status(&rig), "shop: healthy, version 3\n  web: healthy\n");
    assert_eq!(rig.run(&["rollback", "shop"]).1, "the system's own of shop comes back\n");
    rig.run(&["start", "shop"]);
    assert_eq!(status(&rig), HEALTHY);
    let (code, _, problem) = rig.run(&["rollback", "shop"]);
    assert_eq!(code, 1);
    assert!(problem.contains("`updater rollback` takes the system back"), "{problem}");
}

#[test]
fn what_no_generation_needs_is_removed() {
    let rig = started();
    for version in ["3", "4", "5"] {
        rig.version(version, "healthy");
        rig.run(&["switch", "shop", version]);
        assert_eq!(rig.run(&["start", "shop"]).0, 0);
    }
    let here = |version: &str| rig.path("versions/shop").join(format!("{version}.erofs")).exists();
    assert_eq!(["3", "4", "5"].map(here), [false, true, true]);
    assert!(!rig.path("run/workloads/shop/3").exists() && rig.path("run/workloads/shop/5").exists());
    // A layer that the engine had from it is the newer one's now.
    assert!(fs::read_link(rig.path("content/l1")).is_err() || fs::metadata(rig.path("content/l1")).is_ok());
}

#[test]
fn a_new_system_keeps_what_is_newer_and_an_older_one_finds_its_own() {
    let rig = started();
    rig.version("3", "healthy");
    rig.run(&["switch", "shop", "3"]);
    rig.run(&["start", "shop"]);
    let system = |image: &str, own: &str| {
        fs::write(rig.path("os-release"), format!("IMAGE_ID=box\nIMAGE_VERSION={image}\n")).unwrap();
        rig.own_version(own);
        rig.reboot();
        assert_eq!(rig.run(&["clear"]).0, 0);
        assert_eq!(rig.run(&["start", "shop"]).0, 0);
        status(&rig)
    };
    assert_eq!(system("2", "2"), "shop: healthy, version 3\n  web: healthy\n");
    assert_eq!(system("3", "4"), HEALTHY, "the system's own is newer");
    assert_eq!(system("2", "2"), "shop: healthy, version 3\n  web: healthy\n");
}

#[test]
fn one_that_is_damaged_gives_way() {
    let rig = started();
    rig.version("3", "healthy");
    rig.run(&["switch", "shop", "3"]);
    rig.run(&["start", "shop"]);
    fs::write(rig.path("versions/shop/3.erofs"), "no file system").unwrap();
    rig.reboot();
    rig.run(&["clear"]);
    let (code, output, _) = rig.run(&["start", "shop"]);
    assert_eq!(code, 0, "{output}");
    assert!(output.contains("shop cannot be used: mount "), "{output}");
    assert!(status(&rig).starts_with(HEALTHY) && status(&rig).contains("version 3 was given up: mount "));
    // Nothing that is damaged keeps a device from its workloads.
    fs::write(rig.path("versions/generations.json"), "{").unwrap();
    rig.reboot();
    assert_eq!(rig.run(&["clear"]).0, 0);
    assert_eq!(rig.run(&["start", "shop"]).0, 0);
    assert_eq!(status(&rig), HEALTHY);
}

#[test]
fn what_cannot_be_chosen_is_refused() {
    let rig = started();
    rig.version("2", "healthy");
    rig.version("3", "healthy");
    let refused = |words: &[&str]| {
        let (code, output, problem) = rig.run(words);
        assert_eq!(output, "");
        (code, problem.replace(&rig.path("").display().to_string(), "/"))
    };
    let older = refused(&["switch", "shop", "2"]);
    assert_eq!(
        older,
        (1, "yoe-workload: version 2 of shop is no newer than the system's own 2\n".to_owned())
    );
    assert_eq!(refused(&["switch", "shpo", "3"]).0, 2);
    assert!(refused(&["switch", "shop", "4"]).1.contains("/versions/shop/4.erofs cannot be read"));
    assert!(refused(&["switch", "shop", "9/../3"]).1.contains("\"9/../3\" is not a version"));
    // One that says that it is another.
    fs::copy(rig.path("versions/shop/3.erofs"), rig.path("versions/shop/5.erofs")).unwrap();
    assert_eq!(refused(&["switch", "shop", "5"]).0, 3);
    assert_eq!(status(&rig), HEALTHY);
    assert_eq!(rig.controlled(), "");
}

/// What the one volume holds.
fn volume(rig: &Rig) -> String {
    fs::read_to_string(rig.path("volume/_data/file")).unwrap()
}

#[test]
fn a_newer_form_of_data_begins_with_a_copy_that_comes_back() {
    let rig = Rig::new();
    rig.own_version("1.0");
    fs::write(rig.path("volume/_data/file"), "of form 1").unwrap();
    assert_eq!(rig.run(&["start", "shop"]).0, 0);
    // The same form: nothing is copied.
    rig.version("1.1", "healthy");
    rig.run(&["switch", "shop", "1.1"]);
    assert_eq!(rig.run(&["start", "shop"]).0, 0);
    assert!(!rig.path("data/shop/copy-1").exists());
    rig.version("2.0", "healthy");
    rig.run(&["switch", "shop", "2.0"]);
    let output = rig.run(&["start", "shop"]).1;
    assert!(output.contains("its volumes are copied before their form becomes 2 instead of 1"), "{output}");
    fs::write(rig.path("volume/_data/file"), "of form 2").unwrap();
    fs::write(rig.path("volume/_data/more"), "").unwrap();
    rig.run(&["rollback", "shop"]);
    let output = rig.run(&["start", "shop"]).1;
    assert!(output.contains("its volumes get back what they held in form 1"), "{output}");
    assert_eq!((volume(&rig).as_str(), rig.path("volume/_data/more").exists()), ("of form 1", false));
    let left: Vec<_> =
        fs::read_dir(rig.path("data/shop")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["version"]);
}

#[test]
fn a_loss_of_power_leaves_one_form_or_the_other() {
    let rig = Rig::new();
    rig.own_version("1.0");
    fs::write(rig.path("volume/_data/file"), "of form 1").unwrap();
    rig.run(&["start", "shop"]);
    // Half a copy.
    fs::create_dir_all(rig.path("data/shop/copy.new/shop_data")).unwrap();
    fs::write(rig.path("data/shop/copy.new/shop_data/file"), "of fo").unwrap();
    rig.own_version("2.0");
    rig.run(&["start", "shop"]);
    assert_eq!(fs::read_to_string(rig.path("data/shop/copy-1/shop_data/file")).unwrap(), "of form 1");
    // Half of what comes back: the volume is away, its successor is not in its place yet.
    fs::write(rig.path("volume/_data/file"), "of form 2").unwrap();
    fs::rename(rig.path("volume/_data"), rig.path("volume/_data.old")).unwrap();
    fs::create_dir(rig.path("volume/_data.new")).unwrap();
    fs::write(rig.path("data/shop/version"), "restores 1\n").unwrap();
    rig.own_version("1.0");
    assert_eq!(rig.run(&["start", "shop"]).0, 0);
    assert_eq!(volume(&rig), "of form 1");
    assert!(!rig.path("volume/_data.old").exists() && !rig.path("volume/_data.new").exists());
    // A newer version that starts in between finishes what was begun, and copies it anew.
    rig.own_version("2.0");
    rig.run(&["start", "shop"]);
    fs::write(rig.path("data/shop/version"), "restores 1\n").unwrap();
    assert_eq!(rig.run(&["start", "shop"]).0, 0);
    assert_eq!(fs::read_to_string(rig.path("data/shop/version")).unwrap(), "2\n");
}

#[test]
fn a_form_that_cannot_be_read_is_not_started_on() {
    let rig = Rig::new();
    rig.own_version("3.0");
    rig.run(&["start", "shop"]);
    rig.own_version("2.0");
    let before = rig.asked("compose").len();
    let (code, _, problem) = rig.run(&["start", "shop"]);
    assert_eq!((code, rig.asked("compose").len()), (1, before));
    assert!(
        problem.contains("the volumes of shop have form 3, which this version cannot read (it has form 2)"),
        "{problem}"
    );
    fs::write(rig.path("data/shop/version"), "two\n").unwrap();
    assert!(rig.run(&["start", "shop"]).2.contains("data/shop/version cannot be parsed"));
}
