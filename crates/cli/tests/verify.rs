//! `yoe verify`: what depends on time, on the order of files and on the number of processors is found.

#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

#[allow(dead_code, reason = "other tests use the rest of it")]
mod support;

use std::process::Output;

use support::Sandbox;

/// Three units, each with one thing in it that another machine would make otherwise, and one without.
fn sample() -> Sandbox {
    let sandbox = Sandbox::new();
    let noarch = "scope = \"noarch\"";
    let sorted = "mkdir -p $DESTDIR/usr/share; cd $SRCDIR; ls > $DESTDIR/usr/share/hello";
    let timed = "mkdir -p $DESTDIR/usr/share; date +%s%N > $DESTDIR/usr/share/timed";
    let listed = "mkdir -p $DESTDIR/usr/share; cd $SRCDIR; ls -U > $DESTDIR/usr/share/listed";
    let counted = "mkdir -p $DESTDIR/usr/share; echo $NPROC > $DESTDIR/usr/share/counted";
    let tree = "source = path(\"tree\"), scope = \"noarch\"";
    sandbox.unit("hello", &[sorted], tree);
    sandbox.unit("timed", &[timed], noarch);
    sandbox.unit("listed", &[listed], tree);
    sandbox.unit("counted", &[counted], noarch);
    (0..20).for_each(|number| sandbox.write(&format!("tree/file-{number}"), ""));
    sandbox.lock();
    sandbox
}

fn text(output: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn what_is_made_the_same_way_everywhere_is_the_same() {
    let sandbox = sample();
    let (code, out, log) = text(&sandbox.yoe(&["verify", "hello"]));
    assert_eq!((code, out.as_str()), (Some(0), ""), "{log}");
    assert!(log.contains("2 results were made again, and all bytes are the same"), "{log}");
    assert!(log.contains("the project has no container \"verify-tools\""), "{log}");
}

#[test]
fn each_fault_is_found_by_its_variation_and_named() {
    let sandbox = sample();
    for (unit, vary, others) in [
        ("timed", "time", None),
        ("listed", "order", Some("time,cores")),
        ("counted", "cores", Some("time,order")),
    ] {
        let (code, out, log) = text(&sandbox.yoe(&["verify", unit, "--vary", vary]));
        assert_eq!(code, Some(6), "{unit}: {out}{log}");
        assert!(
            out.starts_with(&format!(
                "unit {unit}: differs in 1 paths\n  usr/share/{unit} has other content\n"
            )),
            "{out}"
        );
        // The package holds what the store's unit gave: the fault is named once, where it is.
        assert!(!out.contains("package"), "{out}");
        assert!(log.contains("not reproducible: of 2 results that were made again, 1 differ"), "{log}");
        if let Some(others) = others {
            let (code, out, log) = text(&sandbox.yoe(&["verify", unit, "--vary", others]));
            assert_eq!(code, Some(0), "{unit}: {out}{log}");
        }
    }
}

#[test]
fn what_cannot_be_made_again_is_named_and_the_rest_is_compared() {
    let sandbox = Sandbox::new();
    let cores = std::thread::available_parallelism().unwrap();
    let step = format!("test $NPROC = {cores} || exit 3; mkdir -p $DESTDIR/usr/share");
    sandbox.unit("hello", &[&step], "scope = \"noarch\"");
    sandbox.lock();
    let (code, out, log) = text(&sandbox.yoe(&["verify", "hello", "--vary", "cores", "--json"]));
    let verdicts: serde_json::Value = serde_json::from_str(out.lines().last().unwrap()).unwrap();
    assert_eq!((code, verdicts["actions"][0]["outcome"].as_str()), (Some(6), Some("failed")), "{out}{log}");
    assert_eq!(verdicts["actions"][1]["outcome"], "same");
}

#[test]
fn a_name_that_is_not_a_part_is_refused() {
    let sandbox = sample();
    let (code, _, log) = text(&sandbox.yoe(&["verify", "hello", "--only", "helo"]));
    assert_eq!(code, Some(1));
    assert!(
        log.contains("hello is not made of a unit or an image \"helo\"")
            && log.contains("did you mean \"hello\"?"),
        "{log}"
    );
}
