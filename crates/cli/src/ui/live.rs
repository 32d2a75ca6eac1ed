//! Progress as bars in a terminal: one line for the whole, one for each action that runs.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use yoe_build::{Event, How, Reporter};

/// Draws bars on standard error.
pub struct Live {
    bars: MultiProgress,
    whole: ProgressBar,
    running: Mutex<BTreeMap<String, ProgressBar>>,
}

impl Live {
    pub fn new() -> Self {
        let bars = MultiProgress::new();
        let whole = bars.add(ProgressBar::new(0));
        whole.set_style(style("{bar:30} {pos}/{len} actions, {elapsed}{msg}"));
        Self { bars, whole, running: Mutex::new(BTreeMap::new()) }
    }

    fn with(&self, label: &str, change: impl FnOnce(&ProgressBar)) {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bar) = running.get(label) {
            change(bar);
        }
    }

    fn begin(&self, label: &str) {
        let bar = self.bars.add(ProgressBar::new_spinner());
        bar.set_style(style("  {spinner} {prefix} {wide_msg} {elapsed}"));
        bar.set_prefix(label.to_owned());
        bar.enable_steady_tick(Duration::from_millis(200));
        self.running.lock().unwrap_or_else(PoisonError::into_inner).insert(label.to_owned(), bar);
    }

    fn end(&self, label: &str, line: &str) {
        let bar = self.running.lock().unwrap_or_else(PoisonError::into_inner).remove(label);
        if let Some(bar) = bar {
            bar.finish_and_clear();
        }
        // The terminal may be gone; the build goes on.
        let _ = self.bars.println(line);
    }

    fn progress(bar: &ProgressBar, done: u64, total: Option<u64>) {
        let total = total.map(|total| format!(" of {}", super::bytes(total))).unwrap_or_default();
        bar.set_message(format!("{}{total}", super::bytes(done)));
    }
}

impl Reporter for Live {
    fn event(&self, event: Event<'_>) {
        match event {
            Event::Planned { total, pending } => {
                self.whole.set_length(pending as u64);
                self.whole.set_message(format!(", {} more are not needed or in the cache", total - pending));
                self.whole.enable_steady_tick(Duration::from_secs(1));
            }
            Event::Waiting { label } => {
                // The terminal may be gone; the build goes on.
                let _ = self
                    .bars
                    .println(format!("  {label}: waits for another yoe, which is doing this already"));
            }
            Event::Started { label, .. } => self.begin(label),
            Event::Progress { label, done, total } => {
                self.with(label, |bar| Self::progress(bar, done, total));
            }
            Event::Task { label, task } => self.with(label, |bar| bar.set_message(task.to_owned())),
            Event::Warning { label, message } => {
                // The terminal may be gone; the build goes on.
                let _ = self.bars.println(format!("  {label}: warning: {message}"));
            }
            Event::Settled => self.whole.finish_and_clear(),
            Event::Output { .. } | Event::Used { .. } => {}
            Event::Finished { label, how, took } => {
                let how = match how {
                    How::Built => "",
                    How::Reused => ", same inputs as before",
                    How::Same => ", the same bytes",
                    How::Differs => ", DIFFERS",
                };
                self.end(label, &format!("  {label} ({:.1} s{how})", took.as_secs_f64()));
                self.whole.inc(1);
            }
            Event::Failed { label, .. } => self.end(label, &format!("  {label}: failed")),
        }
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        self.whole.finish_and_clear();
    }
}

fn style(template: &str) -> ProgressStyle {
    // The templates are constants of this file; the default style serves if one were wrong.
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
