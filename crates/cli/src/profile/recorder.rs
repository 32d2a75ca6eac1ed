//! Takes note of what a build does.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use yoe_build::{Event, How, Reporter};

use super::{End, Span};

/// Takes note of every action, and passes all events on.
pub struct Recorder {
    next: Arc<dyn Reporter>,
    began: Instant,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    running: BTreeMap<String, Span>,
    ended: Vec<Span>,
}

impl Recorder {
    /// One whose build begins now, and that passes events on.
    pub fn new(next: Arc<dyn Reporter>) -> Self {
        Self { next, began: Instant::now(), seen: Mutex::default() }
    }

    /// What ran until now, in the order in which it ended, and how long all of it took.
    pub(super) fn spans(&self) -> (Vec<Span>, Duration) {
        let whole = self.began.elapsed();
        let seen = self.seen();
        let open = seen.running.values().map(|span| Span { ended: whole, ..span.clone() });
        (seen.ended.iter().cloned().chain(open).collect(), whole)
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, event: &Event<'_>) {
        let now = self.began.elapsed();
        let mut seen = self.seen();
        let end = |seen: &mut Seen, label: &str, end: End| {
            if let Some(span) = seen.running.remove(label) {
                seen.ended.push(Span { ended: now, end, ..span });
            }
        };
        match event {
            Event::Started { label, reason } => {
                let span = Span {
                    label: (*label).to_owned(),
                    began: now,
                    ended: now,
                    reason: reason.to_string(),
                    end: End::Open,
                    tasks: Vec::new(),
                    processor: Duration::ZERO,
                };
                seen.running.insert(span.label.clone(), span);
            }
            Event::Task { label, task } => {
                if let Some(span) = seen.running.get_mut(*label) {
                    span.tasks.push((now, (*task).to_owned()));
                }
            }
            Event::Used { label, processor } => {
                if let Some(span) = seen.running.get_mut(*label) {
                    span.processor += *processor;
                }
            }
            Event::Finished { label, how: How::Reused, .. } => end(&mut seen, label, End::Reused),
            Event::Finished { label, .. } => end(&mut seen, label, End::Built),
            Event::Failed { label, .. } => end(&mut seen, label, End::Failed),
            _ => {}
        }
    }
}

impl Reporter for Recorder {
    fn event(&self, event: Event<'_>) {
        self.note(&event);
        self.next.event(event);
    }
}
