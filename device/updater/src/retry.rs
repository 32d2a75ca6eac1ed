//! Trying again while another process is in the way.

use std::time::{Duration, Instant};

use rustix::io::{Errno, Result};

/// How long an updater waits: for what takes a moment, such as a rename, and not for an installation.
const WITHIN: Duration = Duration::from_secs(10);

/// Tries again while this is what the system says.
///
/// # Errors
/// With what it said last.
pub fn retry_while<T>(errno: Errno, mut attempt: impl FnMut() -> Result<T>) -> Result<T> {
    let start = Instant::now();
    loop {
        match attempt() {
            Err(error) if error == errno && start.elapsed() < WITHIN => {
                std::thread::sleep(Duration::from_millis(100));
            }
            done => return done,
        }
    }
}
