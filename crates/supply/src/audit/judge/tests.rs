use serde_json::{Value, json};
use yoe_model::{Judgement, Justification, VexStatus};

use super::super::tests::{advisory, database, part};
use super::super::{Bill, Level, Options, Report, State, audit, text};
use crate::Statement;

const NET: &str = "pkg:golang/golang.org/x/net@v0.61.0";

fn statement(id: &str, status: VexStatus, packages: Option<&[&str]>) -> Statement {
    let justification = (status == VexStatus::NotAffected).then_some(Justification::CodeNotInExecutePath);
    Statement {
        id: id.to_owned(),
        purl: NET.to_owned(),
        packages: packages.map(|all| all.iter().map(|name| (*name).to_owned()).collect()),
        judgement: Judgement { status, justification, note: "nobody calls it".to_owned() },
        place: "units/a.star:1:1".to_owned(),
    }
}

fn hole(id: &str, more: Value) -> Value {
    advisory(id, "Go", "golang.org/x/net", "0.62.0", more)
}

fn judged(statements: Vec<Statement>, advisories: &[Value]) -> Report {
    let mut net = part(NET, &[]);
    net.packages = ["one", "two"].map(str::to_owned).into();
    let bill = Bill { subject: "demo 1".to_owned(), parts: vec![net], statements, ..Bill::default() };
    audit(&bill, database(advisories).path(), Options::default()).unwrap()
}

fn states(report: &Report) -> Vec<(String, String)> {
    let name = |state: &State| match state {
        State::Declared(said) => said.status.clone(),
        other => format!("{other:?}"),
    };
    report.findings.iter().map(|finding| (finding.packages.join(" "), name(&finding.state))).collect()
}

fn pairs(all: &[(&str, &str)]) -> Vec<(String, String)> {
    all.iter().map(|(one, other)| ((*one).to_owned(), (*other).to_owned())).collect()
}

fn why(report: &Report) -> Vec<&str> {
    report.stale.iter().map(|stale| stale.why.as_str()).collect()
}

#[test]
fn a_statement_counts_for_its_package_alone_and_by_any_name_of_the_hole() {
    let aliases = json!({ "aliases": ["CVE-2026-1"] });
    let said = statement("CVE-2026-1", VexStatus::NotAffected, Some(&["two"]));
    let report = judged(vec![said], &[hole("GO-1", aliases.clone())]);
    assert_eq!(states(&report), pairs(&[("one", "Open"), ("two", "not_affected")]));
    assert_eq!(report.at_least(Level::Critical), 1, "what is declared not to matter does not fail a build");
    insta::assert_snapshot!(text(&report), @"
    one
      net v0.61.0: GO-1 (CVE-2026-1), level unknown, fixed in 0.62.0: a hole
    two
      net v0.61.0: GO-1 (CVE-2026-1), level unknown, not affected (vulnerable_code_not_in_execute_path: nobody calls it): a hole
    what ends them:
      unit one: net v0.61.0 -> 0.62.0 ends 1: CVE-2026-1
    demo 1: 1 open, 0 closed by patches, 0 assumed to be fixed, 0 in code that is not there, 1 declared not to matter
    Go: 1 advisories, the newest of 2026-11-05T00:00:00Z
    ");
    let everywhere = statement("GO-1", VexStatus::Fixed, None);
    assert_eq!(states(&judged(vec![everywhere], &[hole("GO-1", aliases)])), pairs(&[("one two", "fixed")]));
}

#[test]
fn what_is_affected_or_looked_into_stays_open_and_the_last_word_counts() {
    let advisories = [hole("GO-1", json!({}))];
    for status in [VexStatus::Affected, VexStatus::UnderInvestigation] {
        let report = judged(vec![statement("GO-1", status, None)], &advisories);
        assert_eq!((report.open().count(), report.at_least(Level::Low)), (1, 1), "{status:?}");
    }
    let first = statement("GO-1", VexStatus::UnderInvestigation, None);
    let report = judged(vec![first, statement("GO-1", VexStatus::NotAffected, None)], &advisories);
    assert_eq!(report.open().count(), 0);
}

#[test]
fn a_statement_about_nothing_is_stale_and_says_why() {
    let said = |id: &str| vec![statement(id, VexStatus::NotAffected, None)];
    let stale = |id: &str, advisories: &[Value]| {
        let report = judged(said(id), advisories);
        assert_eq!(report.stale.iter().map(|stale| stale.id.as_str()).collect::<Vec<_>>(), [id]);
        why(&report).concat()
    };
    let of = |id: &str, fixed: &str| advisory(id, "Go", "golang.org/x/net", fixed, json!({}));
    assert_eq!(stale("GO-9", &[hole("GO-1", json!({}))]), "no advisory of this name is about net");
    let other = advisory("GO-1", "Go", "golang.org/x/text", "9.0.0", json!({}));
    assert_eq!(stale("GO-1", &[other]), "no advisory of this name is about net");
    assert_eq!(stale("GO-1", &[of("GO-1", "0.61.0")]), "the advisory is not about net v0.61.0");
    let taken_back = hole("GO-1", json!({ "withdrawn": "2026-01-01T00:00:00Z" }));
    assert_eq!(stale("GO-1", &[taken_back]), "the advisory was taken back");
    assert!(why(&judged(said("GO-1"), &[hole("GO-1", json!({}))])).is_empty());
}

#[test]
fn a_statement_about_what_a_patch_closes_is_stale() {
    let mut net = part(NET, &[]);
    net.closes = vec![("GO-1".to_owned(), "fix.patch".to_owned())];
    let statements = vec![statement("GO-1", VexStatus::NotAffected, None)];
    let bill = Bill { parts: vec![net], statements, ..Bill::default() };
    let report = audit(&bill, database(&[hole("GO-1", json!({}))]).path(), Options::default()).unwrap();
    assert_eq!(why(&report), ["fix.patch closes it in net v0.61.0"]);
    assert_eq!(report.findings[0].state, State::Closed("fix.patch".to_owned()));
}

#[test]
fn without_advisories_no_statement_is_stale() {
    let report = judged(vec![statement("GO-1", VexStatus::NotAffected, None)], &[]);
    assert_eq!((why(&report).len(), report.missing.len()), (0, 1));
}
