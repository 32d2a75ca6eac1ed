//! Asking a server again.

use std::time::Duration;

use crate::config::Network;
use crate::error::{Again, UpdaterError};

/// Attempts to fetch something.
#[derive(Debug)]
pub struct Tries<'a> {
    network: &'a Network,
    failed: u32,
    by_parts: bool,
}

impl<'a> Tries<'a> {
    /// None was made yet.
    pub fn new(network: &'a Network) -> Self {
        Self { network, failed: 0, by_parts: true }
    }

    /// Whether parts of a file are to be asked for, and not all of it.
    pub fn by_parts(&self) -> bool {
        self.by_parts
    }

    /// From here on the whole file is asked for.
    pub fn ask_for_the_whole(&mut self) {
        self.by_parts = false;
    }

    /// An attempt brought something that was not there before.
    pub fn got_on(&mut self) {
        self.failed = 0;
    }

    /// An attempt failed: waits as long as is right before the next one.
    ///
    /// # Errors
    /// With the problem, when there shall be no other attempt.
    pub fn failed(&mut self, problem: UpdaterError) -> Result<(), UpdaterError> {
        let UpdaterError::Fetch { again, .. } = problem else { return Err(problem) };
        self.failed += 1;
        if again == Again::Never || self.failed >= self.network.attempts {
            return Err(problem);
        }
        let pause = self.network.pause.saturating_mul(1 << (self.failed - 1).min(10));
        let pause = match again {
            Again::After(seconds) => seconds,
            Again::Whole if self.by_parts => {
                self.by_parts = false;
                return Ok(());
            }
            _ => pause,
        };
        // Some servers fail at parts alone. Where it is down, asking for all of it costs nothing either.
        if self.failed + 1 == self.network.attempts {
            self.by_parts = false;
        }
        std::thread::sleep(Duration::from_secs(pause));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(again: Again) -> UpdaterError {
        UpdaterError::Fetch { origin: "x".to_owned(), problem: "y".to_owned(), again }
    }

    #[test]
    fn attempts_end() {
        let network = Network { attempts: 3, pause: 0, ..Network::default() };
        let mut tries = Tries::new(&network);
        tries.failed(problem(Again::Soon)).unwrap();
        assert!(tries.by_parts());
        tries.got_on();
        tries.failed(problem(Again::Soon)).unwrap();
        tries.failed(problem(Again::Soon)).unwrap();
        assert!(!tries.by_parts(), "the last one is for the whole");
        tries.failed(problem(Again::Soon)).unwrap_err();
        Tries::new(&network).failed(problem(Again::Never)).unwrap_err();
        Tries::new(&network).failed(UpdaterError::Busy).unwrap_err();
    }

    #[test]
    fn a_server_that_fails_at_parts_is_asked_for_the_whole() {
        let network = Network { pause: 3600, ..Network::default() };
        let mut tries = Tries::new(&network);
        tries.failed(problem(Again::Whole)).unwrap();
        assert!(!tries.by_parts());
    }
}
