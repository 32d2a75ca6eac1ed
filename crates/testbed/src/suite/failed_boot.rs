//! Boots that must fail, and machines that must reset themselves: by a panic, a watchdog or a program.

use std::time::Duration;

use super::report::TestError;
use yoe_vm::{Console, End, GuestError, WaitError, after};

/// How long a panicked kernel may take until it restarts the machine.
const RESTART: Duration = Duration::from_secs(60);

/// Waits for the end of a boot that must fail; how many failed before it, and how many must, is for the message.
///
/// # Errors
/// When the device comes up, when it hangs, or when a panic does not restart it.
pub(super) fn failed_boot(
    console: &mut Console,
    limit: Duration,
    found: u32,
    expected: u32,
) -> Result<(), TestError> {
    match console.wait_for(&["login: "], after(limit)) {
        Ok(_) => Err(TestError::CameUp { expected, found }),
        Err(interrupt) => resets(console, interrupt),
    }
}

/// Waits until the machine resets itself.
///
/// # Errors
/// When it does not, or when a panic does not restart it.
pub(super) fn reset(console: &mut Console, limit: Duration) -> Result<(), TestError> {
    match console.wait_for_end(after(limit)) {
        Ok(end) => resets(console, WaitError::Ended(end)),
        Err(WaitError::Deadline) => Err(TestError::NoReset { seconds: limit.as_secs() }),
        Err(interrupt) => resets(console, interrupt),
    }
}

/// Whether this interrupt is a reset, or a panic that becomes one.
fn resets(console: &mut Console, interrupt: WaitError) -> Result<(), TestError> {
    let wrong = match interrupt {
        WaitError::Ended(End::Reset | End::Watchdog) => return Ok(()),
        WaitError::Ended(End::Panic { message }) => {
            console.accept_resets();
            match console.wait_for_end(after(RESTART)) {
                Ok(End::Reset | End::Watchdog) => return Ok(()),
                Ok(end) => WaitError::Ended(end),
                Err(WaitError::Deadline) => {
                    return Err(TestError::PanicStays { seconds: RESTART.as_secs(), message });
                }
                Err(other) => other,
            }
        }
        other => other,
    };
    Err(GuestError::new(wrong.into(), console).into())
}
