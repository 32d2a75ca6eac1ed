//! How long an audit takes, and how much memory.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use super::tests::part;
use super::{Bill, Options, audit};

/// A program that is not optimized does a part of the work, and takes its time on a machine that does other things.
const PART: usize = if cfg!(debug_assertions) { 20 } else { 1 };
const SECONDS: u64 = if cfg!(debug_assertions) { 60 } else { 2 };
const PARTS: usize = 10_000 / PART;
const ADVISORIES: usize = 60_000 / PART;
/// Every so many of them are about a part.
const EVERY: usize = 6;
const MEGABYTES: u64 = 500;

fn database(directory: &Path) {
    let place = directory.join("Go");
    fs::create_dir_all(&place).unwrap();
    let mut archive = zip::ZipWriter::new(File::create(place.join("all.zip")).unwrap());
    let details = "A sentence about the hole, as long as such sentences are. ".repeat(20);
    let mut text = String::new();
    for at in 0..ADVISORIES {
        let name = if at % EVERY == 0 {
            format!("example.org/m{}", at / EVERY)
        } else {
            format!("example.net/other{at}")
        };
        text.clear();
        write!(
            text,
            r#"{{"id": "GO-2026-{at}", "modified": "2026-11-05T00:00:00Z", "aliases": ["CVE-2026-{at}"], "summary": "a hole", "details": "{details}",
            "affected": [{{"package": {{"ecosystem": "Go", "name": "{name}"}}, "ranges": [{{"type": "SEMVER", "events": [{{"introduced": "0"}}, {{"fixed": "2.0.0"}}]}}],
            "ecosystem_specific": {{"imports": [{{"path": "{name}/x", "symbols": ["A", "B"]}}]}}}}],
            "references": [{{"type": "WEB", "url": "https://example.org/advisories/{at}"}}]}}"#
        )
        .unwrap();
        archive.start_file(format!("GO-2026-{at}.json"), zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(text.as_bytes()).unwrap();
    }
    archive.finish().unwrap();
}

/// A line of this process' state, in megabytes.
fn memory(line: &str) -> u64 {
    let state = fs::read_to_string("/proc/self/status").unwrap();
    let found = state.lines().find_map(|text| text.strip_prefix(line)).unwrap();
    found.trim_matches([':', ' ', '\t', 'k', 'B']).parse::<u64>().unwrap() / 1024
}

#[test]
fn many_components_and_all_advisories_take_a_moment() {
    let directory = tempfile::tempdir().unwrap();
    database(directory.path());
    let parts = (0..PARTS).map(|at| part(&format!("pkg:golang/example.org/m{at}@v1.0.0"), &[])).collect();
    let bill = Bill { parts, ..Bill::default() };
    let (began, before) = (Instant::now(), memory("VmRSS"));
    let report = audit(&bill, directory.path(), Options::default()).unwrap();
    let (took, most) = (began.elapsed(), memory("VmHWM"));
    assert_eq!((report.findings.len(), report.databases["Go"].advisories), (PARTS, ADVISORIES));
    assert!(took < Duration::from_secs(SECONDS), "{took:?}");
    assert!(most.saturating_sub(before) < MEGABYTES, "{before} MB before, {most} MB at most");
}
