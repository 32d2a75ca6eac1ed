//! What a machine said and what became of it, shared by the threads that listen and the one that waits.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde::Serialize;

use crate::boot_log::BootLog;
use crate::clean::Cleaner;
use crate::{Cancel, End};

/// Text kept in memory. The boot log has all of it.
const KEPT: usize = 64 << 20;
/// QEMU's standard error kept in memory.
const STDERR_KEPT: usize = 64 << 10;
/// How often a wait looks at the cancel flag, which has no way to wake it.
const CANCEL_TICK: Duration = Duration::from_millis(200);
/// How long a panicking kernel gets to print its trace.
const PANIC_SETTLES: Duration = Duration::from_secs(1);
/// How long the monitor's last word may come after the console's end.
const MONITOR_SETTLES: Duration = Duration::from_secs(2);
const PANIC: &str = "Kernel panic - not syncing: ";

/// A point in a boot, in seconds since the start.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Milestone {
    /// What was reached: `firmware`, `kernel`, `login`, `logged-in`, `off`.
    pub name: &'static str,
    /// Seconds since QEMU was started.
    pub seconds: f64,
}

/// What the monitor reported about the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// The watchdog was not fed, and acts.
    Watchdog,
    /// The machine was reset and goes on.
    Reset,
    /// QEMU stopped the machine and stays.
    Stopped,
    /// QEMU ends because the machine asked for a reset.
    EndedByReset,
    /// QEMU ends because the machine switched itself off.
    EndedByPowerOff,
}

/// The shared record.
#[derive(Clone)]
pub(crate) struct Transcript(Arc<Shared>);

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
    start: Instant,
    cancel: Cancel,
}

/// What is known at one moment.
pub(crate) struct State {
    /// Cleaned console text, without the first `forgotten` bytes.
    text: Vec<u8>,
    forgotten: usize,
    cleaner: Cleaner,
    log: Option<BootLog>,
    milestones: Vec<Milestone>,
    /// Start of the line being written, as an absolute position.
    line: usize,
    panic: Option<(usize, Instant)>,
    resets: usize,
    /// Whether the last reset was the watchdog's.
    watchdog: bool,
    last_fate: Option<Fate>,
    closed: Option<Instant>,
    monitor_open: bool,
    stderr: Vec<u8>,
    /// How much of it is in the log.
    noted: usize,
}

/// A machine's life from one reset to the next.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Life {
    /// Where its text begins.
    from: usize,
    /// The resets before it.
    resets: usize,
}

/// Why a wait ended without what it waited for.
pub(crate) enum Stop {
    Deadline,
    Cancelled,
}

impl Transcript {
    pub(crate) fn new(cancel: Cancel, log: Option<BootLog>) -> Self {
        let state = State {
            text: Vec::new(),
            forgotten: 0,
            cleaner: Cleaner::default(),
            log,
            milestones: Vec::new(),
            line: 0,
            panic: None,
            resets: 0,
            watchdog: false,
            last_fate: None,
            closed: None,
            monitor_open: false,
            stderr: Vec::new(),
            noted: 0,
        };
        let shared =
            Shared { state: Mutex::new(state), changed: Condvar::new(), start: Instant::now(), cancel };
        Self(Arc::new(shared))
    }

    /// A panic elsewhere must not hide what was recorded.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: impl FnOnce(&mut State, Duration)) {
        change(&mut self.lock(), self.0.start.elapsed());
        self.0.changed.notify_all();
    }

    /// The time since the start.
    pub(crate) fn elapsed(&self) -> Duration {
        self.0.start.elapsed()
    }

    /// Adds bytes of the console.
    pub(crate) fn console(&self, bytes: &[u8]) {
        self.change(|state, at| state.append(bytes, at));
    }

    /// The console has ended.
    pub(crate) fn console_closed(&self) {
        self.change(|state, at| {
            state.closed.get_or_insert_with(Instant::now);
            state.note("the console ended", at);
        });
    }

    /// Whether the console has ended.
    pub(crate) fn is_closed(&self) -> bool {
        self.lock().closed.is_some()
    }

    /// Adds bytes of QEMU's standard error.
    pub(crate) fn stderr(&self, bytes: &[u8]) {
        self.change(|state, at| {
            let room = STDERR_KEPT.saturating_sub(state.stderr.len());
            state.stderr.extend_from_slice(&bytes[..bytes.len().min(room)]);
            while let Some(length) = state.stderr[state.noted..].iter().position(|byte| *byte == b'\n') {
                let line = String::from_utf8_lossy(&state.stderr[state.noted..][..length]).into_owned();
                state.noted += length + 1;
                state.note(&format!("QEMU says: {line}"), at);
            }
        });
    }

    /// Whether a monitor still reports.
    pub(crate) fn monitor(&self, open: bool) {
        self.change(|state, _| state.monitor_open = open);
    }

    /// The monitor reported this.
    pub(crate) fn fate(&self, fate: Fate) {
        self.change(|state, at| {
            state.resets += usize::from(fate == Fate::Reset);
            let by_watchdog = state.last_fate == Some(Fate::Watchdog);
            state.watchdog = by_watchdog && matches!(fate, Fate::Reset | Fate::EndedByReset);
            state.last_fate = Some(fate);
            state.note(&format!("{fate:?}"), at);
        });
    }

    /// A point of the boot was reached; only the first time counts.
    pub(crate) fn milestone(&self, name: &'static str) {
        self.change(|state, at| state.milestone(name, at));
    }

    pub(crate) fn life(&self) -> Life {
        self.lock().life()
    }

    pub(crate) fn milestones(&self) -> Vec<Milestone> {
        self.lock().milestones.clone()
    }

    pub(crate) fn is_cancelled(&self) -> bool {
        self.0.cancel.is_cancelled()
    }

    /// Waits until `look` finds something.
    pub(crate) fn wait<T>(
        &self,
        deadline: Instant,
        mut look: impl FnMut(&State) -> Option<T>,
    ) -> Result<T, Stop> {
        let mut state = self.lock();
        loop {
            if let Some(found) = look(&state) {
                return Ok(found);
            }
            if self.is_cancelled() {
                return Err(Stop::Cancelled);
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(Stop::Deadline);
            }
            let waited = self.0.changed.wait_timeout(state, left.min(CANCEL_TICK));
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// The last lines of the console.
    pub(crate) fn tail(&self, lines: usize) -> String {
        let state = self.lock();
        let text = state.text.trim_ascii_end();
        let mut starts =
            text.iter().enumerate().rev().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1);
        let start = starts.nth(lines.saturating_sub(1)).unwrap_or(0);
        String::from_utf8_lossy(&text[start..]).into_owned()
    }
}

impl State {
    fn append(&mut self, bytes: &[u8], at: Duration) {
        let old = self.text.len();
        self.cleaner.push(bytes, &mut self.text);
        if old < self.text.len() {
            self.milestone("firmware", at);
        }
        if let Some(log) = &mut self.log {
            log.push(&self.text[old..], at);
        }
        while let Some(length) = self.since(self.line).iter().position(|byte| *byte == b'\n') {
            let line = String::from_utf8_lossy(&self.since(self.line)[..length]).into_owned();
            self.look_at_line(&line, at);
            self.line += length + 1;
        }
        if self.text.len() > KEPT {
            let surplus = self.text.len() - KEPT / 2;
            self.text.drain(..surplus);
            self.forgotten += surplus;
        }
    }

    fn look_at_line(&mut self, line: &str, at: Duration) {
        let message = kernel_message(line);
        if message.starts_with("Linux version ") {
            self.milestone("kernel", at);
        }
        if message.starts_with(PANIC) {
            self.panic = Some((self.line, Instant::now()));
        }
    }

    fn note(&mut self, text: &str, at: Duration) {
        if let Some(log) = &mut self.log {
            log.note(text, at);
        }
    }

    fn milestone(&mut self, name: &'static str, at: Duration) {
        if !self.milestones.iter().any(|milestone| milestone.name == name) {
            self.milestones.push(Milestone { name, seconds: at.as_secs_f64() });
        }
    }

    /// The text from an absolute position on.
    pub(crate) fn since(&self, position: usize) -> &[u8] {
        let start = position.saturating_sub(self.forgotten).min(self.text.len());
        &self.text[start..]
    }

    /// The absolute position behind the last byte.
    pub(crate) fn end_position(&self) -> usize {
        self.forgotten + self.text.len()
    }

    /// The life that begins now.
    pub(crate) fn life(&self) -> Life {
        Life { from: self.end_position(), resets: self.resets }
    }

    /// Whether and how the machine ended, once that is certain. What an earlier `life` ended by does not count.
    pub(crate) fn end(&self, life: Life) -> Option<End> {
        if let Some((position, when)) = self.panic.filter(|(position, _)| *position >= life.from) {
            let settled = when.elapsed() >= PANIC_SETTLES || self.closed.is_some();
            return settled.then(|| End::Panic { message: self.panic_message(position) });
        }
        let reset = if self.watchdog { End::Watchdog } else { End::Reset };
        if self.resets > life.resets {
            return Some(reset);
        }
        if self.last_fate == Some(Fate::Stopped) {
            return Some(End::Stopped { stderr: self.stderr() });
        }
        let closed = self.closed?;
        if self.monitor_open && closed.elapsed() < MONITOR_SETTLES {
            return None;
        }
        Some(match self.last_fate {
            Some(Fate::EndedByReset) => reset,
            Some(Fate::EndedByPowerOff) => End::PowerOff,
            _ => End::Exit { stderr: self.stderr() },
        })
    }

    fn stderr(&self) -> String {
        String::from_utf8_lossy(&self.stderr).into_owned()
    }

    fn panic_message(&self, position: usize) -> String {
        let line = self.since(position).split(|byte| *byte == b'\n').next().unwrap_or_default();
        let line = String::from_utf8_lossy(line);
        kernel_message(&line).trim_start_matches(PANIC).to_owned()
    }
}

/// A console line without what the kernel puts before its messages: `[    1.234567] ` and `[    T1] `.
fn kernel_message(mut line: &str) -> &str {
    while let Some((prefix, rest)) = line.strip_prefix('[').and_then(|line| line.split_once(']')) {
        let stamp = |c: char| c.is_ascii_digit() || matches!(c, '.' | ' ' | 'T' | 'C');
        if !prefix.chars().all(stamp) {
            break;
        }
        line = rest.strip_prefix(' ').unwrap_or(rest);
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    fn transcript() -> Transcript {
        Transcript::new(Cancel::new(), None)
    }

    fn end(transcript: &Transcript) -> Option<End> {
        transcript.wait(Instant::now() + Duration::from_secs(3), |state| state.end(Life::default())).ok()
    }

    #[test]
    fn a_panic_is_seen_only_where_the_kernel_says_it() {
        let log = transcript();
        log.console(
            b"[   12.345678][    T1] Kernel panic - not syncing: VFS: no root\r\n[ 12.4] Call Trace:\r\n",
        );
        log.console_closed();
        assert_eq!(end(&log), Some(End::Panic { message: "VFS: no root".into() }));
        let quoted = transcript();
        quoted.console(b"updater: the last boot said: Kernel panic - not syncing: x\n");
        quoted.console_closed();
        assert_eq!(end(&quoted), Some(End::Exit { stderr: String::new() }));
    }

    #[test]
    fn the_monitor_says_why_the_machine_ended() {
        for (fate, expected) in [(Fate::EndedByPowerOff, End::PowerOff), (Fate::EndedByReset, End::Reset)] {
            let transcript = transcript();
            transcript.monitor(true);
            transcript.console_closed();
            assert!(
                transcript.wait(Instant::now(), |state| state.end(Life::default())).is_err(),
                "the monitor may still speak"
            );
            transcript.fate(fate);
            transcript.monitor(false);
            assert_eq!(end(&transcript), Some(expected));
        }
    }

    #[test]
    fn what_a_watchdog_did_is_told_from_other_resets() {
        for (fates, expected) in [
            (&[Fate::Watchdog, Fate::Reset][..], End::Watchdog),
            (&[Fate::Watchdog, Fate::EndedByReset], End::Watchdog),
            (&[Fate::Watchdog, Fate::Reset, Fate::Reset], End::Reset),
        ] {
            let transcript = transcript();
            fates.iter().for_each(|fate| transcript.fate(*fate));
            transcript.console_closed();
            assert_eq!(end(&transcript), Some(expected), "{fates:?}");
        }
    }

    #[test]
    fn an_exit_carries_what_qemu_said() {
        let transcript = transcript();
        transcript.stderr(b"qemu: no such firmware\n");
        transcript.console_closed();
        assert_eq!(end(&transcript), Some(End::Exit { stderr: "qemu: no such firmware\n".into() }));
    }

    #[test]
    fn old_text_is_forgotten_but_positions_stay() {
        let transcript = transcript();
        let line = [b"x".repeat(1 << 20), b"\n".to_vec()].concat();
        (0..KEPT >> 20).for_each(|_| transcript.console(&line));
        transcript.console(b"last\n");
        let state = transcript.lock();
        assert!(state.text.len() <= KEPT);
        assert_eq!(state.since(state.end_position() - 5), b"last\n");
    }

    #[test]
    fn the_tail_is_the_last_lines() {
        let transcript = transcript();
        transcript.console(b"one\ntwo\nthree\n\n");
        assert_eq!(transcript.tail(2), "two\nthree");
        assert_eq!(transcript.tail(9), "one\ntwo\nthree");
        assert_eq!(transcript.tail(1), "three");
    }
}
