//! Sweeps on machines that a shell stands in for.

use super::super::runner::tests::{reported, test};
use super::*;

fn sweep(run: &str, during: &str, cuts: u32, within: u32) -> ImageTest {
    ImageTest { sweep: Some(Sweep { during: during.into(), cuts, within }), ..test("keeps", run) }
}

#[test]
fn what_was_reported_is_looked_after_before_every_cut_and_after_the_last() {
    // The work ends at once, so every cut comes when it has reported.
    let check = "echo \"$cut: $reported\"; [ \"$cut\" = 0 ] || [ \"$(wc -l <\"$TMPDIR/disk\")\" = \"$cut\" ]";
    let work = "echo more >>\"$TMPDIR/disk\"; echo 'file begins'; echo \"file has $((cut + 1)) lines\"; echo \"it's $cut\"";
    let (reported, summary) = reported(&[sweep(check, work, 2, 3600), test("after", "true")], |_| {});
    insta::assert_snapshot!(reported, @r#"
    boots: passed

      cut 1 of 2: "0: \n"; ["file begins", "file has 1 lines", "it's 0"]; at once
      
      cut 2 of 2: "1: file has 1 lines\nit's 0\n"; ["file begins", "file has 2 lines", "it's 1"]; at once
      keeps: passed
    after: passed
    powers-off: passed
    4 passed, 0 failed, 0 skipped
    "#);
    assert_eq!(summary.boots.len(), 4);
    assert_eq!(summary.results[1].stdout, "2: file has 2 lines\nit's 1\n");
}

#[test]
fn what_is_lost_fails_the_test_and_names_the_cut() {
    let tests = [
        sweep("[ \"$cut\" = 0 ] || cat \"$TMPDIR/lost\"", "echo file holds", 5, 3600),
        test("after", "true"),
    ];
    let (reported, summary) = reported(&tests, |_| {});
    assert!(
        reported.contains(
            "keeps: failed: after 1 power cuts (repeat with `--seed 7`): expected exit status 0, found 1\n"
        ),
        "{reported}"
    );
    assert!(reported.contains("after: skipped: `keeps` ended the run"), "{reported}");
    assert!(summary.results[1].stderr.contains("lost"), "{:?}", summary.results[1]);
    assert_eq!(summary.boots.len(), 3);
}

#[test]
fn work_that_fails_is_told_from_a_loss() {
    let (reported, summary) = reported(&[sweep("true", "echo began; false", 5, 3600)], |_| {});
    assert!(
        reported.contains("expected the work to end with status 0 or not at all, found 1 after "),
        "{reported}"
    );
    assert_eq!(summary.results[1].stdout, "began");
}

#[test]
fn the_power_is_cut_at_the_moment_that_was_drawn() {
    let began = std::time::Instant::now();
    let (reported, summary) = reported(&[sweep("true", "echo begun; sleep 1000", 1, 1)], |_| {});
    assert!(summary.is_success(), "{reported}");
    assert!(reported.contains("[\"begun\"]"), "{reported}");
    assert!(began.elapsed() < Duration::from_secs(300));
}

#[test]
fn moments_come_from_the_seed() {
    let moments = |seed: u64, cuts: u32| {
        let mut reported = Reported::new(seed);
        (0..cuts)
            .map(|_| {
                let moment = reported.moment(Duration::from_secs(20));
                reported.cut(Vec::new());
                moment
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(moments(1, 10), moments(1, 10));
    assert_ne!(moments(1, 10), moments(2, 10));
    let many = moments(3, 400);
    assert!(many.iter().all(|moment| *moment <= Duration::from_secs(20)));
    for quarter in 0..4 {
        let inside = many.iter().filter(|moment| moment.as_secs() / 5 == quarter).count();
        assert!((60..140).contains(&inside), "{inside} of 400 in quarter {quarter}");
    }
}

#[test]
fn the_newest_line_of_a_subject_counts() {
    let mut reported = Reported::new(1);
    let lines = |text: &str| text.lines().map(str::to_owned).collect();
    reported.cut(lines("a begins\na done\nb begins\n\n  \n"));
    reported.cut(lines("a begins"));
    assert_eq!(reported.lines, ["b begins", "a begins"]);
    assert_eq!(Reported::default().script("run"), "set -eu\nrun");
    assert!(reported.script("run").starts_with("set -eu\nreported='b begins\na begins' cut=2 random="));
}
