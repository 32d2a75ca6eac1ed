use super::*;

fn check() -> Check {
    let text = r#"{"Test":["CMD","x"],"Interval":30000000000,"StartPeriod":60000000000,"Retries":2}"#;
    Check::parse(text).unwrap().unwrap()
}

fn answer(exit_code: i32) -> Answer {
    Answer { start: String::new(), end: String::new(), exit_code, output: String::new() }
}

/// The status after each answer at its age in seconds.
fn story(answers: &[(i32, u64)]) -> Vec<(Status, u32)> {
    let (mut health, check) = (Health::default(), check());
    let mut message = |(code, age): &(i32, u64)| {
        health.take(answer(*code), &check, Duration::from_secs(*age));
        (health.status, health.failing_streak)
    };
    answers.iter().map(&mut message).collect()
}

use Status::{Healthy, Starting, Unhealthy};

#[test]
fn early_failures_do_not_count() {
    assert_eq!(
        story(&[(1, 10), (1, 59), (1, 60), (1, 90)]),
        [(Starting, 0), (Starting, 0), (Starting, 1), (Unhealthy, 2)]
    );
}

#[test]
fn the_first_good_answer_ends_the_start() {
    assert_eq!(story(&[(0, 10), (1, 20), (1, 30)]), [(Healthy, 0), (Healthy, 1), (Unhealthy, 2)]);
}

#[test]
fn one_good_answer_makes_up_for_all_others() {
    assert_eq!(
        story(&[(1, 70), (-1, 100), (0, 130), (255, 160)]),
        [(Starting, 1), (Unhealthy, 2), (Healthy, 0), (Healthy, 1)]
    );
}

#[test]
fn a_start_is_asked_more_often() {
    let (mut health, check) = (Health::default(), check());
    let (early, late) = (Duration::from_secs(1), Duration::from_secs(61));
    assert_eq!(health.pause(&check, early), Duration::from_secs(5));
    assert_eq!(health.pause(&check, late), Duration::from_secs(30));
    assert!(health.take(answer(0), &check, early));
    assert_eq!(health.pause(&check, early), Duration::from_secs(30));
    assert!(!health.take(answer(0), &check, early));
}

#[test]
fn five_answers_are_kept_in_dockers_form() {
    let mut health = Health::default();
    for code in 0..7 {
        health.take(answer(code), &check(), Duration::from_secs(100));
    }
    let codes: Vec<_> = health.log.iter().map(|answer| answer.exit_code).collect();
    assert_eq!(codes, [2, 3, 4, 5, 6]);
    health.log.truncate(1);
    insta::assert_snapshot!(serde_json::to_string(&health).unwrap(), @r#"{"Status":"unhealthy","FailingStreak":6,"Log":[{"Start":"","End":"","ExitCode":2,"Output":""}]}"#);
}
