//! How far a long piece of work is, in bytes.

use std::io::IsTerminal as _;
use std::sync::{Mutex, PoisonError};

use indicatif::{ProgressBar, ProgressStyle};
use yoe_model::Cancel;

use crate::flash;

/// A bar in a terminal; a line for each part elsewhere.
pub struct Meter {
    bar: Mutex<Option<ProgressBar>>,
    cancel: Cancel,
}

impl Meter {
    /// One that says to go on until the user wants the end.
    pub fn new(cancel: Cancel) -> Self {
        Self { bar: Mutex::new(None), cancel }
    }

    fn with(&self, change: impl FnOnce(&mut Option<ProgressBar>)) {
        change(&mut self.bar.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl flash::Meter for Meter {
    fn begin(&self, what: &'static str, bytes: u64) {
        if super::volume::chosen() == super::Volume::Quiet {
            return;
        }
        if !std::io::stderr().is_terminal() {
            return super::note(&format!("{what} {}", super::bytes(bytes)));
        }
        let style = ProgressStyle::with_template(
            "{msg:12} {bar:30} {binary_bytes}/{binary_total_bytes}, {binary_bytes_per_sec}, {eta}",
        );
        let bar = ProgressBar::new(bytes).with_message(what);
        // A template that does not parse would leave the bar as it is.
        if let Ok(style) = style {
            bar.set_style(style);
        }
        self.with(|held| {
            if let Some(last) = held.replace(bar) {
                last.finish();
            }
        });
    }

    fn step(&self, bytes: u64) -> bool {
        self.with(|bar| {
            if let Some(bar) = bar {
                bar.inc(bytes);
            }
        });
        !self.cancel.is_cancelled()
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        self.with(|bar| {
            if let Some(bar) = bar {
                bar.finish();
            }
        });
    }
}
