//! Policies of images in roots.

#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

mod support;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read as _;

use yoe_model::{Image, ImagePolicy, PolicyDefault, RootFormat};

use support::{Bench, image, put};

const KEY: &str = include_str!("../../../formats/policy/tests/ed25519.pem");

fn with_policy() -> Image {
    let keys = BTreeMap::from([("team.pub".to_owned(), KEY.to_owned())]);
    let rules = BTreeMap::from([("registry.example.com/team/".to_owned(), keys)]);
    Image { policy: Some(ImagePolicy { rules, default: PolicyDefault::Refuse }), ..image(RootFormat::Erofs) }
}

/// Packages with something that judges images.
fn judging() -> Bench {
    let mut bench = Bench::with_base();
    bench.package(
        "judge",
        |_| (),
        |root| put(root, "usr/lib/yoe/image-verifiers/judge", "#!/bin/sh\n", 0o755),
    );
    bench
}

#[test]
fn the_root_says_which_images_may_run() {
    let bench = judging();
    bench.assemble(&with_policy(), &[]).unwrap();
    let mut archive = tar::Archive::new(File::open(bench.out().join("root.tar")).unwrap());
    let mut entries = archive.entries().unwrap().map(Result::unwrap);
    let mut entry = entries.find(|entry| entry.path().unwrap().ends_with(yoe_policy_format::FILE)).unwrap();
    let mut text = String::new();
    entry.read_to_string(&mut text).unwrap();
    let policy: yoe_policy_format::Policy = serde_json::from_str(&text).unwrap();
    let rule = policy.rule("registry.example.com/team/app").unwrap();
    assert_eq!(rule.keys[0].public.to_pem(), KEY);
    assert_eq!(entry.header().mode().unwrap(), 0o644);
}

#[test]
fn a_policy_that_nobody_goes_by_fails_the_build() {
    let error = Bench::with_base().assemble(&with_policy(), &[]).unwrap_err();
    let expected = "image \"base-image\" has a policy, and nothing in it judges images; add \"image-policy\"";
    assert!(error.to_string().contains(expected), "{error}");
}

#[test]
fn a_judge_without_a_policy_fails_the_build() {
    let error = judging().assemble(&image(RootFormat::Erofs), &[]).unwrap_err();
    let expected =
        "image \"base-image\" holds what judges images, and has no policy; write `policy = policy(…)`";
    assert!(error.to_string().contains(expected), "{error}");
}
