//! Holes of Go programs, by the checker that Go's own developers keep and with their database.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use super::flagship::{IMAGE, root};
use super::programs::{answer, module, program};

/// Programs of the flagship, with the package of each.
const PROGRAMS: [(&str, &str); 4] = [
    ("usr/bin/containerd", "containerd"),
    ("usr/bin/nerdctl", "nerdctl"),
    ("usr/bin/runc", "runc"),
    ("usr/libexec/cni/bridge", "cni-plugins"),
];

/// An advisory and the module that it is about.
type Hole = (String, String);

/// The advisories as they are, or as if each were about every version of its modules: today's programs have none of the real holes.
fn advisories(osv: &Path, of_all_versions: bool) -> Vec<Value> {
    let files = fs::read_dir(osv).unwrap().map(|entry| entry.unwrap().path());
    let read =
        |path: std::path::PathBuf| -> Value { serde_json::from_slice(&fs::read(path).unwrap()).unwrap() };
    let mut all: Vec<Value> = files.map(read).collect();
    let ranges = all.iter_mut().flat_map(|one| one["affected"].as_array_mut().unwrap());
    let ranges = ranges.flat_map(|affected| affected["ranges"].as_array_mut().unwrap());
    if of_all_versions {
        ranges.for_each(|range| range["events"] = json!([{ "introduced": "0" }]));
    }
    all
}

/// Writes them as both programs read them: ours as files of OSV's, theirs with an index (go.dev/security/vuln/database).
fn write(all: &[Value], to: &Path) {
    for place in ["ours/Go", "theirs/ID", "theirs/index"] {
        fs::create_dir_all(to.join(place)).unwrap();
    }
    let mut modules = std::collections::BTreeMap::<&str, Vec<Value>>::new();
    let mut index = Vec::new();
    for one in all {
        let (id, text) = (one["id"].as_str().unwrap(), one.to_string());
        fs::write(to.join(format!("ours/Go/{id}.json")), &text).unwrap();
        fs::write(to.join(format!("theirs/ID/{id}.json")), &text).unwrap();
        index.push(json!({ "id": id, "modified": one["modified"] }));
        for affected in one["affected"].as_array().unwrap() {
            let entry = json!({ "id": id, "modified": one["modified"] });
            modules.entry(affected["package"]["name"].as_str().unwrap()).or_default().push(entry);
        }
    }
    let modules: Vec<Value> =
        modules.into_iter().map(|(path, vulns)| json!({ "path": path, "vulns": vulns })).collect();
    let file = |name: &str, value: &Value| {
        fs::write(to.join(format!("theirs/index/{name}.json")), value.to_string()).unwrap();
    };
    file("db", &json!({ "modified": "2026-11-05T00:00:00Z" }));
    file("vulns", &index.into());
    file("modules", &modules.into());
}

/// What the checker says of a program, and which modules that has.
fn theirs(checker: &Path, database: &Path, elf: &Path) -> (BTreeSet<Hole>, BTreeSet<String>) {
    let mut check = Command::new(checker);
    check
        .args(["-mode=binary", "-format=json", "-db"])
        .arg(format!("file://{}", database.display()))
        .arg(elf);
    let stream = answer(&mut check);
    let (mut holes, mut modules) = (BTreeSet::new(), BTreeSet::new());
    for message in serde_json::Deserializer::from_slice(&stream).into_iter::<Value>() {
        let message = message.unwrap();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        for module in message["SBOM"]["modules"].as_array().into_iter().flatten() {
            modules.insert(text(&module["path"]));
        }
        if message["finding"].is_object() {
            let finding = &message["finding"];
            holes.insert((text(&finding["osv"]), text(&finding["trace"][0]["module"])));
        }
    }
    (holes, modules)
}

/// What `yoe` says of a package, of modules of one of its programs. A hole whose code is not there is one that it knows of.
fn ours(report: &Value, package: &str, modules: &BTreeSet<String>) -> BTreeSet<Hole> {
    let findings = report["findings"].as_array().unwrap().iter();
    let text = |finding: &Value, field: &str| finding[field].as_str().unwrap().to_owned();
    findings
        .filter(|finding| finding["packages"].as_array().unwrap().iter().any(|one| one == package))
        .filter(|finding| modules.contains(finding["component"].as_str().unwrap()))
        .map(|finding| (text(finding, "id"), text(finding, "component")))
        .collect()
}

#[test]
#[ignore = "compiles a program of others; cargo xtask boots runs it"]
fn govulncheck_and_yoe_find_the_same_holes_in_each_program() {
    let checker = program("golang.org/x/vuln/cmd/govulncheck", "v1.9.0");
    let osv = module("golang.org/x/vulndb", "v0.0.0-20261105234957-e22db6528018").join("data/osv");
    let root = root();
    for of_all_versions in [false, true] {
        let databases = tempfile::tempdir().unwrap();
        write(&advisories(&osv, of_all_versions), databases.path());
        let directory = databases.path().join("ours");
        // Nothing speaks of what is no Go module, which ends with 5.
        let report = audit(&directory);
        for (elf, package) in PROGRAMS {
            let (theirs, modules) =
                theirs(&checker, &databases.path().join("theirs"), &root.path().join(elf));
            assert_eq!(ours(&report, package, &modules), theirs, "{package}");
            assert_eq!(theirs.len() > 100, of_all_versions, "{package}: {}", theirs.len());
        }
        // One that it does not hear of is missed.
        let (elf, package) = PROGRAMS[2];
        let (theirs, modules) = theirs(&checker, &databases.path().join("theirs"), &root.path().join(elf));
        if let Some((id, _)) = theirs.first() {
            fs::remove_file(directory.join(format!("Go/{id}.json"))).unwrap();
            assert_ne!(ours(&audit(&directory), package, &modules), theirs);
        }
    }
}

fn audit(directory: &Path) -> Value {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut yoe = Command::new(env!("CARGO_BIN_EXE_yoe"));
    yoe.arg("-C").arg(repository).args(["audit", IMAGE, "--json", "--db"]).arg(directory);
    let output = yoe.output().unwrap();
    assert_eq!(output.status.code(), Some(5), "{}", super::programs::printed(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}
