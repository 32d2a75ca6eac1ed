use std::sync::Arc;

use serde_json::{Value, json};

use super::super::tests::{advisory, database, part};
use super::super::{Bill, Options, Report, State, audit};
use crate::{GoProgram, Kbuild};

const NET: &str = "pkg:golang/golang.org/x/net@v0.61.0";
const LINUX: &str = "pkg:generic/linux@6.12.118";

fn program(path: &str, package: &str, holds: Option<&[&str]>) -> GoProgram {
    GoProgram {
        path: path.to_owned(),
        package: Some(package.to_owned()),
        modules: [NET.to_owned()].into(),
        holds: holds.map(|all| all.iter().map(|one| (*one).to_owned()).collect()),
    }
}

fn audited(programs: Vec<GoProgram>, imports: &Value) -> Report {
    let mut net = part(NET, &[]);
    net.packages = programs.iter().filter_map(|program| program.package.clone()).collect();
    let bill = Bill { parts: vec![net], programs, ..Bill::default() };
    let mut advisory = advisory("GO-1", "Go", "golang.org/x/net", "0.62.0", json!({}));
    advisory["affected"][0]["ecosystem_specific"] = json!({ "imports": imports });
    audit(&bill, database(&[advisory]).path(), Options::default()).unwrap()
}

fn states(report: &Report) -> Vec<(String, State)> {
    report.findings.iter().map(|finding| (finding.packages.join(" "), finding.state.clone())).collect()
}

fn absent(evidence: &str) -> State {
    State::NotPresent(evidence.to_owned())
}

#[test]
fn a_go_package_that_is_not_linked_is_not_affected_and_the_program_is_named() {
    let html = json!([{ "path": "golang.org/x/net/html", "symbols": ["Parse"] }]);
    let one = || program("usr/bin/one", "one", Some(&["golang.org/x/net/http2", "runtime"]));
    let report = audited(vec![one()], &html);
    assert_eq!(
        states(&report),
        [("one".to_owned(), absent("usr/bin/one holds no code of golang.org/x/net/html"))]
    );
    assert_eq!(report.open().count(), 0);

    // Each package for itself, and all programs of it.
    let other = program("usr/bin/other", "two", Some(&["golang.org/x/net/html"]));
    let third = program("usr/bin/third", "one", Some(&["runtime"]));
    assert_eq!(
        states(&audited(vec![one(), other, third], &html)),
        [
            ("one".to_owned(), absent("usr/bin/one and usr/bin/third hold no code of golang.org/x/net/html")),
            ("two".to_owned(), State::Open),
        ]
    );
}

#[test]
fn what_is_linked_or_not_known_stays_open() {
    let open = [("one".to_owned(), State::Open)];
    let with = |holds: Option<&[&str]>, imports: Value| {
        states(&audited(vec![program("usr/bin/one", "one", holds)], &imports))
    };
    let html = || json!([{ "path": "golang.org/x/net/html" }]);
    assert_eq!(with(Some(&["golang.org/x/net/html"]), html()), open);
    assert_eq!(with(Some(&["vendor/golang.org/x/net/html"]), html()), open, "the library's own copy");
    assert_eq!(with(None, html()), open, "its functions are not known");
    assert_eq!(with(Some(&["runtime"]), json!([])), open, "the advisory names no package");
    assert_eq!(with(Some(&["runtime"]), json!([{ "symbols": ["x"] }])), open);
    let two = json!([{ "path": "golang.org/x/net/html" }, { "path": "golang.org/x/net/http2" }]);
    assert_eq!(with(Some(&["golang.org/x/net/http2"]), two), open, "one of them is linked");
    let mut other = program("usr/bin/one", "one", Some(&["runtime"]));
    other.modules.clear();
    assert_eq!(states(&audited(vec![other], &html())), open, "no program is known to be of the module");
}

fn kernel(source: Option<&str>, record: Option<&str>) -> State {
    let tree = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| {
        let path = tree.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    write("Kbuild", "obj-y += drivers/\n");
    write("drivers/Makefile", "obj-$(CONFIG_OLD) += old.o\nobj-$(CONFIG_NEW) += new.o\n");
    let kbuild = Kbuild::new(tree.path(), "CONFIG_NEW=y\n", "x86_64").map(Arc::new);
    let mut linux = part(LINUX, &[]);
    linux.packages.clear();
    let bill = Bill {
        parts: vec![linux],
        kernel: kbuild.map(|kbuild| (LINUX.to_owned(), kbuild)),
        ..Bill::default()
    };
    let mut advisory = advisory("CVE-2026-31415", "Linux", "Kernel", "6.12.119", json!({}));
    if let Some(source) = source {
        advisory["affected"][0]["database_specific"] = json!({ "programFiles": [source] });
    }
    let directory = database(&[advisory]);
    if let Some(source) = record {
        let path = directory.path().join("cves/2026/31xxx/CVE-2026-31415.json");
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let record = json!({ "containers": { "cna": { "affected": [{ "programFiles": [source] }] } } });
        std::fs::write(path, record.to_string()).unwrap();
    }
    audit(&bill, directory.path(), Options::default()).unwrap().findings[0].state.clone()
}

#[test]
fn a_driver_that_is_not_compiled_is_not_affected_and_the_option_is_named() {
    let evidence = absent("drivers/old.c is compiled with CONFIG_OLD alone, which is not set");
    assert_eq!(kernel(Some("drivers/old.c"), None), evidence);
    assert_eq!(
        kernel(None, Some("drivers/old.c")),
        evidence,
        "the record says so, and the advisory does not"
    );
    assert_eq!(kernel(Some("drivers/new.c"), None), State::Open);
    assert_eq!(kernel(Some("drivers/old.c"), Some("drivers/new.c")), State::Open, "one of them is compiled");
    assert_eq!(kernel(None, None), State::Open, "nobody says where the hole is");
}
