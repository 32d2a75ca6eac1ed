//! `yoe test --cuts` and `--skip`: what a user can get wrong. That it cuts is shown by images with sweeps.

#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

#[allow(dead_code, reason = "each test program uses a part of it")]
mod support;

use insta::assert_snapshot;
use support::Sandbox;

fn image(sandbox: &Sandbox, name: &str, tests: &str) {
    let text = format!(
        "image(name = {name:?}, artifacts = [\"hello\"], layout = disk(), container = \"env\", tests = [{tests}])\n"
    );
    sandbox.write(&format!("images/{name}.star"), &text);
}

#[test]
fn cuts_are_for_images_with_a_sweep() {
    let sandbox = Sandbox::new();
    sandbox.unit("hello", &["true"], "");
    image(&sandbox, "plain", "test(\"works\", run = \"true\")");
    image(&sandbox, "swept", "test(\"outlives\", run = \"true\", sweep = sweep(during = \"true\"))");
    sandbox.lock();
    let list = |image: &str, more: &[&str]| {
        sandbox.shown(&sandbox.yoe(&[&["test", image, "--list"], more].concat()))
    };
    assert_snapshot!("without_a_sweep", list("plain", &["--cuts", "200"]));
    assert_snapshot!("with_a_sweep", list("swept", &["--cuts", "200", "--seed", "7"]));
    assert_snapshot!("no_cut", list("swept", &["--cuts", "0"]));
}

#[test]
fn what_is_skipped_is_named_by_a_test() {
    let sandbox = Sandbox::new();
    sandbox.unit("hello", &["true"], "");
    image(&sandbox, "plain", "test(\"works\", run = \"true\"), test(\"is slow\", run = \"true\")");
    sandbox.lock();
    let list = |more: &[&str]| sandbox.shown(&sandbox.yoe(&[&["test", "plain", "--list"], more].concat()));
    assert_snapshot!("skipped", list(&["--skip", "slow"]));
    assert_snapshot!("skipped_by_no_name", list(&["--skip", "slow", "--skip", "slwo"]));
}
