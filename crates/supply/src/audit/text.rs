//! A report for people.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::database::Source;
use super::report::{Declared, Finding, Report, State};
use super::severity::Level;
use super::updates::{Update, updates};

/// The report, grouped by the packages that hold what was found.
pub fn text(report: &Report) -> String {
    let mut text = String::new();
    let mut groups: BTreeMap<String, Vec<&Finding>> = BTreeMap::new();
    for finding in &report.findings {
        let packages = finding.packages.join(", ");
        groups
            .entry(if packages.is_empty() { "in no package".to_owned() } else { packages })
            .or_default()
            .push(finding);
    }
    // Writing to a string does not fail.
    for (group, findings) in &groups {
        let _ = writeln!(text, "{group}");
        for finding in findings {
            let _ = writeln!(text, "  {}", line(finding));
        }
    }
    let todo = updates(report);
    if !todo.is_empty() {
        let _ = writeln!(text, "what ends them:");
    }
    for update in &todo {
        let _ = writeln!(text, "  {}", end(update));
    }
    let count =
        |state: fn(&State) -> bool| report.findings.iter().filter(|finding| state(&finding.state)).count();
    let open = count(State::is_open);
    let closed = count(|state| matches!(state, State::Closed(_)));
    let assumed = count(|state| *state == State::AssumedFixed);
    let absent = count(|state| matches!(state, State::NotPresent(_)));
    let rest = report.findings.len() - open - closed - assumed - absent;
    let _ = writeln!(
        text,
        "{}: {open} open, {closed} closed by patches, {assumed} assumed to be fixed, {absent} in code that is not there, {rest} declared not to matter",
        report.subject
    );
    for (ecosystem, source) in &report.databases {
        let _ =
            writeln!(text, "{ecosystem}: {} advisories, the newest of {}", source.advisories, source.newest);
    }
    for stale in &report.stale {
        let _ = writeln!(text, "stale: {}: {}: {}", stale.place, stale.id, stale.why);
    }
    if !report.unchecked.is_empty() {
        let all: Vec<&str> = report.unchecked.iter().map(String::as_str).collect();
        let _ = writeln!(text, "no database speaks of: {}", all.join(", "));
    }
    text
}

/// What an update ends, in one line.
fn end(update: &Update) -> String {
    let holes: Vec<&str> = update.holes.iter().map(String::as_str).collect();
    let unit = update.unit.as_ref().map_or_else(|| "in no package".to_owned(), |unit| format!("unit {unit}"));
    let Update { component, from, .. } = update;
    match &update.to {
        Some(to) => format!("{unit}: {component} {from} -> {to} ends {}: {}", holes.len(), holes.join(", ")),
        None => format!("{unit}: {component} {from}: no version is known that ends {}", holes.join(", ")),
    }
}

/// A finding in one line.
pub fn line(finding: &Finding) -> String {
    let name =
        finding.aliases.iter().find(|alias| alias.starts_with("CVE-")).filter(|cve| **cve != finding.id);
    let name = name.map_or_else(|| finding.id.clone(), |cve| format!("{} ({cve})", finding.id));
    let level = finding.level.map_or("level unknown", Level::as_str);
    let state = describe(finding);
    let uncertain = if finding.uncertain { "; a version of it cannot be compared" } else { "" };
    let summary = if finding.summary.is_empty() { String::new() } else { format!(": {}", finding.summary) };
    format!("{} {}: {name}, {level}, {state}{uncertain}{summary}", finding.component, finding.version)
}

/// Sentences about databases whose newest advisory is more than so many days older than `now` (seconds since 1970), or has no time.
pub fn older_than(report: &Report, days: u64, now: u64) -> Vec<String> {
    let old = |(ecosystem, source): (&String, &Source)| {
        let Some(newest) = yoe_notation::date::parse_rfc3339(&source.newest) else {
            return Some(format!("nobody says how old the advisories about {ecosystem} are"));
        };
        let age = now.saturating_sub(newest) / 86_400;
        (age > days)
            .then(|| format!("the newest advisory about {ecosystem} is {age} days old: fetch newer ones"))
    };
    report.databases.iter().filter_map(old).collect()
}

/// What became of a hole, in a few words.
pub fn describe(finding: &Finding) -> String {
    match (&finding.state, &finding.fixed) {
        (State::Closed(patch), _) => format!("closed by {patch}"),
        (State::Declared(said), fixed) => declared(said, fixed.as_deref()),
        (State::NotPresent(evidence), _) => format!("not affected: {evidence}"),
        (State::AssumedFixed, _) => "assumed to be fixed by this version".to_owned(),
        (State::Open, Some(fixed)) => format!("fixed in {fixed}"),
        (State::Open, None) => "no fixed version".to_owned(),
    }
}

/// What somebody said, and which version ends what is open all the same.
fn declared(said: &Declared, fixed: Option<&str>) -> String {
    let mut text = said.status.replace('_', " ");
    let more = [said.justification.as_deref(), Some(said.note.as_str()).filter(|note| !note.is_empty())];
    let more: Vec<&str> = more.into_iter().flatten().collect();
    if !more.is_empty() {
        let _ = write!(text, " ({})", more.join(": "));
    }
    if let Some(fixed) = fixed.filter(|_| said.is_open()) {
        let _ = write!(text, ", fixed in {fixed}");
    }
    text
}
