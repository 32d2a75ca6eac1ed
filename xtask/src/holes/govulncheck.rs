//! Runs govulncheck on a program and reads its stream of JSON messages (protocol v1.0.0).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::hole::Reach;

/// The name of the section that holds symbols, as an ELF file lists it.
const SYMBOLS: &[u8] = b"\0.symtab\0";

/// The checker and its database.
pub struct Govulncheck {
    program: PathBuf,
    database: String,
}

/// A known vulnerability of a module that a program holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub id: String,
    pub alias: Option<String>,
    pub module: String,
    pub version: String,
    pub fixed: Option<String>,
    pub reach: Reach,
    pub title: String,
}

impl Govulncheck {
    /// `database` is a directory with one file of the OSV format for each report.
    pub fn new(program: PathBuf, database: &Path) -> Self {
        Self { program, database: format!("file://{}", database.display()) }
    }

    /// What is known of a program.
    pub fn run(&self, elf: &Path) -> Result<Vec<Finding>, String> {
        // Of a program without symbols it would say that everything is called.
        let bytes = std::fs::read(elf).map_err(|error| format!("{}: {error}", elf.display()))?;
        if !bytes.windows(SYMBOLS.len()).any(|window| window == SYMBOLS) {
            return Err(format!("{} has no symbols", elf.display()));
        }
        let output = Command::new(&self.program)
            .args(["-mode=binary", "-format=json", "-db", &self.database])
            .arg(elf)
            .output()
            .map_err(|error| format!("cannot run {}: {error}", self.program.display()))?;
        if !output.status.success() {
            let printed = String::from_utf8_lossy(&output.stderr);
            return Err(format!(
                "govulncheck {} ended with {}: {}",
                elf.display(),
                output.status,
                printed.trim()
            ));
        }
        read(&output.stdout).map_err(|problem| format!("govulncheck {}: {problem}", elf.display()))
    }
}

/// Reads the messages: the most that is said of each vulnerability of each module.
fn read(stream: &[u8]) -> Result<Vec<Finding>, String> {
    let (mut reports, mut findings, mut is_known) = (BTreeMap::new(), BTreeMap::new(), false);
    for message in serde_json::Deserializer::from_slice(stream).into_iter::<Value>() {
        let message = message.map_err(|error| format!("its answer is not JSON: {error}"))?;
        if let Some(config) = message.get("config") {
            expect(config, "scan_level", "symbol")?;
            expect(config, "scan_mode", "binary")?;
        } else if let Some(sbom) = message.get("SBOM") {
            main_module(sbom)?;
            is_known = true;
        } else if let Some(report) = message.get("osv") {
            reports.insert(text(report, "id")?, report.clone());
        } else if let Some(finding) = message.get("finding") {
            let frame = finding["trace"].get(0).ok_or("a finding has no place")?;
            let key = (text(finding, "osv")?, text(frame, "module")?);
            let reach = match frame["function"].as_str() {
                Some(function) => Reach::Called(called(frame, function)),
                None => Reach::Present,
            };
            let entry = findings.entry(key).or_insert_with(|| (finding.clone(), Reach::Present));
            entry.1 = reach.min(entry.1.clone());
        }
    }
    if !is_known {
        return Err("it did not say what the program is made of".to_owned());
    }
    let made = findings.into_iter().map(|((id, module), (finding, reach))| {
        let report = reports.get(&id).ok_or_else(|| format!("{id} was found but not described"))?;
        let aliases = report["aliases"].as_array().into_iter().flatten().filter_map(Value::as_str);
        Ok(Finding {
            alias: aliases.min_by_key(|alias| (!alias.starts_with("CVE-"), *alias)).map(str::to_owned),
            version: text(&finding["trace"][0], "version")?,
            fixed: finding["fixed_version"].as_str().filter(|fixed| !fixed.is_empty()).map(str::to_owned),
            title: report["summary"].as_str().unwrap_or("no summary").to_owned(),
            id,
            module,
            reach,
        })
    });
    made.collect()
}

/// A program that does not say its own version cannot be checked against advisories about itself.
fn main_module(sbom: &Value) -> Result<(), String> {
    let main = &sbom["modules"][0];
    let (path, version) = (text(main, "path")?, main["version"].as_str().unwrap_or_default());
    match version {
        _ if sbom["roots"][0] != main["path"] => {
            Err("the program does not say what module it is of".to_owned())
        }
        "" | "(devel)" => Err(format!("the program does not say which version of {path} it is")),
        _ => Ok(()),
    }
}

fn called(frame: &Value, function: &str) -> String {
    let package = frame["package"].as_str().unwrap_or_default();
    match frame["receiver"].as_str() {
        Some(receiver) => format!("{package}.{receiver}.{function}"),
        None => format!("{package}.{function}"),
    }
}

fn text(value: &Value, field: &str) -> Result<String, String> {
    value[field].as_str().map(str::to_owned).ok_or_else(|| format!("a message has no {field}"))
}

fn expect(config: &Value, field: &str, expected: &str) -> Result<(), String> {
    match config[field].as_str() {
        Some(found) if found == expected => Ok(()),
        found => Err(format!("its {field} is {found:?}; expected {expected:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str =
        r#"{"config":{"protocol_version":"v1.0.0","scan_level":"symbol","scan_mode":"binary"}}"#;
    const SBOM: &str = r#"{"SBOM":{"go_version":"go1.27.3","roots":["example.org/tool"],"modules":[{"path":"example.org/tool","version":"v1.0.0"},{"path":"stdlib","version":"v1.27.3"}]}}"#;
    const REST: &str = r#"
        {"osv":{"id":"GO-1","aliases":["GHSA-x","CVE-2026-1"],"summary":"A hole"}}
        {"osv":{"id":"GO-2"}}
        {"osv":{"id":"GO-3"}}
        {"finding":{"osv":"GO-1","fixed_version":"v1.1.0","trace":[{"module":"example.org/m","version":"v1.0.0"}]}}
        {"finding":{"osv":"GO-1","fixed_version":"v1.1.0","trace":[{"module":"example.org/m","version":"v1.0.0","package":"example.org/m/p","function":"Read","receiver":"T"}]}}
        {"finding":{"osv":"GO-2","trace":[{"module":"example.org/m","version":"v1.0.0","package":"example.org/m/p"}]}}
    "#;

    #[test]
    fn findings_are_the_most_that_was_said() {
        let found = read([HEAD, SBOM, REST].concat().as_bytes()).expect("it is right");
        let rendered: Vec<_> = found.iter().map(|f| (f.id.as_str(), f.fixed.as_deref(), &f.reach)).collect();
        let called = Reach::Called("example.org/m/p.T.Read".to_owned());
        assert_eq!(rendered, [("GO-1", Some("v1.1.0"), &called), ("GO-2", None, &Reach::Present)]);
        assert_eq!(found[0].alias.as_deref(), Some("CVE-2026-1"));
        assert_eq!(found[0].title, "A hole");
    }

    #[test]
    fn a_program_without_its_own_version_is_an_error() {
        for version in ["(devel)", ""] {
            let sbom = SBOM.replace("v1.0.0", version);
            let problem = read([HEAD, &sbom].concat().as_bytes()).expect_err("nothing can be said of it");
            assert!(problem.contains("example.org/tool"), "{problem}");
        }
        let rootless = SBOM.replace("\"roots\":[\"example.org/tool\"],", "");
        assert!(read([HEAD, &rootless].concat().as_bytes()).is_err());
    }

    #[test]
    fn what_was_not_a_check_is_an_error() {
        for stream in ["", HEAD, "{", &HEAD.replace("symbol", "module")] {
            assert!(read(stream.as_bytes()).is_err(), "{stream}");
        }
    }
}
