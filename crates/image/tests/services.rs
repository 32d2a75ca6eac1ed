//! Services in a root with busybox init.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod support;

use std::fs;
use std::io::Read as _;
use std::process::Command;

use support::{Bench, chain, image, service};
use yoe_model::{Restart, RootFormat, Service};
use yoe_package::ArchiveReader;

fn text_of(bench: &Bench, path: &str) -> String {
    let bytes = fs::read(bench.out().join("root.tar")).unwrap();
    let mut archive = ArchiveReader::new(&*bytes);
    while let Some(entry) = archive.next_entry().unwrap() {
        if entry.path == path {
            let mut text = String::new();
            archive.read_to_string(&mut text).unwrap();
            return text;
        }
    }
    panic!("{path} is not in the root");
}

fn full() -> Service {
    Service {
        needs: vec!["store".into(), "mounts".into()],
        ready: vec!["/usr/bin/web".into(), "is it's up?".into()],
        limits: [("nofile".to_owned(), 1 << 20), ("core".to_owned(), 1000)].into(),
        environment: [("GREETING".to_owned(), "it's $HOME".to_owned())].into(),
        ..service("web", &["/usr/bin/web", "--listen", ":80", "a b"])
    }
}

#[test]
fn services_become_lines_and_scripts() {
    let bench = Bench::with_base();
    let store = Service { restart: Restart::OnFailure, ..service("store", &["/bin/server"]) };
    let once = Service { restart: Restart::Never, ..service("once", &["/usr/bin/server"]) };
    let manifest = bench.assemble(&image(RootFormat::Erofs), &[full(), store, once]).unwrap();
    assert_eq!(manifest.services, ["once", "store", "web"]);
    let files = [
        "etc/inittab",
        "usr/lib/yoe/services/web",
        "usr/lib/yoe/services/store",
        "usr/lib/yoe/services/once",
    ];
    let shown: Vec<_> = files.iter().map(|file| format!("--- {file}\n{}", text_of(&bench, file))).collect();
    insta::assert_snapshot!(shown.join(""));
    for script in &files[1..] {
        let output = Command::new("sh").arg("-n").arg("-c").arg(text_of(&bench, script)).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

fn refused(services: &[Service]) -> String {
    chain(&Bench::with_base().assemble(&image(RootFormat::Erofs), services).unwrap_err())
}

#[test]
fn a_program_that_is_not_in_the_image() {
    insta::assert_snapshot!(refused(&[service("web", &["/usr/sbin/web"])]), @r#"units/net/web.star:7:1: service "web" starts /usr/sbin/web, which is not in image "base-image" (near: /usr/bin/web); add the unit that holds it to artifacts, or correct the path"#);
    insta::assert_snapshot!(refused(&[service("web", &["/usr/bin/unheard-of"])]), @r#"units/net/web.star:7:1: service "web" starts /usr/bin/unheard-of, which is not in image "base-image"; add the unit that holds it to artifacts, or correct the path"#);
}

#[test]
fn a_program_that_cannot_be_executed() {
    insta::assert_snapshot!(refused(&[service("web", &["/etc/shadow"]), service("tmp", &["/tmp"])]));
}

#[test]
fn commands_that_are_none() {
    insta::assert_snapshot!(refused(&[service("web", &["web"]), service("none", &[])]));
}

#[test]
fn needs_that_nobody_meets() {
    let needy =
        Service { needs: vec!["mouts".into(), "quantum".into()], ..service("web", &["/usr/bin/web"]) };
    insta::assert_snapshot!(refused(&[needy]));
}

#[test]
fn services_that_wait_for_one_another() {
    let a = Service { needs: vec!["b".into()], ..service("a", &["/usr/bin/web"]) };
    let b = Service { needs: vec!["c".into()], ..service("b", &["/usr/bin/web"]) };
    let c = Service { needs: vec!["b".into()], ..service("c", &["/usr/bin/web"]) };
    insta::assert_snapshot!(refused(&[a, b, c]), @"units/net/web.star:7:1: services wait for one another: b needs c needs b");
}

#[test]
fn words_that_mean_nothing() {
    let strange = Service {
        limits: [("nofiles".to_owned(), 1)].into(),
        environment: [("A-B".to_owned(), String::new())].into(),
        ..service("web", &["/usr/bin/web"])
    };
    insta::assert_snapshot!(refused(&[
        strange,
        service("../x", &["/usr/bin/web"]),
        service("web", &["/usr/bin/web"])
    ]));
}
