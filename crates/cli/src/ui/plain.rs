//! Progress as lines.

use std::sync::atomic::{AtomicUsize, Ordering};

use yoe_build::{Event, How, Reporter};

use super::note;

/// Writes a line when an action begins and when it ends.
pub struct Plain {
    pending: AtomicUsize,
    done: AtomicUsize,
}

impl Plain {
    pub fn new() -> Self {
        Self { pending: AtomicUsize::new(0), done: AtomicUsize::new(0) }
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
                    note(&format!(
                        "{pending} of {total} actions to do; the others are in the cache, or not needed"
                    ));
                }
            }
            Event::Waiting { label } => {
                note(&format!("{label}: waits for another yoe, which is doing this already"))
            }
            Event::Started { label, reason } => {
                let done = self.done.load(Ordering::Relaxed);
                note(&format!("{} {label}: {reason}", self.count(done)));
            }
            Event::Finished { label, how, took } => {
                let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
                let how = match how {
                    How::Built => "done",
                    How::Reused => "same inputs as before",
                    How::Same => "the same bytes",
                    How::Differs => "DIFFERS",
                };
                note(&format!("{} {label}: {how} ({:.1} s)", self.count(done), took.as_secs_f64()));
            }
            Event::Warning { label, message } => note(&format!("{label}: warning: {message}")),
            Event::Failed { label, .. } => note(&format!("{label}: failed")),
            Event::Settled | Event::Task { .. } | Event::Progress { .. } | Event::Output { .. } => {}
        }
    }
}
