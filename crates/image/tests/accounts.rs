//! Accounts and the time zone of an image, in its root.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;

use support::{Bench, image, origin, put};
use yoe_model::{Image, RootFormat, User};

const HASH: &str = "$6$salt$hash";

fn user(name: &str, uid: u32) -> User {
    User {
        name: name.to_owned(),
        uid,
        groups: Vec::new(),
        ssh_keys: Vec::new(),
        shell: "/bin/sh".to_owned(),
        password_hash: None,
        origin: origin("images/base-image.star", 9),
    }
}

/// A root with accounts of its own, and the rules of one zone.
fn bench() -> Bench {
    let mut bench = Bench::with_base();
    bench.package(
        "accounts",
        |info| info.replaces = vec!["base-files".into()],
        |root| {
            put(
                root,
                "etc/passwd",
                "root:x:0:0:root:/root:/bin/sh\nchrony:x:223:223::/:/sbin/nologin\n",
                0o644,
            );
            put(root, "etc/group", "root:x:0:\ndisk:x:6:\naudio:x:29:chrony\nkvm:x:1036:\n", 0o644);
            put(root, "etc/shadow", "root:!:::::::\nchrony:!:::::::\n", 0o600);
            put(root, "etc/shells", "/bin/sh\n", 0o644);
            put(root, "usr/bin/sh", "", 0o755);
            put(root, "usr/bin/fish", "", 0o755);
            put(root, "usr/sbin/nologin", "", 0o755);
            put(root, "usr/share/zoneinfo/Europe/Vienna", "rules", 0o644);
        },
    );
    bench
}

fn with(users: Vec<User>) -> Image {
    Image { users, ..image(RootFormat::Erofs) }
}

/// Text, mode and link of what the root holds.
fn root(bench: &Bench) -> BTreeMap<String, (String, u32, String)> {
    let mut archive = tar::Archive::new(fs::File::open(bench.out().join("root.tar")).unwrap());
    let entries = archive.entries().unwrap().map(|entry| {
        let mut entry = entry.unwrap();
        let path = entry.path().unwrap().display().to_string();
        let link = entry.link_name().unwrap().map(|link| link.display().to_string()).unwrap_or_default();
        let (mut text, mode) = (String::new(), entry.header().mode().unwrap());
        entry.read_to_string(&mut text).unwrap();
        (path, (text, mode, link))
    });
    entries.collect()
}

#[test]
fn accounts_stand_behind_those_of_packages() {
    let bench = bench();
    let mut alice = user("alice", 1000);
    alice.groups = vec!["disk".into(), "audio".into()];
    alice.ssh_keys = vec!["ssh-ed25519 AAAA one".into(), "ssh-ed25519 BBBB two".into()];
    alice.shell = "/bin/fish".into();
    let mut daemon = user("app", 300);
    daemon.shell = "/sbin/nologin".into();
    daemon.password_hash = Some(HASH.into());
    bench.assemble(&with(vec![alice, daemon]), &[]).unwrap();
    let root = root(&bench);
    let text = |path: &str| root[path].0.clone();
    assert_eq!(
        text("etc/passwd"),
        "root:x:0:0:root:/root:/bin/sh\nchrony:x:223:223::/:/sbin/nologin\n\
         alice:x:1000:1000:alice:/home/alice:/bin/fish\napp:x:300:300:app:/home/app:/sbin/nologin\n"
    );
    assert_eq!(
        text("etc/group"),
        "root:x:0:\ndisk:x:6:alice\naudio:x:29:chrony,alice\nkvm:x:1036:\nalice:x:1000:\napp:x:300:\n"
    );
    let shadow = "root:!:::::::\nchrony:!:::::::\nalice:!:::::::\napp:$6$salt$hash:::::::\n";
    assert_eq!((text("etc/shadow").as_str(), root["etc/shadow"].1), (shadow, 0o600));
    assert_eq!(text("etc/shells"), "/bin/sh\n/bin/fish\n");
    assert_eq!(text("usr/lib/yoe/users"), "/home/alice 1000:1000\n/home/app 300:300\n");
    assert_eq!(text("usr/lib/yoe/authorized_keys/alice"), "ssh-ed25519 AAAA one\nssh-ed25519 BBBB two\n");
    assert!(!root.contains_key("usr/lib/yoe/authorized_keys/app"));
}

#[test]
fn root_gets_a_password_and_keys() {
    let bench = bench();
    let mut root_user = user("root", 0);
    root_user.password_hash = Some(HASH.into());
    root_user.ssh_keys = vec!["ssh-ed25519 AAAA".into()];
    bench.assemble(&with(vec![root_user]), &[]).unwrap();
    let root = root(&bench);
    assert_eq!(root["etc/shadow"].0, "root:$6$salt$hash:::::::\nchrony:!:::::::\n");
    assert_eq!(root["etc/passwd"].0.lines().count(), 2);
    assert_eq!(root["usr/lib/yoe/authorized_keys/root"].0, "ssh-ed25519 AAAA\n");
    assert_eq!(root["usr/lib/yoe/users"].0, "", "its home is there");
}

#[test]
fn what_does_not_fit_the_packages_is_refused() {
    let message = |change: fn(&mut User)| {
        let mut one = user("alice", 1000);
        change(&mut one);
        bench().assemble(&with(vec![one]), &[]).unwrap_err().to_string()
    };
    let of = "images/base-image.star:9:1: the user \"alice\" of image \"base-image\"";
    assert_eq!(
        message(|user| user.uid = 223),
        format!("{of} has the name or the number of an account of the image's packages")
    );
    assert_eq!(
        message(|user| user.uid = 1036),
        format!("{of} has the name or the number of a group of the image's packages")
    );
    assert_eq!(
        message(|user| user.groups = vec!["wheel".into()]),
        format!("{of} is to be in a group that is not in /etc/group of the image's packages")
    );
    assert_eq!(
        message(|user| user.shell = "/bin/zsh".into()),
        format!("{of} has a shell that is not in the image")
    );
    assert!(message(|user| user.name = "chrony".into()).contains("the name or the number of an account"));
}

#[test]
fn the_time_zone_is_one_of_the_images() {
    let bench = bench();
    let zone = |zone: &str| Image { timezone: Some(zone.to_owned()), ..image(RootFormat::Erofs) };
    bench.assemble(&zone("Europe/Vienna"), &[]).unwrap();
    let root = root(&bench);
    assert_eq!(root["etc/localtime"].2, "../usr/share/zoneinfo/Europe/Vienna");
    assert_eq!(root["etc/timezone"].0, "Europe/Vienna\n");
    let error = bench.assemble(&zone("Asia/Tokyo"), &[]).unwrap_err().to_string();
    assert!(error.contains("timezone \"Asia/Tokyo\" of image \"base-image\" is in no package"), "{error}");
}
