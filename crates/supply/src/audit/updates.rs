//! Which updates end what an audit found, by the unit that has to make them.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::ranges::newest;
use super::report::{Finding, Report};
use crate::Purl;

/// What a unit has to take, and what that ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Update {
    /// The unit whose package holds the component; absent where it is in none, such as a program of the boot partition.
    pub unit: Option<String>,
    /// The component.
    pub component: String,
    /// The version that is there.
    pub from: String,
    /// The first version that has all these fixes; absent of holes that no version is known to fix.
    pub to: Option<String>,
    /// The holes, by the name that most know them by.
    pub holes: BTreeSet<String>,
}

/// What is open of one component in one unit.
type Open<'r> = BTreeMap<(Option<&'r str>, &'r str, &'r str), Vec<&'r Finding>>;

/// The updates that end what is open, by unit and component. Holes without a fix are named last, each component once.
pub fn updates(report: &Report) -> Vec<Update> {
    let mut open: Open<'_> = BTreeMap::new();
    for finding in report.open() {
        let mut units: Vec<Option<&str>> =
            finding.packages.iter().map(|package| Some(package.as_str())).collect();
        if units.is_empty() {
            units.push(None);
        }
        for unit in units {
            let of = (unit, finding.component.as_str(), finding.version.as_str());
            open.entry(of).or_default().push(finding);
        }
    }
    let mut updates: Vec<Update> =
        open.into_iter().flat_map(|(of, findings)| of_component(of, &findings)).collect();
    updates.sort_by(|one, other| (&one.unit, one.to.is_none()).cmp(&(&other.unit, other.to.is_none())));
    updates
}

/// The update of a component, and what it does not end.
fn of_component((unit, component, from): (Option<&str>, &str, &str), findings: &[&Finding]) -> Vec<Update> {
    let of = |with: bool| findings.iter().filter(move |finding| finding.fixed.is_some() == with);
    let update = |with: bool, to: Option<&str>| Update {
        unit: unit.map(str::to_owned),
        component: component.to_owned(),
        from: from.to_owned(),
        to: to.map(str::to_owned),
        holes: of(with).map(|finding| finding.common_name().to_owned()).collect(),
    };
    let purl = findings.first().and_then(|finding| Purl::parse(&finding.purl).ok()).unwrap_or_default();
    let to = newest(&purl, of(true).filter_map(|finding| finding.fixed.as_deref()));
    let all = [to.map(|to| update(true, Some(to))), Some(update(false, None))];
    all.into_iter().flatten().filter(|update| !update.holes.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::super::report::State;
    use super::*;

    fn finding(unit: &[&str], component: &str, id: &str, fixed: Option<&str>) -> Finding {
        Finding {
            packages: unit.iter().map(|unit| (*unit).to_owned()).collect(),
            component: component.to_owned(),
            version: "1.0.0".to_owned(),
            purl: format!("pkg:golang/{component}@v1.0.0"),
            id: id.to_owned(),
            aliases: vec![format!("CVE-{id}")],
            summary: String::new(),
            level: None,
            fixed: fixed.map(str::to_owned),
            uncertain: false,
            state: State::Open,
        }
    }

    fn shown(findings: Vec<Finding>) -> Vec<String> {
        let report = Report { findings, ..Report::default() };
        let one = |update: Update| {
            let holes: Vec<String> = update.holes.into_iter().collect();
            format!(
                "{}: {} {} -> {}: {}",
                update.unit.unwrap_or_default(),
                update.component,
                update.from,
                update.to.unwrap_or_default(),
                holes.join(" ")
            )
        };
        updates(&report).into_iter().map(one).collect()
    }

    #[test]
    fn the_newest_fix_of_a_component_ends_all_that_have_one() {
        let updates = shown(vec![
            finding(&["a", "b"], "net", "1", Some("1.9.0")),
            finding(&["a"], "net", "2", Some("1.10.0")),
            finding(&["a"], "net", "3", None),
            finding(&["a"], "sys", "4", Some("1.0.1")),
            finding(&[], "boot", "5", Some("2.0.0")),
        ]);
        assert_eq!(
            updates,
            [
                ": boot 1.0.0 -> 2.0.0: CVE-5",
                "a: net 1.0.0 -> 1.10.0: CVE-1 CVE-2",
                "a: sys 1.0.0 -> 1.0.1: CVE-4",
                "a: net 1.0.0 -> : CVE-3",
                "b: net 1.0.0 -> 1.9.0: CVE-1",
            ]
        );
    }

    #[test]
    fn what_is_not_open_needs_no_update() {
        let mut closed = finding(&["a"], "net", "1", Some("1.9.0"));
        closed.state = State::Closed("x.patch".to_owned());
        assert!(shown(vec![closed]).is_empty());
    }

    #[test]
    fn versions_are_compared_as_their_ecosystem_does() {
        let mut findings = vec![
            finding(&["musl"], "musl", "1", Some("1.2.5-3.1")),
            finding(&["musl"], "musl", "2", Some("1.2.5-3.1~deb13u2")),
        ];
        for finding in &mut findings {
            finding.purl = "pkg:generic/musl@1.2.5".to_owned();
        }
        assert_eq!(shown(findings), ["musl: musl 1.0.0 -> 1.2.5-3.1: CVE-1 CVE-2"]);
        let mut findings = vec![
            finding(&["linux"], "linux", "1", Some("6.12.108")),
            finding(&["linux"], "linux", "2", Some("6.12.20")),
        ];
        for finding in &mut findings {
            finding.purl = "pkg:generic/linux@6.12.9".to_owned();
        }
        assert_eq!(shown(findings), ["linux: linux 1.0.0 -> 6.12.108: CVE-1 CVE-2"]);
    }
}
