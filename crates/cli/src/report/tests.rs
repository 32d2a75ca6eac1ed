//! Reports on an image made of plain data.

use std::collections::BTreeMap;

use yoe_image::{Content, DiskRecord, FileRecord};
use yoe_model::{Arch, Budget, Digest, Kernel, Layout, Origin, RootFormat, RootSize, Size};
use yoe_testbed::suite::{BootRecord, TestRecord};
use yoe_vm::Accel;

use super::*;

const TREE: &str = "0123";

fn image() -> Image {
    let layout = Layout::disk(Size(64 << 20), RootSize::Fit, RootFormat::Erofs);
    Image {
        version: "1.2".into(),
        container: "image-tools".into(),
        budget: Some(Budget { rootfs: Size(160 << 20), growth: 1.0, disk: None }),
        hostname: "host".into(),
        ..Image::new("host", layout, Origin::default())
    }
}

fn manifest() -> DiskManifest {
    let package = |name: &str, installed_size| yoe_image::Package {
        name: name.into(),
        version: "1.0-r0".into(),
        origin: name.into(),
        license: "MIT".into(),
        installed_size,
        identity: "Q1".into(),
    };
    let file = |file: &str, bytes| FileRecord { file: file.into(), bytes, sha256: Digest::of(b"") };
    let root = Manifest {
        workloads: Vec::new(),
        format: 1,
        image: "host".into(),
        version: "1.2".into(),
        arch: "x86_64".into(),
        epoch: 1_750_000_000,
        content: Content { bytes: 60_000_000, ..Content::default() },
        packages: vec![package("base", 0), package("engine", 40 << 20), package("shell", 20 << 20)],
        services: vec![],
    };
    let disk = DiskRecord {
        workloads: BTreeMap::new(),
        root: file("root.erofs", 25 << 20),
        kernel: file("host.efi", 8 << 20),
        entry: "EFI/Linux/host_1.2.efi".into(),
        verified: None,
    };
    DiskManifest { root, disk }
}

fn record() -> Record {
    let moment = |name: &str, seconds| Moment { name: name.into(), seconds };
    let test = |name: &str, outcome: &str, memory| TestRecord {
        name: name.into(),
        outcome: outcome.into(),
        seconds: 1.0,
        memory,
    };
    let figure = |name: &str, unit: &str, value, boot| Figure {
        name: name.into(),
        unit: unit.into(),
        value,
        test: "a test".into(),
        boot,
        memory: None,
    };
    let milestones = [("firmware", 0.5), ("kernel", 3.0), ("login", 11.0), ("off", 300.0)]
        .map(|(name, at)| moment(name, at));
    Record {
        image: TREE.into(),
        accel: Accel::Tcg,
        memory: 1 << 30,
        boots: vec![BootRecord { memory: None, milestones: milestones.into() }],
        tests: vec![
            test("boots", "passed", None),
            test("runs <in> little", "passed", Some(128 << 20)),
            test("runs in less", "failed", Some(64 << 20)),
        ],
        figures: vec![
            figure("idle memory", "bytes", 83_886_080.0, 0),
            figure("engine ready", "uptime", 20.25, 0),
            figure("log-in after a cut", "uptime", 12.5, 1),
            figure("first container", "seconds", 4.5, 1),
        ],
    }
}

fn report(tree: &str) -> Report {
    let kernel = Kernel { unit: "linux".into(), cmdline: String::new() };
    let machine = Machine::new("qemu-x86_64", Arch::X86_64, kernel, Origin::default());
    let newest = Newest { record: record(), of_some: false };
    Report::new(&image(), &machine, &manifest(), 200 << 20, &newest, tree)
}

/// The same with what papers say of it.
fn with_papers() -> Report {
    let count = |name: &str, count| papers::Count { name: name.to_owned(), count };
    let hole = |id: &str, level, fixed: Option<&str>| papers::Hole {
        id: id.to_owned(),
        level,
        component: "golang.org/x/net v0.61.0".to_owned(),
        packages: vec!["engine".to_owned()],
        fixed: fixed.map(str::to_owned),
    };
    let papers = Papers {
        components: vec![count("packages", 3), count("Go modules", 147)],
        licenses: vec![count("Apache-2.0", 80), count("(MIT OR <X>)", 1)],
        unknown_license: 2,
        not_known: vec!["usr/bin/x: it is <odd>".to_owned()],
        holes: Some(papers::Holes {
            open: vec![
                hole("GO-2026-2", None, None),
                hole("CVE-2026-1", Some(yoe_model::HoleLevel::High), Some("0.62.0")),
            ],
            others: 4,
            advisories: [("Go".to_owned(), "2026-11-05T00:00:00Z".to_owned())].into(),
            missing: vec!["crates.io".to_owned()],
        }),
    };
    Report { papers: Some(papers), ..report(TREE) }
}

#[test]
fn a_report_says_what_an_image_is_made_of_and_which_holes_are_open() {
    let report = with_papers();
    let table = table(&report);
    let (_, papers) = table.split_once("made of\n").unwrap();
    insta::assert_snapshot!(papers, @"
      packages      3
      Go modules  147

    licences, by components
      Apache-2.0    80
      (MIT OR <X>)   1
      not known      2  `yoe licenses` names them

    known holes that are open
      GO-2026-2   unknown  golang.org/x/net v0.61.0 in engine: no fixed version
      CVE-2026-1     high  golang.org/x/net v0.61.0 in engine: fixed in 0.62.0

    known holes: 2 open, 4 closed, not there or declared not to matter. Advisories: Go until 2026-11-05. No advisories were there about crates.io: of those parts nothing is known.

    tests: 2 passed, 1 failed, 0 skipped
      failed: runs in less
    ");
    let page = page(&report);
    for part in [
        "<h2>Known holes</h2>",
        "<h2>Made of</h2>",
        "<h2>Licences</h2>",
        "it is &lt;odd&gt;",
        "(MIT OR &lt;X&gt;)",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json["papers"]["holes"]["open"][1]["level"], "high");
}

#[test]
fn a_terminal_gets_a_table() {
    insta::assert_snapshot!(table(&report(TREE)), @"
    host 1.2 for qemu-x86_64 (x86_64)

    size
      root, installed   57.2M  of a budget of 160M
      root, compressed    25M
      kernel image         8M
      to ship             33M  root and kernel image
      disk image         200M  most of it may be empty

    packages, installed
      engine  40M  66.7 %  1.0-r0
      shell   20M  33.3 %  1.0-r0
      base     0B   0.0 %  1.0-r0

    first boot, emulated, since power-on
      firmware       0.5 s
      kernel         3.0 s
      login         11.0 s
      engine ready  20.2 s

    measured, emulated, with 1G of memory
      idle memory            80M
      log-in after a cut  12.5 s
      first container      4.5 s
      smallest memory       128M  in which this passed: runs <in> little

    tests: 2 passed, 1 failed, 0 skipped
      failed: runs in less
    ");
}

#[test]
fn a_record_of_another_build_is_told() {
    let table = table(&report("4567"));
    assert!(
        table.contains("tests: 2 passed, 1 failed, 0 skipped, on another build of this image\n"),
        "{table}"
    );
    assert!(table.ends_with("\n  failed: runs in less"), "{table}");
}

#[test]
fn programs_get_json() {
    let json = serde_json::to_value(report(TREE)).unwrap();
    assert_eq!(json["size"]["shipped"], 33 << 20);
    assert_eq!(json["boot"][3]["name"], "engine ready");
    assert_eq!(json["memory"]["smallest"], 128 << 20);
    assert_eq!(json["packages"][0]["name"], "engine");
}

#[test]
fn a_page_needs_nothing_else() {
    let page = page(&report(TREE));
    insta::assert_snapshot!(page);
    assert!(!page.contains("<script") && !page.contains("http"), "nothing is loaded from elsewhere");
}

#[test]
fn several_images_are_compared_by_what_they_share() {
    let one = report(TREE);
    let mut other = report("4567");
    other.image = "another-host".into();
    other.size.installed = 250 << 20;
    other.memory.smallest = None;
    other.figures.retain(|figure| figure.name != "first container");
    insta::assert_snapshot!(comparison(&[one, other]), @"
    image         installed  to ship  smallest memory  idle memory  engine ready  log-in after a cut
    host              57.2M      33M             128M          80M        20.2 s              12.5 s
    another-host       250M      33M                -          80M        20.2 s              12.5 s

    host: emulated, with 1G of memory; tests: 2 passed, 1 failed, 0 skipped
    another-host: emulated, with 1G of memory; tests: 2 passed, 1 failed, 0 skipped, on another build of this image
    ");
}
