//! How fast an answer has to come.

use std::time::Duration;

use crate::config::Network;

/// Watches one answer. Each read has its own limit; this one is for servers that send something before that is over, and
/// never enough.
#[derive(Debug)]
pub struct Pace {
    floor: u64,
    window: Duration,
    bytes: u64,
    waited: Duration,
}

impl Pace {
    /// Of an answer that begins.
    pub fn new(network: &Network) -> Self {
        let window = Duration::from_secs(network.window);
        Self { floor: network.floor, window, bytes: 0, waited: Duration::ZERO }
    }

    /// These bytes came after this time of waiting for them. What was done with the ones before does not count.
    ///
    /// # Errors
    /// When too few came in a whole window.
    pub fn came(&mut self, bytes: u64, waited: Duration) -> Result<(), String> {
        self.bytes += bytes;
        self.waited += waited;
        if self.waited < self.window {
            return Ok(());
        }
        if (self.bytes as f64) < self.floor as f64 * self.waited.as_secs_f64() {
            let (bytes, seconds) = (self.bytes, self.waited.as_secs());
            return Err(format!(
                "{bytes} bytes came in {seconds} seconds, which is less than {} a second",
                self.floor
            ));
        }
        (self.bytes, self.waited) = (0, Duration::ZERO);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_slow_answer_may_take_its_time() {
        let mut pace = Pace::new(&Network::default());
        for _ in 0..100_000 {
            pace.came(1024, SECOND).unwrap();
        }
        // A burst, and nothing for most of a minute: the average counts.
        let mut pace = Pace::new(&Network::default());
        for _ in 0..1000 {
            pace.came(62 << 10, 2 * SECOND).unwrap();
            pace.came(1, 28 * SECOND).unwrap();
            pace.came(1, 29 * SECOND).unwrap();
            pace.came(1, SECOND).unwrap();
        }
    }

    #[test]
    fn an_answer_that_drips_is_given_up_after_a_window() {
        let mut pace = Pace::new(&Network::default());
        for _ in 0..2 {
            pace.came(1, 29 * SECOND).unwrap();
        }
        let error = pace.came(1, 29 * SECOND).unwrap_err();
        assert_eq!(error, "3 bytes came in 87 seconds, which is less than 1024 a second");
        // What came fast before does not pay for it.
        let mut pace = Pace::new(&Network::default());
        pace.came(1 << 30, 60 * SECOND).unwrap();
        pace.came(1023 * 60, 60 * SECOND).unwrap_err();
    }
}
