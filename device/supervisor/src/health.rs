//! What follows from the answers of a container: Docker's rules, without a clock and without a process.

use std::collections::VecDeque;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::check::Check;

/// So many of the latest answers are kept.
const KEPT: usize = 5;

/// What a container is found to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// It has not answered yet, or not well and it is early.
    Starting,
    /// It answered well.
    Healthy,
    /// It failed too often, or it ended.
    Unhealthy,
}

/// One answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Answer {
    /// When the check began: RFC 3339, UTC.
    pub start: String,
    /// When it ended.
    pub end: String,
    /// How the program ended; -1 when it was ended for taking too long, or could not be run.
    pub exit_code: i32,
    /// What it said, the first 4096 bytes.
    pub output: String,
}

/// The state of a container's health, in the form of Docker's API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Health {
    /// What it is found to be.
    pub status: Status,
    /// Failures in a row that count.
    pub failing_streak: u32,
    /// The latest answers, the oldest first.
    pub log: VecDeque<Answer>,
}

impl Default for Health {
    fn default() -> Self {
        Self { status: Status::Starting, failing_streak: 0, log: VecDeque::new() }
    }
}

impl Health {
    /// Takes an answer to a check that began this long after the container. Returns whether the status changed.
    pub fn take(&mut self, answer: Answer, check: &Check, age: Duration) -> bool {
        let before = self.status;
        if answer.exit_code == 0 {
            self.failing_streak = 0;
            self.status = Status::Healthy;
        } else if !(self.status == Status::Starting && age < check.start_period) {
            self.failing_streak = self.failing_streak.saturating_add(1);
            if self.failing_streak >= check.retries {
                self.status = Status::Unhealthy;
            }
        }
        if self.log.len() == KEPT {
            self.log.pop_front();
        }
        self.log.push_back(answer);
        before != self.status
    }

    /// From the end of a check, or the container's start, to the next check.
    pub fn pause(&self, check: &Check, age: Duration) -> Duration {
        if self.status == Status::Starting && age < check.start_period {
            // The end of the start period is no reason to wait any longer than the interval.
            check.start_interval.min(check.interval)
        } else {
            check.interval
        }
    }
}

#[cfg(test)]
mod tests {
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
        let mut told = |(code, age): &(i32, u64)| {
            health.take(answer(*code), &check, Duration::from_secs(*age));
            (health.status, health.failing_streak)
        };
        answers.iter().map(&mut told).collect()
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
}
