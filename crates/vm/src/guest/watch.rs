//! A script whose lines are heard while it runs: whoever cuts the power knows what was said before.

use std::time::{Duration, Instant};

use super::{ANSWERS_WITHIN, Guest, STDERR};
use crate::console::after;
use crate::login::ours;
use crate::{GuestError, GuestErrorKind, WaitError, script};

/// What a script said, up to a moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Watched {
    /// Its lines so far, whole ones only.
    pub lines: Vec<String>,
    /// Its exit status, when it had ended.
    pub status: Option<u32>,
    /// Its standard error, when it had ended; at most 64 KiB.
    pub stderr: String,
    /// How long it had run, in seconds.
    pub seconds: f64,
}

impl Guest<'_> {
    /// Runs a script as [`Guest::run`] does, hears its standard output as it comes, and leaves it alone when `time` is over
    /// or when it has ended.
    ///
    /// # Errors
    /// When the machine ends, or when it does not take the script.
    pub fn watch(&mut self, script: &str, time: Duration) -> Result<Watched, GuestError> {
        self.try_watch(script, time).map_err(|kind| GuestError::new(kind, self.console))
    }

    fn try_watch(&mut self, script: &str, time: Duration) -> Result<Watched, GuestErrorKind> {
        let id = self.id();
        let teller = telling(script, &self.marker, &id);
        self.send(&script::assignments("y_s", &teller).map_err(GuestErrorKind::Script)?)?;
        self.say(&format!("y_say {id} begun; y_run {id}"))?;
        let (mut began, mut deadline) = (Instant::now(), after(ANSWERS_WITHIN));
        let mut watched = Watched { lines: Vec::new(), status: None, stderr: String::new(), seconds: 0.0 };
        while watched.status.is_none() {
            let line = match self.console.next_line(deadline) {
                // It is the end of the time, not of the machine's answers.
                Err(WaitError::Deadline) if began + time <= Instant::now() => break,
                other => other?,
            };
            match ours(&line, &self.marker, &id).map(|rest| rest.split_once(' ').unwrap_or((rest, ""))) {
                Some(("begun", _)) => (began, deadline) = (Instant::now(), after(time)),
                Some(("told", line)) => watched.lines.push(line.to_owned()),
                Some(("done", status)) => watched.status = status.parse().ok(),
                _ => {}
            }
        }
        watched.seconds = began.elapsed().as_secs_f64();
        if watched.status.is_some() {
            watched.stderr = self.file("e", STDERR)?;
        }
        Ok(watched)
    }
}

/// A script that says each line of another one to the console, and ends with its status.
fn telling(script: &str, marker: &str, id: &str) -> String {
    format!(
        "y_f=$(mktemp)\n{{ (\n{script}\n)\necho $? >\"$y_f\"\n}} | while IFS= read -r y_r; do\n\
         printf '\\n@%s %s told %s\\n' {marker} {id} \"$y_r\" >/dev/tty\ndone\nexit \"$(cat \"$y_f\")\"\n"
    )
}

#[cfg(test)]
mod tests;
