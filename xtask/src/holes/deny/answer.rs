//! Reads what cargo-deny 0.20 says: reports in the form of cargo-audit, and diagnostics, one JSON value a line.

use serde_json::Value;

use super::Printed;
use crate::holes::hole::{Hole, Kind, Reach};

/// What a yanked version is called in holes.toml.
const YANKED: &str = "yanked";
/// What ends it.
const NOT_YANKED: &str = "any version that is not yanked";

pub fn read(printed: &Printed) -> Result<Vec<Hole>, String> {
    let diagnostics = String::from_utf8_lossy(&printed.stderr);
    let mut holes = Vec::new();
    let mut reports = 0;
    for report in serde_json::Deserializer::from_slice(&printed.stdout).into_iter::<Value>() {
        let report = report.map_err(|error| format!("cargo deny's report is not JSON: {error}"))?;
        let vulnerabilities =
            report["vulnerabilities"].as_array().ok_or("cargo deny's report has no vulnerabilities")?;
        let warnings = report["warnings"].as_object().ok_or("cargo deny's report has no warnings")?;
        let warnings = warnings.values().flat_map(|list| list.as_array().into_iter().flatten());
        holes.extend(
            vulnerabilities.iter().chain(warnings).map(vulnerability).collect::<Result<Vec<_>, _>>()?,
        );
        reports += 1;
    }
    if reports == 0 {
        return Err(format!("cargo deny checked nothing: {}", reason(&diagnostics)));
    }
    holes.extend(diagnostics.lines().filter_map(yanked));
    Ok(holes)
}

/// The errors among the diagnostics, in short.
fn reason(diagnostics: &str) -> String {
    let message = |line: &str| {
        let value: Value = serde_json::from_str(line).ok()?;
        Some(value["fields"]["message"].as_str()?.trim().to_owned())
    };
    let messages: Vec<String> = diagnostics.lines().filter_map(message).collect();
    let text = if messages.is_empty() { diagnostics.trim().to_owned() } else { messages.join("; ") };
    let hint = if text.contains("no such command") {
        " (`cargo install --locked cargo-deny` installs it)"
    } else {
        ""
    };
    format!("{}{hint}", text.split_whitespace().collect::<Vec<_>>().join(" "))
}

fn vulnerability(found: &Value) -> Result<Hole, String> {
    let text = |value: &Value, field: &str| {
        let text = value[field].as_str().map(str::to_owned);
        text.ok_or_else(|| format!("cargo deny's report has an entry without {field}: {value}"))
    };
    let (advisory, package) = (&found["advisory"], &found["package"]);
    let name = text(package, "name")?;
    let aliases = advisory["aliases"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let patched = found["versions"]["patched"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let kind = found["kind"].as_str().map_or(String::new(), |kind| format!("{kind}: "));
    let version = text(package, "version")?;
    Ok(Hole {
        kind: Kind::Crate,
        within: name.clone(),
        id: text(advisory, "id")?,
        alias: aliases.min_by_key(|alias| (!alias.starts_with("CVE-"), *alias)).map(str::to_owned),
        module: name,
        fixed: fixed(&version, patched),
        version,
        // Asked afterwards.
        served: None,
        reach: Reach::Unknown,
        title: format!("{kind}{}", text(advisory, "title")?),
    })
}

/// The version that patched requirements such as `>=1.2.3` or `^0.9.8, <0.10` begin with: the first one that is not before ours.
fn fixed<'a>(ours: &str, patched: impl Iterator<Item = &'a str>) -> Option<String> {
    let first = |requirement: &str| {
        let start = requirement.split(',').next()?.trim();
        let version = start.trim_start_matches(['>', '=', '^', '~', ' ']);
        (!version.starts_with('<')).then(|| version.to_owned())
    };
    let numbers = |version: &str| -> Vec<u64> {
        let plain = version.split(['-', '+']).next().unwrap_or_default();
        plain.split('.').map(|number| number.parse().unwrap_or(0)).collect()
    };
    let later = patched.filter_map(first).filter(|version| numbers(version) >= numbers(ours));
    later.min_by_key(|version| numbers(version))
}

fn yanked(line: &str) -> Option<Hole> {
    let value: Value = serde_json::from_str(line).ok()?;
    let fields = &value["fields"];
    if fields["code"] != YANKED {
        return None;
    }
    let krate = &fields["graphs"][0]["Krate"];
    let name = krate["name"].as_str().unwrap_or("a crate").to_owned();
    Some(Hole {
        kind: Kind::Crate,
        within: name.clone(),
        id: YANKED.to_owned(),
        alias: None,
        module: name,
        version: krate["version"].as_str().unwrap_or_default().to_owned(),
        fixed: Some(NOT_YANKED.to_owned()),
        served: Some(NOT_YANKED.to_owned()),
        reach: Reach::Unknown,
        title: "its authors took this version back".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPORT: &str = r#"{"vulnerabilities":[{"advisory":{"id":"RUSTSEC-1","title":"A hole","aliases":["GHSA-x","CVE-2026-1"]},
        "versions":{"patched":["^0.9.8, <0.10",">=1.2.3"]},"package":{"name":"a","version":"1.0.0"}}],
        "warnings":{"unmaintained":[{"kind":"unmaintained","advisory":{"id":"RUSTSEC-2","title":"b is left alone","aliases":[]},
        "versions":{"patched":[]},"package":{"name":"b","version":"2.0.0"}}]}}"#;
    const YANK: &str = r#"{"type":"diagnostic","fields":{"code":"yanked","graphs":[{"Krate":{"name":"c","version":"3.0.0"}}]}}"#;

    fn printed(stdout: &str, stderr: &str) -> Printed {
        Printed { stdout: stdout.into(), stderr: stderr.into() }
    }

    #[test]
    fn reports_and_yanked_versions_are_read() {
        let holes = read(&printed(REPORT, &format!("{YANK}\nno JSON\n"))).expect("it is right");
        let rendered: Vec<_> = holes
            .iter()
            .map(|hole| (hole.id.as_str(), hole.within.as_str(), hole.fixed.as_deref()))
            .collect();
        assert_eq!(rendered[..2], [("RUSTSEC-1", "a", Some("1.2.3")), ("RUSTSEC-2", "b", None)]);
        assert_eq!((rendered[2].0, rendered[2].1, holes[2].served.is_some()), ("yanked", "c", true));
        assert_eq!(holes[0].alias.as_deref(), Some("CVE-2026-1"));
        assert_eq!(holes[1].title, "unmaintained: b is left alone");
    }

    #[test]
    fn without_a_report_nothing_was_checked() {
        let log =
            r#"{"type":"log","fields":{"level":"ERROR","message":"failed to fetch\nadvisory database"}}"#;
        let problem = read(&printed("", log)).expect_err("there is no report");
        assert_eq!(problem, "cargo deny checked nothing: failed to fetch advisory database");
        let problem = read(&printed("", "error: no such command: `deny`\n")).expect_err("there is no report");
        assert!(problem.contains("cargo install --locked cargo-deny"), "{problem}");
    }

    #[test]
    fn the_fix_is_the_next_version_that_has_it() {
        let patched = [">=0.7.1, <0.8", ">=0.8.2", "<0.1"];
        assert_eq!(fixed("0.7.0", patched.into_iter()).as_deref(), Some("0.7.1"));
        assert_eq!(fixed("0.8.0", patched.into_iter()).as_deref(), Some("0.8.2"));
        assert_eq!(fixed("1.0.0", patched.into_iter()), None);
    }
}
