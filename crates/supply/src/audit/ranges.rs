//! Whether a version is in what an advisory calls affected (OSV schema, "evaluation").

use std::cmp::Ordering;

use yoe_fetch::debian::compare_versions;

use super::osv::{Affected, Event, Range};
use super::parts::{Query, Version};
use crate::Purl;
use crate::identity::upstream_version;

/// What a range says of a version. The greatest of several counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Answer {
    /// It is not in it.
    No,
    /// It was fixed by the version of upstream that Debian took: nothing says so but the first revision of it.
    AssumedFixed,
    /// A version cannot be compared, so nothing can be excluded.
    Unreadable,
    /// It is in it.
    Yes,
}

/// What this part of an advisory says of a version.
pub(super) fn answer(affected: &Affected, query: &Query) -> Answer {
    let listed = affected.versions.iter().any(|version| match &query.version {
        Version::Semantic(own) => version.trim_start_matches('v') == own,
        Version::Debian(own) | Version::Numbers(own) => version == own,
        // The list has Debian's revisions, of which it is none.
        Version::Upstream(_) => false,
    });
    let ranges = affected.ranges.iter().filter(|range| range.kind != "GIT");
    let in_ranges = ranges.map(|range| in_range(range, &query.version)).max();
    if listed { Answer::Yes } else { in_ranges.unwrap_or(Answer::No) }
}

fn in_range(range: &Range, version: &Version) -> Answer {
    let mut events: Vec<(&str, &Event)> =
        range.events.iter().filter_map(|event| Some((at(event)?, event))).collect();
    let mut unreadable = false;
    // "0" comes before every version, also before `0.0.0-2018…`.
    events.sort_by(|(one, _), (other, _)| match (*one == "0", *other == "0") {
        (true, true) => Ordering::Equal,
        (true, false) => Ordering::Less,
        (false, true) => Ordering::Greater,
        (false, false) => order(version, one, other).unwrap_or_else(|| {
            unreadable = true;
            Ordering::Equal
        }),
    });
    let (mut answer, own) = (Answer::No, own(version));
    for (at, event) in events {
        let reached = if at == "0" { Some(Ordering::Greater) } else { order(version, &own, at) };
        let Some(reached) = reached else {
            unreadable = true;
            continue;
        };
        if event.introduced.is_some() && reached.is_ge() {
            answer = Answer::Yes;
        } else if event.fixed.is_some() {
            if reached.is_ge() {
                answer = Answer::No;
            } else if answer == Answer::Yes && is_upstreams(version, at) {
                answer = Answer::AssumedFixed;
            }
        } else if event.last_affected.is_some() && reached.is_gt() {
            answer = Answer::No;
        }
    }
    if unreadable { answer.max(Answer::Unreadable) } else { answer }
}

fn at(event: &Event) -> Option<&str> {
    [&event.introduced, &event.fixed, &event.last_affected].into_iter().find_map(|version| version.as_deref())
}

/// The version as it is compared: before all of Debian's revisions where none of them is in it.
fn own(version: &Version) -> String {
    match version {
        Version::Semantic(own) | Version::Debian(own) | Version::Numbers(own) => own.clone(),
        Version::Upstream(own) => {
            let whole = own.rsplit_once('-').map_or(own.as_str(), |(whole, _)| whole);
            format!("{whole}-0~")
        }
    }
}

/// Whether a fix of Debian's is nothing but upstream's version that we have: its first revision, such as `-1` or `-0+deb13u1`.
/// Any later one may be a patch.
fn is_upstreams(version: &Version, fixed: &str) -> bool {
    let Version::Upstream(own) = version else { return false };
    let revision = fixed.rsplit_once('-').map(|(_, revision)| revision).unwrap_or_default();
    let first = revision == "1" || revision.starts_with("1~") || revision.starts_with("0+deb");
    upstream_version(own) == upstream_version(fixed) && first
}

/// Compares by the rule of this version's kind; `None` when one of the texts has no place in the order.
fn order(kind: &Version, one: &str, other: &str) -> Option<Ordering> {
    match kind {
        Version::Semantic(_) => Some(semantic(one)?.cmp_precedence(&semantic(other)?)),
        Version::Debian(_) | Version::Upstream(_) => Some(compare_versions(one, other)),
        Version::Numbers(_) => Some(numbers(one)?.cmp(&numbers(other)?)),
    }
}

/// A semantic version; parts that are missing are zero.
fn semantic(text: &str) -> Option<semver::Version> {
    let text = text.trim_start_matches('v');
    let end = text.find(['-', '+']).unwrap_or(text.len());
    let (core, rest) = text.split_at(end);
    let zeros = ".0".repeat(2_usize.saturating_sub(core.matches('.').count()));
    semver::Version::parse(&format!("{core}{zeros}{rest}")).ok()
}

/// The numbers of a kernel's version. One that is not finished (`-rc1`) comes before it.
fn numbers(text: &str) -> Option<(Vec<u64>, bool, u64)> {
    let (core, rest) = text.split_once("-rc").map_or((text, None), |(core, rest)| (core, Some(rest)));
    let mut numbers = core.split('.').map(|part| part.parse().ok()).collect::<Option<Vec<u64>>>()?;
    while numbers.last() == Some(&0) {
        numbers.pop();
    }
    let candidate = rest.map(|rest| rest.parse().ok());
    match candidate {
        Some(candidate) => Some((numbers, false, candidate?)),
        None => Some((numbers, true, 0)),
    }
}

/// The newest of these versions of a component, by the order of its package URL's kind: Debian's where it is none of the others.
pub(super) fn newest<'v>(purl: &Purl, versions: impl IntoIterator<Item = &'v str>) -> Option<&'v str> {
    let kind = match purl.kind.as_str() {
        "golang" | "cargo" => Version::Semantic(String::new()),
        "generic" if purl.name == "linux" => Version::Numbers(String::new()),
        _ => Version::Debian(String::new()),
    };
    versions.into_iter().max_by(|one, other| order(&kind, one, other).unwrap_or(Ordering::Equal))
}

/// The version that fixes it: the first fix after what is there.
pub(super) fn fixed_in(affected: &Affected, query: &Query) -> Option<String> {
    let own = own(&query.version);
    let fixes = affected.ranges.iter().filter(|range| range.kind != "GIT").flat_map(|range| &range.events);
    let fixes = fixes.filter_map(|event| event.fixed.as_deref());
    let later = fixes.filter(|fixed| order(&query.version, fixed, &own).is_some_and(Ordering::is_gt));
    let first = later.min_by(|one, other| order(&query.version, one, other).unwrap_or(Ordering::Equal));
    first.map(str::to_owned)
}

#[cfg(test)]
mod tests;
