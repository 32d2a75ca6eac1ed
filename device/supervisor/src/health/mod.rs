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
            // The end of the start period is not a reason to wait any longer than the interval.
            check.start_interval.min(check.interval)
        } else {
            check.interval
        }
    }
}

#[cfg(test)]
mod tests;
