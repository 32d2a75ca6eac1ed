//! Progress as lines.

use std::sync::atomic::{AtomicUsize, Ordering};

use yoe_build::{Event, How, Reporter};

use super::{Volume, stderr};

/// Writes a line when an action begins and when it ends.
pub struct Plain {
    volume: Volume,
    pending: AtomicUsize,
    done: AtomicUsize,
}

impl Plain {
    pub fn new(volume: Volume) -> Self {
        Self { volume, pending: AtomicUsize::new(0), done: AtomicUsize::new(0) }
    }

    fn note(&self, line: &str) {
        if self.volume != Volume::Quiet {
            stderr(line);
        }
    }

    fn count(&self, done: usize) -> String {
        let pending = self.pending.load(Ordering::Relaxed);
        let width = pending.to_string().len();
        format!("[{done:width$}/{pending}]")
    }
}

impl Reporter for Plain {
    fn event(&self, event: Event<'_>) {
        match event {
            Event::Planned { pending, total } => {
                self.pending.store(pending, Ordering::Relaxed);
                if pending > 0 {
                    self.note(&format!(
                        "{pending} of {total} actions to do; the others are in the cache, or not needed"
                    ));
                }
            }
            Event::Waiting { label } => {
                self.note(&format!("{label}: waits for another yoe, which is doing this already"))
            }
            Event::Started { label, reason } => {
                let done = self.done.load(Ordering::Relaxed);
                self.note(&format!("{} {label}: {reason}", self.count(done)));
            }
            Event::Finished { label, how, took } => {
                let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
                let how = match how {
                    How::Built => "done",
                    How::Reused => "same inputs as before",
                    How::Same => "the same bytes",
                    How::Differs => "DIFFERS",
                };
                self.note(&format!("{} {label}: {how} ({:.1} s)", self.count(done), took.as_secs_f64()));
            }
            Event::Warning { label, message } => stderr(&format!("{label}: warning: {message}")),
            Event::Failed { label, .. } => stderr(&format!("{label}: failed")),
            Event::Output { label, line } if self.volume == Volume::Verbose => {
                stderr(&format!("{label}: {line}"));
            }
            Event::Settled
            | Event::Task { .. }
            | Event::Used { .. }
            | Event::Progress { .. }
            | Event::Output { .. } => {}
        }
    }
}
