//! `cargo xtask holes`: known vulnerabilities of what is shipped. It fails on each that has a fix which is served, unless
//! holes.toml says why it stays. See docs/design/0025-holes-and-fuzzing.md.

mod accepted;
mod deny;
mod go;
mod go_client;
mod govulncheck;
mod hole;
#[cfg(test)]
mod patched;
mod programs;

use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use accepted::Accepted;
use hole::{Hole, Kind};
use yoe_notation::date::Date;

/// Lines with a reason for each hole that stays.
const ACCEPTED: &str = "holes.toml";
/// Names a git repository of RustSec's advisories, for machines that cannot reach the public one.
const ADVISORIES: &str = "YOE_ADVISORIES";

/// What a check found, and with which database.
struct Checked {
    kind: Kind,
    /// The database and its date, for people.
    database: String,
    holes: Vec<Hole>,
}

/// Checks the Go programs and the crates.
pub fn run(arguments: &[String]) -> Result<String, String> {
    let advisories = advisories(arguments)?;
    let accepted = Accepted::read(Path::new(ACCEPTED))?;
    let checks = [("Go programs", go::check()), ("crates", deny::check(advisories.as_deref()))];
    report(checks, &accepted, today())
}

/// Checks the crates if a database is named; says what was left out when there is none. The public one is not asked: tests of the
/// same tree must end the same way on every day.
pub fn crates_if_possible() -> Result<String, String> {
    let Some(advisories) = std::env::var_os(ADVISORIES).map(PathBuf::from) else {
        return Ok(format!(
            "left out: crates were not checked for known vulnerabilities; name a clone of RustSec's advisory-db by \
             {ADVISORIES}=DIRECTORY, or run `cargo xtask holes`"
        ));
    };
    let accepted = Accepted::read(Path::new(ACCEPTED))?;
    report([("crates", deny::check(Some(&advisories)))], &accepted, today())
}

/// This day in UTC. A clock before 1970 is of no day that anything could be past.
fn today() -> Date {
    Date::of_second(SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs()))
}

fn advisories(arguments: &[String]) -> Result<Option<PathBuf>, String> {
    match arguments {
        [] => Ok(std::env::var_os(ADVISORIES).map(PathBuf::from)),
        [option, directory] if option == "--advisories" => Ok(Some(directory.into())),
        _ => Err("usage: cargo xtask holes [--advisories DIRECTORY]".to_owned()),
    }
}

/// Says everything; an error when anything is wrong, or nothing could be checked.
fn report<const N: usize>(
    checks: [(&str, Result<Checked, String>); N],
    accepted: &Accepted,
    today: Date,
) -> Result<String, String> {
    let (mut lines, mut wrong, mut kinds, mut all) = (Vec::new(), 0, Vec::new(), Vec::new());
    for (what, checked) in checks {
        match checked {
            Ok(checked) => {
                lines.push(format!("{what}: checked with {}", checked.database));
                kinds.push(checked.kind);
                all.extend(checked.holes);
            }
            // A check that did not happen is no good news.
            Err(problem) => {
                wrong += 1;
                lines.push(format!("{what}: NOT CHECKED: {problem}"));
            }
        }
    }
    all.sort();
    for hole in &all {
        let verdict = accepted.verdict(hole, today);
        wrong += usize::from(verdict.is_wrong());
        lines.push(format!("{hole}\n    {verdict}"));
    }
    for unused in accepted.unused(&all, &kinds) {
        wrong += 1;
        lines.push(unused);
    }
    lines.push(format!("holes: {} known, {wrong} to be dealt with", all.len()));
    let text = lines.join("\n");
    if wrong == 0 { Ok(text) } else { Err(text) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::holes::hole::{Reach, hole};

    fn checked(holes: Vec<Hole>) -> (&'static str, Result<Checked, String>) {
        ("Go programs", Ok(Checked { kind: Kind::Go, database: "a database of today".to_owned(), holes }))
    }

    fn accepted(text: &str) -> Accepted {
        Accepted::parse(text).expect("it is right")
    }

    fn called() -> Reach {
        Reach::Called("f".to_owned())
    }

    fn day() -> Date {
        Date::of_second(20_000 * 86_400)
    }

    #[test]
    fn a_hole_with_a_served_fix_needs_a_reason() {
        let open = || hole("GO-1", "runc", Some("v1.1.0"), true, called());
        let answer = report([checked(vec![open()])], &accepted(""), day()).expect_err("it is open");
        assert!(answer.contains("GO-1") && answer.contains("1 to be dealt with"), "{answer}");
        let line = "[[hole]]\nid = 'GO-1'\nin = ['runc']\nreason = 'not reached'\n";
        let answer = report([checked(vec![open()])], &accepted(line), day()).expect("there is a reason");
        assert!(answer.contains("not reached") && answer.contains("a database of today"), "{answer}");
    }

    #[test]
    fn without_a_served_fix_it_is_said_and_no_error() {
        let holes = vec![
            hole("GO-1", "runc", None, false, called()),
            hole("GO-2", "runc", Some("v9.0.0"), false, Reach::Present),
        ];
        let answer = report([checked(holes)], &accepted(""), day()).expect("nothing can be done");
        assert!(answer.contains("2 known, 0 to be dealt with"), "{answer}");
    }

    #[test]
    fn a_line_that_matches_nothing_is_an_error() {
        let line = "[[hole]]\nid = 'GO-1'\nin = ['runc', 'containerd']\nreason = 'x'\n";
        let holes = vec![hole("GO-1", "runc", Some("v1.1.0"), true, called())];
        let answer = report([checked(holes)], &accepted(line), day()).expect_err("containerd has it no more");
        assert!(answer.contains("GO-1 in containerd"), "{answer}");
        // What was not checked says nothing about its lines.
        let line = "[[hole]]\nid = 'RUSTSEC-1'\nin = ['rsa']\nreason = 'x'\n";
        assert!(report([checked(Vec::new())], &accepted(line), day()).is_ok());
    }

    #[test]
    fn what_could_not_be_checked_is_an_error() {
        let answer = report([("crates", Err("no database".to_owned()))], &accepted(""), day())
            .expect_err("nothing was");
        assert!(answer.contains("crates: NOT CHECKED: no database"), "{answer}");
    }
}
