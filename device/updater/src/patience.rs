//! Waiting for others, who are done in a moment.

use std::time::{Duration, Instant};

use rustix::io::{Errno, Result};

/// How long an updater waits: for what takes a moment, such as a rename or a look, and not for an installation.
const PATIENCE: Duration = Duration::from_secs(10);

/// Tries again while this is what the system says.
///
/// # Errors
/// With what it said last.
pub fn while_it_says<T>(errno: Errno, mut attempt: impl FnMut() -> Result<T>) -> Result<T> {
    let start = Instant::now();
    loop {
        match attempt() {
            Err(said) if said == errno && start.elapsed() < PATIENCE => {
                std::thread::sleep(Duration::from_millis(100));
            }
            done => return done,
        }
    }
}
