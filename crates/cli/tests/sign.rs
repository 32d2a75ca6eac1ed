//! `yoe sign`: what a user can get wrong. That it signs is shown by `yoe test --secure-boot`.

#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

#[allow(dead_code, reason = "each test program uses a part of it")]
mod support;

use insta::assert_snapshot;
use support::Sandbox;

/// A project with a unit and an image, and with nothing that signs.
fn project() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.unit("hello", &["true"], "");
    sandbox.write(
        "images/slots.star",
        "image(name = \"slots\", artifacts = [\"hello\"], layout = verified_ab(slot = \"32M\"), container = \"env\")\n",
    );
    sandbox.lock();
    sandbox
}

fn shown(sandbox: &Sandbox, arguments: &[&str]) -> String {
    sandbox.shown(&sandbox.yoe(arguments))
}

#[test]
fn mistakes_are_named_and_nothing_is_made() {
    let sandbox = project();
    let sign = |more: &[&str]| shown(&sandbox, &[&["sign", "--output", "out"], more].concat());
    assert_snapshot!("without_output", shown(&sandbox, &["sign", "slots"]));
    assert_snapshot!("default", sign(&[]));
    assert_snapshot!("unknown", sign(&["slot"]));
    assert_snapshot!("unit", sign(&["hello"]));
    assert_snapshot!("without_tools", sign(&["slots"]));
    assert_snapshot!("machine", sign(&["slots", "--machine", "boxes"]));
    assert!(!sandbox.project().join("out").exists());
    assert!(!sandbox.directory().join("data").exists(), "a key was made");
}

#[test]
fn a_file_in_the_place_of_the_output_is_named_before_anything_is_built() {
    let sandbox = project();
    sandbox.write("out", "mine\n");
    assert_snapshot!("output_is_a_file", shown(&sandbox, &["sign", "slots", "--output", "out"]));
    assert_eq!(std::fs::read_to_string(sandbox.project().join("out")).unwrap(), "mine\n");
}
