//! A container that is asked how it is.

use std::os::fd::{AsFd as _, BorrowedFd};
use std::time::{Duration, Instant};

use crate::check::Check;
use crate::health::{Answer, Health, Status};
use crate::probe::Probe;
use crate::process::Process;
use crate::state::Record;

/// A container that is asked how it is.
#[derive(Debug)]
pub struct Asked {
    process: Process,
    check: Check,
    record: Record,
    due: Instant,
    probe: Option<(Probe, Duration)>,
}

/// What came of looking at it.
#[derive(Debug)]
pub enum Turn {
    /// It answered; whether its status changed.
    Answered(Answer, bool),
    /// It ended, and is not asked any more.
    Ended,
}

impl Asked {
    /// A container that runs as this process. `known` is what was on record of it, perhaps of an earlier run.
    pub fn new(process: Process, check: Check, name: String, known: Option<Record>, now: Instant) -> Self {
        let health = match known {
            Some(record) if record.pid == process.pid() => record.health,
            _ => Health::default(),
        };
        let due = now + health.pause(&check, process.age());
        let record = Record { name, pid: process.pid(), health };
        Self { process, check, record, due, probe: None }
    }

    /// How it is asked.
    pub fn check(&self) -> &Check {
        &self.check
    }

    /// What is to be on record of it.
    pub fn record(&self) -> &Record {
        &self.record
    }

    /// Its first process.
    pub fn pid(&self) -> i32 {
        self.process.pid()
    }

    /// Whether it is being asked.
    pub fn answering(&self) -> bool {
        self.probe.is_some()
    }

    /// When there is something to do, if nothing happens before.
    pub fn due(&self) -> Instant {
        self.probe.as_ref().map_or(self.due, |(probe, _)| probe.deadline())
    }

    /// What becomes readable when something happens.
    pub fn descriptors(&self) -> impl Iterator<Item = BorrowedFd<'_>> {
        let of_probe = self.probe.iter().flat_map(|(probe, _)| probe.descriptors());
        of_probe.chain([self.process.as_fd()])
    }

    /// Whether it is time to ask, and nobody does.
    pub fn wants(&self, now: Instant) -> bool {
        self.probe.is_none() && self.due <= now
    }

    /// Asks later.
    pub fn put_off(&mut self, until: Instant) {
        self.due = until;
    }

    /// Takes a check that began, or why it could not.
    pub fn asked(&mut self, probe: Result<Probe, Answer>, now: Instant) -> Option<Turn> {
        let age = self.process.age();
        match probe {
            Ok(probe) => {
                self.probe = Some((probe, age));
                None
            }
            Err(answer) => Some(self.take(answer, age, now)),
        }
    }

    /// Sees what became of it and of its check.
    pub fn look(&mut self, now: Instant) -> Option<Turn> {
        if self.process.ended() {
            // An answer that is under way says nothing any more.
            self.probe = None;
            self.record.health.status = Status::Unhealthy;
            return Some(Turn::Ended);
        }
        let (probe, age) = self.probe.as_mut()?;
        let (answer, age) = (probe.look(now)?, *age);
        self.probe = None;
        Some(self.take(answer, age, now))
    }

    fn take(&mut self, answer: Answer, age: Duration, now: Instant) -> Turn {
        let changed = self.record.health.take(answer.clone(), &self.check, age);
        self.due = now + self.record.health.pause(&self.check, self.process.age());
        Turn::Answered(answer, changed)
    }
}
