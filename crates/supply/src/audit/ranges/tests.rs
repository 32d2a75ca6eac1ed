use std::process::Command;

use super::*;

fn range(events: &[(&str, &str)]) -> Range {
    let event = |(kind, version): &(&str, &str)| {
        let version = Some((*version).to_owned());
        match *kind {
            "introduced" => Event { introduced: version, ..Event::default() },
            "fixed" => Event { fixed: version, ..Event::default() },
            _ => Event { last_affected: version, ..Event::default() },
        }
    };
    Range { kind: "SEMVER".to_owned(), events: events.iter().map(event).collect() }
}

fn semver(version: &str, events: &[(&str, &str)]) -> Answer {
    in_range(&range(events), &Version::Semantic(version.to_owned()))
}

fn upstream_of(version: &str, fixed: &str) -> Answer {
    in_range(&range(&[("introduced", "0"), ("fixed", fixed)]), &Version::Upstream(version.to_owned()))
}

#[test]
fn zero_comes_before_every_version() {
    let events = [("fixed", "0.0.0-20180101000000-abcdefabcdef"), ("introduced", "0")];
    assert_eq!(semver("0.62.0", &events), Answer::No, "it was fixed long ago");
    assert_eq!(semver("0.0.0-20170101000000-abcdefabcdef", &events), Answer::Yes);
}

#[test]
fn numbers_in_pre_releases_are_numbers() {
    let events = [("introduced", "0"), ("fixed", "2.0.0-beta.18")];
    assert_eq!(semver("2.0.0-beta.8", &events), Answer::Yes);
    assert_eq!(semver("2.0.0-beta.24", &events), Answer::No);
    assert_eq!(semver("2.0.0", &events), Answer::No);
}

#[test]
fn several_spans_and_last_affected() {
    let events = [("introduced", "1.26.0-0"), ("fixed", "1.26.9"), ("introduced", "0"), ("fixed", "1.25.12")];
    assert_eq!(
        ["1.25.11", "1.25.12", "1.26.0", "1.26.8", "1.26.9"].map(|version| semver(version, &events)),
        [Answer::Yes, Answer::No, Answer::Yes, Answer::Yes, Answer::No]
    );
    let events = [("introduced", "1.0.0"), ("last_affected", "1.2.0")];
    assert_eq!(
        ["0.9.0", "1.2.0", "1.2.1"].map(|version| semver(version, &events)),
        [Answer::No, Answer::Yes, Answer::No]
    );
}

#[test]
fn what_cannot_be_compared_excludes_nothing() {
    assert_eq!(semver("1.0.0", &[("introduced", "0"), ("fixed", "next")]), Answer::Yes);
    assert_eq!(semver("one", &[("introduced", "1.0.0"), ("fixed", "2.0.0")]), Answer::Unreadable);
}

#[test]
fn a_fix_that_is_debians_patch_is_not_in_upstreams_code() {
    assert_eq!(upstream_of("1.2.5-3.1~deb13u1", "1.2.5-2"), Answer::Yes);
    assert_eq!(upstream_of("1.2.5-3.1~deb13u1", "1.2.5-3.1~deb13u1"), Answer::Yes);
    assert_eq!(upstream_of("1.2.5-3.1~deb13u1", "1.2.4-9"), Answer::No);
    assert_eq!(upstream_of("1:10.1.0-11+deb13u5", "1:10.1.0-11+deb13u3"), Answer::Yes, "epochs are kept");
}

#[test]
fn the_first_revision_of_an_upstream_version_is_assumed_to_be_it() {
    assert_eq!(upstream_of("2.41.5-0+deb13u1", "2.41.5-0+deb13u1"), Answer::AssumedFixed);
    assert_eq!(upstream_of("5.8.4-1", "5.8.4-1"), Answer::AssumedFixed);
    assert_eq!(upstream_of("1.3.1-2", "1.3.1-1~deb13u1"), Answer::AssumedFixed);
    assert_eq!(upstream_of("1.3.1-1+deb13u1", "1.3.1-1+deb13u1"), Answer::Yes, "this one is a patch");
}

#[test]
fn a_series_that_was_applied_is_compared_as_debians() {
    let answer = |own: &str, fixed: &str| {
        in_range(&range(&[("introduced", "0"), ("fixed", fixed)]), &Version::Debian(own.to_owned()))
    };
    assert_eq!(answer("1.2.5-3.1~deb13u1", "1.2.5-3.1~deb13u1"), Answer::No);
    assert_eq!(answer("1.2.5-3", "1.2.5-3.1~deb13u1"), Answer::Yes);
}

#[test]
fn kernels_are_compared_by_their_numbers() {
    let answer = |own: &str| {
        let events = [("introduced", "6.6.0"), ("fixed", "6.12.50")];
        in_range(&range(&events), &Version::Numbers(own.to_owned()))
    };
    assert_eq!(
        ["6.5.9", "6.6", "6.12.9", "6.12.50", "6.12.118"].map(answer),
        [Answer::No, Answer::Yes, Answer::Yes, Answer::No, Answer::No]
    );
    assert!(numbers("6.6-rc1") < numbers("6.6") && numbers("6.6-rc2") < numbers("6.6-rc10"));
}

/// Pairs of versions that differ in one place, from parts that Debian's versions are made of.
fn pairs() -> Vec<(String, String)> {
    let parts = ["1.2", "1.2.5", "1.10", "1.2~rc1", "1.2+dfsg", "2:0.1", "1.2a", "1.02"];
    let revisions = ["", "-1", "-1~deb13u1", "-1+deb13u1", "-0~", "-10", "-3.1", "-1.1"];
    let all: Vec<String> =
        parts.iter().flat_map(|part| revisions.map(|revision| format!("{part}{revision}"))).collect();
    let next = |at: usize| (at * 31 + 7) % all.len();
    (0..all.len()).map(|at| (all[at].clone(), all[next(at)].clone())).collect()
}

#[test]
fn the_order_of_debians_versions_is_dpkgs() {
    let dpkg = |one: &str, how: &str, other: &str| {
        Command::new("dpkg")
            .args(["--compare-versions", one, how, other])
            .status()
            .map(|status| status.success())
    };
    if dpkg("1", "lt", "2").is_err() {
        // Where dpkg is not there, the test of the order itself is in yoe-fetch.
        return;
    }
    let kind = Version::Debian(String::new());
    let pairs = pairs();
    assert!(pairs.len() >= 40);
    for (one, other) in pairs {
        let how = match order(&kind, &one, &other).unwrap() {
            Ordering::Less => "lt",
            Ordering::Equal => "eq",
            Ordering::Greater => "gt",
        };
        assert!(dpkg(&one, how, &other).unwrap(), "dpkg says otherwise: {one} {how} {other}");
    }
}
