//! Units whose steps leave links to files of this machine.

#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

#[allow(dead_code, reason = "each test program uses a part of it")]
mod support;

use support::Sandbox;

const SECRET: &str = "CONFIG_SECRET_OF_THE_HOST=maybe";

/// An image whose kernel is the unit `hello`, with these steps; `{HOST}` stands for a file of this machine.
fn build(steps: &[&str], image: &str) -> (Sandbox, String) {
    let sandbox = Sandbox::new();
    let host = sandbox.directory().join("host-file");
    std::fs::write(&host, SECRET).unwrap();
    let steps: Vec<String> =
        steps.iter().map(|step| step.replace("{HOST}", host.to_str().unwrap())).collect();
    let steps: Vec<&str> = steps.iter().map(String::as_str).collect();
    sandbox.unit("hello", &steps, "scope = \"noarch\"");
    sandbox.write(
        "images/small.star",
        &format!("image(name = \"small\", artifacts = [], layout = disk(), container = \"env\", {image})\n"),
    );
    sandbox.lock();
    let output = sandbox.yoe(&["build", "small"]);
    let printed = sandbox.shown(&output);
    assert_eq!(output.status.code(), Some(3), "{printed}");
    assert!(!printed.contains("SECRET") && !sandbox.logs().contains("SECRET"), "{printed}");
    (sandbox, printed)
}

#[test]
fn a_kernel_that_is_a_link_to_a_file_of_the_host() {
    let (_, printed) = build(&["mkdir -p $DESTDIR/boot; ln -s {HOST} $DESTDIR/boot/vmlinuz"], "");
    assert!(printed.contains("unit hello left something that cannot be used"), "{printed}");
    assert!(printed.contains("boot/vmlinuz is a symbolic link to [HOME]/host-file"), "{printed}");
}

#[test]
fn a_configuration_that_is_a_link_to_a_file_of_the_host() {
    let steps =
        ["mkdir -p $DESTDIR/boot; echo kernel >$DESTDIR/boot/vmlinuz; ln -s {HOST} $DESTDIR/boot/config"];
    let (_, printed) = build(&steps, "kernel_contract = [\"containerd\"]");
    assert!(printed.contains("unit hello left something that cannot be used"), "{printed}");
    assert!(printed.contains("boot/config is a symbolic link to [HOME]/host-file"), "{printed}");
}

#[test]
fn a_kernel_that_is_not_there_is_named() {
    let (_, printed) = build(&["mkdir -p $DESTDIR/usr"], "");
    assert!(printed.contains("unit hello left something that cannot be used"), "{printed}");
    assert!(printed.contains("boot/vmlinuz is not there"), "{printed}");
}
