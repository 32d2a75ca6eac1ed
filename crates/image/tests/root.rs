//! Roots assembled from packages.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
#![allow(clippy::print_stdout, reason = "a test that is skipped says why")]

mod support;

use std::fs;
use std::io::Read as _;
use std::process::Command;

use support::{Bench, chain, image, put};
use yoe_image::Manifest;
use yoe_model::{Budget, RootFormat, Size};

/// Each entry of a root: mode, owner, path; and the text of the files asked for.
fn listed(bench: &Bench, texts: &[&str]) -> String {
    let mut archive = tar::Archive::new(fs::File::open(bench.out().join("root.tar")).unwrap());
    let (mut list, mut contents) = (String::new(), String::new());
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        let path = entry.path().unwrap().display().to_string();
        let path = path.trim_end_matches('/');
        let target =
            entry.link_name().unwrap().map(|link| format!(" -> {}", link.display())).unwrap_or_default();
        let header = entry.header();
        let (mode, uid, gid) = (header.mode().unwrap(), header.uid().unwrap(), header.gid().unwrap());
        list += &format!("{mode:04o} {uid}:{gid} {path}{target}\n");
        if texts.contains(&path) {
            contents += &format!("--- {path}\n");
            entry.read_to_string(&mut contents).unwrap();
        }
    }
    list + &contents
}

#[test]
fn packages_become_one_tree() {
    let bench = Bench::with_base();
    let manifest = bench.assemble(&image(RootFormat::Erofs), &[]).unwrap();
    let texts = ["usr/lib/os-release", "etc/hostname", "etc/apk/world", "usr/lib/yoe/etc"];
    insta::assert_snapshot!(listed(&bench, &texts));
    assert_eq!(Manifest::open(&bench.out().join("manifest.json")).unwrap(), manifest);
    let os_release = fs::read_to_string(bench.out().join("os-release")).unwrap();
    assert!(listed(&bench, &["usr/lib/os-release"]).ends_with(&os_release), "{os_release}");
}

#[test]
fn the_manifest_names_every_package() {
    let bench = Bench::with_base();
    bench.assemble(&image(RootFormat::Erofs), &[]).unwrap();
    let text = fs::read_to_string(bench.out().join("manifest.json")).unwrap();
    insta::with_settings!({filters => vec![("\"Q1[^\"]*\"", "\"[identity]\""), ("\"bytes\": 16[0-9]{4}", "\"bytes\": [size]")]}, {
        insta::assert_snapshot!(text);
    });
}

#[test]
fn the_database_names_every_file_with_its_package() {
    let mut bench = Bench::with_base();
    bench.package(
        "more",
        |info| info.replaces = vec!["tools".into()],
        |root| put(root, "usr/bin/web", "#!/bin/ash\n", 0o755),
    );
    bench.assemble(&image(RootFormat::Erofs), &[]).unwrap();
    let all = listed(&bench, &["usr/lib/apk/db/installed"]);
    let database = all.split_once("--- usr/lib/apk/db/installed\n").unwrap().1;
    let plain: Vec<_> =
        database.lines().filter(|line| !line.starts_with("C:") && !line.starts_with("S:")).collect();
    insta::assert_snapshot!(plain.join("\n"));
}

#[test]
fn another_directory_gives_the_same_bytes() {
    let (one, other) = (Bench::with_base(), Bench::with_base());
    one.assemble(&image(RootFormat::Erofs), &[]).unwrap();
    other.assemble(&image(RootFormat::Erofs), &[]).unwrap();
    for file in ["root.tar", "manifest.json", "os-release"] {
        assert!(
            fs::read(one.out().join(file)).unwrap() == fs::read(other.out().join(file)).unwrap(),
            "{file} differs"
        );
    }
}

#[test]
fn tar_reads_the_root() {
    let bench = Bench::with_base();
    bench.assemble(&image(RootFormat::Erofs), &[]).unwrap();
    let output = match Command::new("tar").arg("-tvf").arg(bench.out().join("root.tar")).output() {
        Ok(output) => output,
        Err(error) => return println!("skipped: tar cannot be started: {error}"),
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let list = String::from_utf8(output.stdout).unwrap();
    assert!(list.contains("drwxrwxrwt root/root") && list.contains("bin -> usr/bin"), "{list}");
}

fn refused(change: impl FnOnce(&mut Bench)) -> String {
    let mut bench = Bench::with_base();
    change(&mut bench);
    chain(&bench.assemble(&image(RootFormat::Erofs), &[]).unwrap_err())
}

#[test]
fn two_owners_of_one_file() {
    insta::assert_snapshot!(refused(|bench| {
        bench.package("other", |_| (), |root| put(root, "usr/bin/web", "", 0o755));
    }), @r#"packages "tools" and "other" both hold /usr/bin/web; drop one of them, or let one name the other in its replaces"#);
}

#[test]
fn a_file_where_another_has_a_directory() {
    insta::assert_snapshot!(refused(|bench| bench.package("other", |_| (), |root| put(root, "usr/bin", "", 0o755))), @r#"/usr/bin is a directory in package "base-files" and a file in package "other""#);
}

#[test]
fn a_file_below_a_link() {
    insta::assert_snapshot!(refused(|bench| {
        bench.package("other", |_| (), |root| put(root, "usr/bin/server/x", "", 0o644));
    }), @r#"/usr/bin/server is a link in package "tools" and a directory in package "other""#);
    insta::assert_snapshot!(refused(|bench| {
        bench.package("other", |_| (), |root| put(root, "lib/x", "", 0o644));
    }), @r#"/lib is a link in package "base-files" and a directory in package "other""#);
}

#[test]
fn the_same_package_twice() {
    insta::assert_snapshot!(refused(|bench| bench.packages.push(bench.packages[0].clone())), @r#"package "base-files" was given twice"#);
}

#[test]
fn a_package_for_another_processor() {
    let foreign = |bench: &mut Bench| bench.package("other", |info| info.arch = "aarch64".into(), |_| ());
    insta::assert_snapshot!(refused(foreign), @r#"package "other" is for aarch64; the image is for x86_64"#);
}

#[test]
fn a_damaged_package() {
    let message = refused(|bench| {
        let file = &bench.packages[1];
        let mut bytes = fs::read(file).unwrap();
        let middle = bytes.len() - 100;
        bytes[middle] ^= 1;
        fs::write(file, bytes).unwrap();
    });
    assert!(message.starts_with("cannot take a package into the image\n"), "{message}");
    assert!(message.contains("tools-1.0-r0.apk"), "{message}");
}

#[test]
fn more_than_the_budget() {
    let mut image = image(RootFormat::Erofs);
    image.budget = Some(Budget { rootfs: Size(100 << 10), growth: 1.0, disk: None });
    let error = Bench::with_base().assemble(&image, &[]).unwrap_err();
    let filters = vec![("take 15[0-9.]*K", "take [size]")];
    insta::with_settings!({filters => filters}, { insta::assert_snapshot!(error); });
}
