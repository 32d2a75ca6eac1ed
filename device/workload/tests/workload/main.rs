//! The program with an engine that is a script: it keeps its containers and images in files, and notes what it was asked.

#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

mod rig;
mod versions;

use std::fs;

use rig::Rig;

#[test]
fn a_first_start_gives_the_engine_its_images_and_starts_them() {
    let rig = Rig::new();
    let output = rig.run(&["start", "shop"]);
    assert_eq!(output, (0, "imported the image yoe.internal/page:m1\n".to_owned(), String::new()));
    assert_eq!(rig.asked("load"), ["load --quiet"]);
    let up = rig.asked("compose");
    assert_eq!(up.len(), 1);
    assert!(up[0].ends_with("up --detach --pull never"), "{up:?}");
    assert!(up[0].starts_with("compose --project-name shop --file "), "{up:?}");
    // What the engine read is a tar with every blob.
    let archive = fs::read(rig.path("loaded")).unwrap();
    let text = String::from_utf8_lossy(&archive);
    for part in
        ["oci-layout", "blobs/sha256/m1", "blobs/sha256/c1", "blobs/sha256/l1", "yoe.internal/page:m1"]
    {
        assert!(text.contains(part), "{part}");
    }
    assert_eq!(archive.len() % 512, 0);
}

#[test]
fn what_the_engine_copied_of_a_layer_gives_way_to_a_link() {
    let rig = Rig::new();
    fs::write(rig.path("content/l1"), "layer").unwrap();
    fs::write(rig.path("content/c1"), "config").unwrap();
    rig.run(&["start", "shop"]);
    assert_eq!(fs::read_link(rig.path("content/l1")).unwrap(), rig.path("share/blobs/sha256/l1"));
    assert!(!fs::symlink_metadata(rig.path("content/c1")).unwrap().is_symlink());
}

#[test]
fn a_second_start_imports_nothing_and_removes_what_nothing_needs() {
    let rig = Rig::new();
    fs::write(rig.path("images"), "yoe.internal/page:m1\nyoe.internal/page:m0\nexample.org/mine:1\n")
        .unwrap();
    let (code, output, _) = rig.run(&["start", "shop"]);
    assert_eq!(
        (code, output.as_str()),
        (0, "removed the image yoe.internal/page:m0, which nothing needs any more\n")
    );
    assert!(rig.asked("load").is_empty());
    assert_eq!(rig.asked("rmi"), ["rmi yoe.internal/page:m0"]);
}

#[test]
fn a_container_of_a_service_that_is_gone_goes_first() {
    let rig = Rig::new();
    rig.containers(&[("a1", "web"), ("b2", "stray")]);
    rig.run(&["start", "shop"]);
    assert_eq!(rig.asked("rm"), ["rm --force b2"]);
    let all = rig.all();
    let at = |word: &str| all.iter().position(|line| line.starts_with(word)).unwrap();
    assert!(at("rm --force b2") < at("compose"), "{all:?}");
}

#[test]
fn a_container_that_cannot_be_started_is_made_anew() {
    let rig = Rig::new();
    fs::write(rig.path("fails"), "no such snapshot").unwrap();
    let (code, output, _) = rig.run(&["start", "shop"]);
    assert_eq!(code, 0, "{output}");
    assert!(output.contains("no such snapshot; its containers are made anew"), "{output}");
    let up = rig.asked("compose");
    assert!(up[1].ends_with("up --detach --pull never --force-recreate"), "{up:?}");
}

#[test]
fn one_that_waits_for_another_in_vain_is_an_error() {
    let rig = Rig::new();
    fs::write(rig.path("fails"), "service web depends on store: it is unhealthy").unwrap();
    let (code, _, problem) = rig.run(&["start", "shop"]);
    assert_eq!(code, 3);
    assert!(
        problem.contains("compose --project-name shop up --detach --pull never: service web depends on"),
        "{problem}"
    );
    assert_eq!(rig.asked("compose").len(), 1);
}

#[test]
fn a_container_that_the_engine_is_at_is_left_alone() {
    let rig = Rig::new();
    fs::write(rig.path("fails"), "container a1 is left as it is: somebody is at it; try again").unwrap();
    assert_eq!(rig.run(&["start", "shop"]).0, 3);
    assert_eq!(rig.asked("compose").len(), 1);
    assert_eq!(rig.run(&["start", "shop"]).0, 0);
}

#[test]
fn a_workload_of_an_older_root_is_cleared_away() {
    let rig = Rig::new();
    rig.run(&["start", "shop"]);
    fs::write(rig.path("state/old"), "").unwrap();
    rig.containers(&[("a1", "web")]);
    let (code, output, _) = rig.run(&["clear"]);
    assert_eq!(
        (code, output.as_str()),
        (0, "removed the containers of old, which this version does not have; its volumes stay\n")
    );
    assert!(!rig.path("state/old").exists() && rig.path("state/shop").exists());
    assert!(rig.asked("volume").is_empty());
    assert_eq!(rig.run(&["clear"]).1, "");
}

#[test]
fn containers_of_another_version_are_stopped_before_all_else() {
    let rig = Rig::new();
    rig.run(&["start", "shop"]);
    rig.containers(&[("a1", "web"), ("b2", "stray")]);
    let (code, output, _) = rig.run(&["clear"]);
    assert_eq!((code, output.as_str()), (0, "stopped shop-stray-1, which another version made\n"));
    assert_eq!(rig.asked("stop"), ["stop b2"]);
    assert!(rig.asked("rm").is_empty());
}

#[test]
fn status_judges() {
    let rig = Rig::new();
    let (code, output, problem) = rig.run(&["status"]);
    assert_eq!((code, output.as_str()), (1, "shop: not healthy\n  web: not started\n"));
    assert_eq!(problem, "yoe-workload: shop/web is not started\n");
    rig.containers(&[("a1", "web")]);
    assert_eq!(rig.run(&["status", "shop"]).1, "shop: healthy\n  web: healthy, started again 2 times\n");
    let (code, output, _) = rig.run(&["status", "--json"]);
    let found: serde_json::Value = serde_json::from_str(&output).unwrap();
    assert_eq!((code, &found[0]["healthy"]), (0, &true.into()));
    assert_eq!(found[0]["services"][0]["containers"][0]["restarts"], 2);
}

#[test]
fn what_the_engine_lost_is_given_again() {
    let rig = Rig::new();
    for (name, text) in [("m1", "manifest"), ("c1", "config"), ("l1", "layer")] {
        fs::write(rig.path("content").join(name), text).unwrap();
    }
    fs::write(rig.path("images"), "yoe.internal/page:m1\n").unwrap();
    assert_eq!(rig.run(&["verify"]).1, "shop: 1 images, all whole\n");
    fs::write(rig.path("content/l1"), "lay").unwrap();
    fs::remove_file(rig.path("content/c1")).unwrap();
    assert_eq!(rig.run(&["verify"]).1, "shop: 1 of 1 images were given again\n");
    // No container is disturbed for it.
    assert!(rig.asked("rmi").is_empty() && rig.asked("load").is_empty());
    let blob = |name: &str| rig.path("share/blobs/sha256").join(name);
    assert_eq!(fs::read_link(rig.path("content/l1")).unwrap(), blob("l1"));
    assert_eq!(fs::read(rig.path("content/c1")).unwrap(), fs::read(blob("c1")).unwrap());
    assert!(fs::symlink_metadata(rig.path("content/c1")).unwrap().is_file());
    assert_eq!(rig.run(&["verify"]).1, "shop: 1 images, all whole\n");
    // As large as it was, and something else.
    fs::write(rig.path("content/m1"), "manifesT").unwrap();
    fs::remove_file(rig.path("content/l1")).unwrap();
    fs::write(rig.path("content/l1"), "LAYER").unwrap();
    assert_eq!(rig.run(&["verify"]).1, "shop: 1 of 1 images were given again\n");
    assert_eq!(fs::read(rig.path("content/m1")).unwrap(), fs::read(blob("m1")).unwrap());
    assert_eq!(fs::read_link(rig.path("content/l1")).unwrap(), blob("l1"));
}

#[test]
fn an_empty_store_is_asked_for() {
    let rig = Rig::new();
    let (code, output, _) = rig.run(&["reset"]);
    assert_eq!(code, 0);
    assert!(output.contains("volumes as they are: reboot when you are ready"), "{output}");
    assert!(rig.path("reset").exists());
    assert!(rig.all().is_empty(), "the engine is not asked");
}

#[test]
fn mistakes_are_named() {
    let rig = Rig::new();
    assert_eq!(rig.run(&["start", "shpo"]).0, 2);
    assert_eq!(
        rig.run(&["start", "shpo"]).2,
        "yoe-workload: this version of the device has no workload \"shpo\"; it has shop\n"
    );
    fs::write(rig.path("share/shop/workload.json"), "{").unwrap();
    let (code, _, problem) = rig.run(&["status"]);
    assert_eq!(code, 3);
    assert!(problem.contains("cannot parse"), "{problem}");
}

#[test]
fn docker_is_asked_in_the_same_words_by_its_own_name() {
    let rig = Rig::with_docker();
    fs::write(rig.path("content/l1"), "layer").unwrap();
    let output = rig.run(&["start", "shop"]);
    assert_eq!(output, (0, "imported the image yoe.internal/page:m1\n".to_owned(), String::new()));
    assert_eq!(fs::read_to_string(rig.path("called")).unwrap(), "docker\n");
    assert_eq!(rig.asked("load"), ["load --quiet"]);
    assert!(rig.asked("compose")[0].ends_with("up --detach --pull never"));
    // It keeps images where containerd does, so layers are links here, too.
    assert_eq!(fs::read_link(rig.path("content/l1")).unwrap(), rig.path("share/blobs/sha256/l1"));
    let archive = fs::read(rig.path("loaded")).unwrap();
    let text = String::from_utf8_lossy(&archive);
    assert!(text.contains(yoe_workload_format::DOCKER_MANIFEST), "the manifest is what it is");
    // It names containers with a slash.
    rig.containers(&[("a1", "web")]);
    let inspect =
        fs::read_to_string(rig.path("inspect")).unwrap().replace("\"shop-web-1\"", "\"/shop-web-1\"");
    fs::write(rig.path("inspect"), inspect).unwrap();
    let (code, status, _) = rig.run(&["status", "--json"]);
    assert_eq!(code, 0);
    assert!(status.contains("\"name\":\"shop-web-1\""), "{status}");
}

#[test]
fn what_docker_waits_for_in_vain_is_an_error() {
    for said in [
        "dependency failed to start: container shop-store-1 is unhealthy",
        "service \"init\" didn't complete successfully: exit 1",
    ] {
        let rig = Rig::with_docker();
        fs::write(rig.path("fails"), said).unwrap();
        let (code, _, problem) = rig.run(&["start", "shop"]);
        assert_eq!(code, 3);
        assert!(problem.contains(said), "{problem}");
        assert_eq!(rig.asked("compose").len(), 1);
    }
}
