//! Boots that must fail: by a panic that restarts the machine, or by a reset.

use std::time::Duration;

use super::report::Failure;
use crate::console::after;
use crate::{End, GuestError, Interrupt, Vm};

/// How long a panicked kernel may take until it restarts the machine.
const RESTART: Duration = Duration::from_secs(60);

/// Waits for the end of a boot that must fail; how many failed before it, and how many must, is for the message.
///
/// # Errors
/// When the device comes up, when it hangs, or when a panic does not restart it.
pub(super) fn failed_boot(vm: &mut Vm, limit: Duration, found: u32, expected: u32) -> Result<(), Failure> {
    let interrupt = match vm.console().wait_for(&["login: "], after(limit)) {
        Ok(_) => return Err(Failure::CameUp { expected, found }),
        Err(Interrupt::Ended(End::Reset)) => return Ok(()),
        Err(Interrupt::Ended(End::Panic { message })) => {
            vm.console().accept_resets();
            match vm.wait(after(RESTART)) {
                Ok(End::Reset) => return Ok(()),
                Ok(end) => Interrupt::Ended(end),
                Err(Interrupt::Deadline) => {
                    return Err(Failure::NotReset { seconds: RESTART.as_secs(), message });
                }
                Err(other) => other,
            }
        }
        Err(other) => other,
    };
    Err(GuestError::new(interrupt.into(), vm.console()).into())
}
