//! Starts that the emulator lost, and not the device: QEMU forgets a timer's interrupt now and then, once in some eighty starts, and a
//! processor that waits for it sleeps for ever. Linux names that, and the device's watchdog restarts it.

use std::time::Instant;

use yoe_vm::{Console, WaitError};

/// What Linux says of it (`rcu_check_gp_kthread_expired_fqs_timer`).
const LOST: &str = "Possible timer handling issue on cpu";

/// So many starts one after the other are made anew. More of them are no accident.
pub(super) const MOST: u32 = 2;

/// Waits for the log-in, and tells whether the start was lost instead. What was said is left to be read.
pub(super) fn lost(console: &mut Console, deadline: Instant) -> bool {
    match console.peek_for(&["login: "], deadline) {
        Ok(_) | Err(WaitError::Cancelled) => false,
        Err(_) => console.peek_for(&[LOST], Instant::now()).is_ok(),
    }
}
