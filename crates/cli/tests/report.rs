//! `yoe report` where there is nothing to report on.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may stop here")]

#[allow(dead_code, reason = "each test program uses a part of it")]
mod support;

use support::Sandbox;

fn project() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.unit("hello", &["install -D /dev/null \"$DESTDIR/usr/bin/hello\""], "");
    sandbox.write(
        "images/host.star",
        "image(name = \"host\", artifacts = [\"hello\"], layout = disk(), container = \"env\")\n\
         oci_image(name = \"box\", artifacts = [\"hello\"], cmd = [\"/usr/bin/hello\"])\n",
    );
    sandbox.lock();
    sandbox
}

#[test]
fn what_cannot_be_reported_on_is_told_with_what_to_do() {
    let sandbox = project();
    let message = ["host", "box", ""].map(|name| {
        let names: &[&str] = if name.is_empty() { &[] } else { &[name] };
        sandbox.shown(&sandbox.yoe(&[&["report"], names].concat()))
    });
    insta::assert_snapshot!(message.concat(), @r#"
    exit: 1
    --- stdout

    --- stderr
    error: image "host" is not built as it is defined now
    hint: `yoe test host` builds it and measures it
    exit: 1
    --- stdout

    --- stderr
    error: there is no image "box"
    hint: "box" is a container image: `yoe build box` makes it
    exit: 1
    --- stdout

    --- stderr
    error: there is nothing to report on: the project has no default image
    hint: name an image
    "#);
}

#[test]
fn a_page_of_several_images_is_refused() {
    let sandbox = project();
    let output = sandbox.yoe(&["report", "host", "host", "--html", "page.html"]);
    insta::assert_snapshot!(sandbox.shown(&output), @"
    exit: 1
    --- stdout

    --- stderr
    error: an HTML page is about one image
    hint: name one image, or leave out --html
    ");
}

#[test]
fn an_oci_image_is_built_from_the_same_packages() {
    let sandbox = project();
    let output = sandbox.yoe(&["build", "box", "--print-path"]);
    let path = String::from_utf8(output.stdout.clone()).unwrap();
    assert!(output.status.success(), "{}", sandbox.shown(&output));
    let archive = std::path::Path::new(path.trim());
    assert_eq!(archive.file_name().unwrap(), "box.oci.tar");
    let index = std::fs::read_to_string(archive.with_file_name("box.oci").join("index.json")).unwrap();
    assert!(index.contains("\"org.opencontainers.image.ref.name\":\"0.1.0\""), "{index}");
}
