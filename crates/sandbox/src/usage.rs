//! What a process used, when it has ended and nobody has taken note of it yet.

use std::fs;
use std::time::Duration;

use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};

/// Waits for the end of this child without reaping it, and gives the processor time of it and of the children that it waited for;
/// `None` when the system does not tell.
pub fn of_ended(id: u32) -> Option<Duration> {
    let pid = Pid::from_raw(i32::try_from(id).ok()?)?;
    loop {
        match waitid(WaitId::Pid(pid), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT) {
            Err(rustix::io::Errno::INTR) => {}
            Err(_) => return None,
            Ok(_) => break,
        }
    }
    let text = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    Some(from_stat(&text, rustix::param::clock_ticks_per_second()))
}

/// The sum of utime, stime, cutime and cstime of a line as `/proc/PID/stat` has it (proc_pid_stat(5)).
fn from_stat(text: &str, ticks_per_second: u64) -> Duration {
    // The name of the program, in parentheses, may hold anything.
    let after_name = text.rsplit_once(')').map_or("", |(_, rest)| rest);
    let ticks: u64 =
        after_name.split_whitespace().skip(11).take(4).filter_map(|field| field.parse::<u64>().ok()).sum();
    Duration::from_secs_f64(ticks as f64 / ticks_per_second.max(1) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_spaces_and_parentheses_moves_no_field() {
        let text = "7 (a) b (c) Z 1 2 3 4 5 6 7 8 9 10 100 20 3000 400 20 0 1";
        assert_eq!(from_stat(text, 100), Duration::from_millis(35_200));
        assert_eq!(from_stat("", 100), Duration::ZERO);
    }
}
