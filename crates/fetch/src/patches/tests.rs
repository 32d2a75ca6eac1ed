//! Series that tests write.

use super::*;
use crate::test_archive::{Tar, xz};

const CHANGE: &str = "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n";

fn read(tar: Tar) -> Result<Series, String> {
    Series::read(xz(&tar.end()).as_slice(), "x.debian.tar.xz").map_err(|error| error.to_string())
}

fn with(series: &str) -> Tar {
    Tar::default().directory("debian/patches").file("debian/patches/series", series)
}

fn names(series: &Series) -> Vec<(&str, u8)> {
    series.patches.iter().map(|patch| (patch.name.as_str(), patch.strip)).collect()
}

#[test]
fn patches_are_read_in_the_order_of_the_series() {
    let tar = with("b.patch\nsub/a -p0\n")
        .file("debian/patches/sub/a", CHANGE)
        .file("debian/patches/b.patch", CHANGE);
    let series = read(tar.file("debian/patches/unused.patch", "--- /etc/passwd")).unwrap();
    assert_eq!(names(&series), [("b.patch", 1), ("sub/a", 0)]);
    assert_eq!(series.patches[0].content, CHANGE.as_bytes());
}

#[test]
fn without_a_series_there_are_no_patches() {
    assert_eq!(read(Tar::default().file("debian/rules", "x")).unwrap(), Series::default());
    assert_eq!(read(Tar::default().file("debian/patches/fix.patch", CHANGE)).unwrap(), Series::default());
    assert_eq!(read(with("")).unwrap(), Series::default());
}

#[test]
fn debians_own_series_comes_first() {
    let tar = with("a\n").file("debian/patches/debian.series", "b\n").file("debian/patches/b", CHANGE);
    assert_eq!(names(&read(tar).unwrap()), [("b", 1)]);
}

#[test]
fn what_leads_out_or_is_not_there_is_named_with_its_line() {
    let patch = |text: &str| with("one.patch\n").file("debian/patches/one.patch", text);
    let cases = [
        (
            with("# x\ngone.patch\n"),
            "debian/patches/series, line 2: there is no patch \"gone.patch\" in debian/patches",
        ),
        (
            with("../rules\n"),
            "debian/patches/series, line 1: refusing \"../rules\", which leads out of debian/patches",
        ),
        (
            patch("words\n--- a/../../x\n+++ b/x\n"),
            "patch one.patch, line 2: refusing \"a/../../x\", which leads out of the source tree",
        ),
        (
            patch("--- a/x\n+++ /etc/passwd\n"),
            "patch one.patch, line 2: refusing \"/etc/passwd\", which leads out of the source tree",
        ),
        (
            with("l.patch\n").symlink("debian/patches/l.patch", "/etc/passwd"),
            "debian/patches/l.patch is a link; only files are read",
        ),
        (
            Tar::default().symlink("debian/patches/series", "/etc/passwd"),
            "debian/patches/series is a link; only files are read",
        ),
    ];
    for (tar, problem) in cases {
        assert_eq!(read(tar).unwrap_err(), format!("x.debian.tar.xz: {problem}"));
    }
    assert!(Series::read(&b"no xz"[..], "x.debian.tar.xz").is_err());
    assert!(Series::read(&b"x"[..], "x.debian.zip").is_err());
}

#[test]
fn a_file_for_new_and_gone_ones_does_not_lead_out() {
    let text = "--- /dev/null\n+++ b/new\n@@ -0,0 +1 @@\n+a\n--- a/old\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n";
    assert_eq!(names(&read(with("n\n").file("debian/patches/n", text)).unwrap()), [("n", 1)]);
}

#[test]
fn holes_are_found_in_the_name_and_above_the_change() {
    let patch =
        |name: &str, text: &str| Patch { name: name.to_owned(), strip: 1, content: text.as_bytes().to_vec() };
    let both = patch(
        "CVE-2025-26519-0001_x.patch",
        "Fixes CVE-2026-40200, CVE-2025-26519.\n--- a/x\n CVE-2020-0001\n",
    );
    assert_eq!(both.cves(), ["CVE-2025-26519", "CVE-2026-40200"]);
    assert!(patch("CVE-25-1.patch", "CVE-2025-123 CVE-\n").cves().is_empty());
}
