//! How fast an answer has to come.

use std::time::Duration;

use super::Settings;

/// Watches one answer. Each read has its own limit; this one is for servers that send something before that is over, and
/// never enough.
#[derive(Debug)]
pub(super) struct Pace {
    floor: u64,
    window: Duration,
    bytes: u64,
    waited: Duration,
}

impl Pace {
    /// Of an answer that begins.
    pub(super) fn new(settings: &Settings) -> Self {
        Self { floor: settings.floor, window: settings.window, bytes: 0, waited: Duration::ZERO }
    }

    /// These bytes came after this time of waiting for them. What was done with the ones before does not count.
    ///
    /// # Errors
    /// When too few came in a whole window.
    pub(super) fn came(&mut self, bytes: usize, waited: Duration) -> Result<(), String> {
        self.bytes += bytes as u64;
        self.waited += waited;
        if self.waited < self.window {
            return Ok(());
        }
        let (bytes, seconds) = (self.bytes, self.waited.as_secs_f64());
        if (bytes as f64) < self.floor as f64 * seconds {
            let floor = self.floor;
            return Err(format!(
                "{bytes} bytes came in {seconds:.0} seconds, which is less than {floor} a second"
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
    fn the_average_of_a_window_counts() {
        let mut pace = Pace::new(&Settings::default());
        for _ in 0..1000 {
            pace.came(62 << 10, 2 * SECOND).unwrap();
            pace.came(1, 29 * SECOND).unwrap();
            pace.came(1, 29 * SECOND).unwrap();
        }
        pace.came(1 << 30, 60 * SECOND).unwrap();
        let output = pace.came(1023 * 60, 60 * SECOND).unwrap_err();
        assert_eq!(output, "61380 bytes came in 60 seconds, which is less than 1024 a second");
    }
}
