//! A text in front of the list: the answer to a question, or the output of an action that runs.

use crate::text::plain;

/// The end of a text, however long it is.
const END: usize = usize::MAX;

/// A text in front of the list.
#[derive(Debug, Default)]
pub struct Pane {
    /// What it is about.
    pub title: String,
    /// Its lines.
    pub lines: Vec<String>,
    /// The first line that is wanted.
    pub(super) top: usize,
    /// The first column that is shown.
    pub left: usize,
    /// Which question it answers.
    pub(super) number: u64,
    /// Whether the answer is yet to come.
    pub asking: bool,
    /// Whether the end is what matters, as in a log.
    at_end: bool,
    /// The action whose output it shows.
    follows: Option<String>,
}

impl Pane {
    /// One that waits for its answer.
    pub(super) fn asking(title: String, number: u64, at_end: bool) -> Self {
        Self { title, number, at_end, asking: true, ..Self::default() }
    }

    /// One that follows the output of an action.
    pub(super) fn following(action: &str, lines: Vec<String>) -> Self {
        let (title, follows) = (format!("output of {action}"), Some(action.to_owned()));
        Self { title, lines, top: END, follows, ..Self::default() }
    }

    pub(super) fn answer(&mut self, text: &str) {
        self.asking = false;
        self.lines = text.lines().map(plain).collect();
        self.top = if self.at_end { END } else { 0 };
    }

    /// Takes a line of output, when it is of the action that is followed.
    pub(super) fn follow(&mut self, action: &str, line: &str) {
        if self.follows.as_deref() == Some(action) {
            self.lines.push(line.to_owned());
        }
    }

    /// Moves by so many lines.
    pub(super) fn scroll(&mut self, lines: isize, rows: usize) {
        let top = self.first(rows).saturating_add_signed(lines);
        let last = self.lines.len().saturating_sub(rows);
        // At its end a text stays there, also when it grows.
        self.top = if top >= last { END } else { top };
    }

    /// Moves by so many columns.
    pub(super) fn shift(&mut self, columns: isize) {
        let widest = self.lines.iter().map(|line| line.chars().count()).max().unwrap_or_default();
        self.left = self.left.saturating_add_signed(columns).min(widest.saturating_sub(1));
    }

    /// The first line that is shown in so many rows: the last page is a whole one.
    pub fn first(&self, rows: usize) -> usize {
        self.top.min(self.lines.len().saturating_sub(rows))
    }
}
