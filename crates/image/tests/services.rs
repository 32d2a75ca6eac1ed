//! Services in a root, for each init.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod support;

use std::fs;
use std::io::Read as _;
use std::process::Command;

use support::{Bench, chain, image, service};
use yoe_model::{
    Children, Image, Init, OomScore, Restart, RootFormat, Service, ServiceKind, Signal, Size, Stop,
};
use yoe_package::{ArchiveReader, Kind};

/// Every file with its text and every link with what it says.
fn files_of(bench: &Bench) -> Vec<(String, String)> {
    let bytes = fs::read(bench.out().join("root.tar")).unwrap();
    let mut archive = ArchiveReader::new(&*bytes);
    let mut files = Vec::new();
    while let Some(entry) = archive.next_entry().unwrap() {
        let mut text = String::new();
        match &entry.kind {
            Kind::Symlink(target) => text = format!("-> {target}\n"),
            _ => drop(archive.read_to_string(&mut text).unwrap()),
        }
        files.push((entry.path, text));
    }
    files
}

fn full() -> Service {
    Service {
        needs: vec!["data".into(), "mounts".into()],
        ready: vec!["/usr/bin/web".into(), "is it's up?".into()],
        limits: [("nofile".to_owned(), 1 << 20), ("core".to_owned(), 1000)].into(),
        stop: Stop { signal: Signal::Int, timeout: 60 },
        children: Children::Stay,
        cgroup: [
            ("memory.max".to_owned(), "67108864".to_owned()),
            ("cpu.max".to_owned(), "50000 100000".to_owned()),
        ]
        .into(),
        oom: OomScore::new(-500).unwrap(),
        log: Size(64 << 10),
        environment: [("GREETING".to_owned(), "it's $HOME".to_owned())].into(),
        ..service("web", &["/usr/bin/web", "--listen", ":80", "a b"])
    }
}

/// Every kind of service: with everything, a task, one that is not started again.
fn services() -> [Service; 4] {
    let store = Service {
        kind: ServiceKind::Task,
        restart: Restart::OnFailure,
        start_timeout: Some(30),
        ..service("data", &["/bin/server", "--once"])
    };
    let once = Service { restart: Restart::Never, ..service("once", &["/usr/bin/server"]) };
    let ready = ["/bin/test", "-e", "/run/early.up"].map(str::to_owned).to_vec();
    let early = Service { ready, ..service("early", &["/usr/bin/server"]) };
    [full(), store, once, early]
}

/// The files of the root that come of [`services`], and whether the shell accepts what is a script.
fn rendered(init: Init) -> String {
    let mut bench = Bench::with_base();
    if init == Init::OpenRc {
        bench.package("openrc", |_| (), |root| support::put(root, "usr/sbin/openrc-init", "init", 0o755));
    }
    let manifest = bench.assemble(&Image { init, ..image(RootFormat::Erofs) }, &services()).unwrap();
    assert_eq!(manifest.services, ["data", "early", "once", "web"]);
    let directories = ["etc/finit.conf", "etc/init.d/", "etc/rc.conf.d/", "etc/runlevels/", "usr/lib/yoe/"];
    let mut shown = String::new();
    for (path, text) in files_of(&bench) {
        if directories.iter().any(|directory| path.starts_with(directory)) {
            shown.push_str(&format!("--- {path}\n{text}"));
            if text.starts_with("#!") {
                let output = Command::new("sh").arg("-n").arg("-c").arg(&text).output().unwrap();
                assert!(output.status.success(), "{path}: {}", String::from_utf8_lossy(&output.stderr));
            }
        }
    }
    shown
}

#[test]
fn services_for_finit() {
    insta::assert_snapshot!(rendered(Init::Finit));
}

#[test]
fn services_for_openrc() {
    insta::assert_snapshot!(rendered(Init::OpenRc));
}

#[test]
fn a_root_without_the_init_that_it_names() {
    let bench = Bench::with_base();
    let image = Image { init: Init::OpenRc, ..image(RootFormat::Erofs) };
    let error = bench.assemble(&image, &[service("web", &["/usr/bin/web"])]).unwrap_err();
    insta::assert_snapshot!(chain(&error), @r#"images/base-image.star:3:1: the services of image "base-image" are for openrc, but no package holds /sbin/openrc-init; add "openrc" to artifacts, or name another init"#);
    bench.assemble(&image, &[]).unwrap();
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
