//! What evaluation tells the user.

use std::fmt;
use std::ops::Range;

use yoe_model::Origin;

use crate::render;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The project cannot be used.
    Error,
    /// The project can be used; something in it deserves a look.
    Warning,
}

impl Severity {
    /// The word that starts the message.
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
        }
    }
}

/// One mistake: where, what, what was expected and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// The place; absent when no file is to blame.
    pub origin: Option<Origin>,
    /// The text of the line that `origin` names, without its end.
    pub line: Option<String>,
    /// The characters of `line` to mark: columns from 1, the end not included. Empty when the whole file is meant.
    pub caret: Range<u32>,
    /// What would have been right.
    pub expected: Option<String>,
    /// What to do, such as a near name.
    pub hint: Option<String>,
    /// Further places, and what they have to do with it.
    pub related: Vec<(Origin, String)>,
}

impl Diagnostic {
    /// This diagnostic as plain text of several lines.
    pub fn render(&self) -> String {
        render::diagnostic(self)
    }
}

/// All that was found wrong; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostics(Vec<Diagnostic>);

impl Diagnostics {
    /// Puts diagnostics in the order of files and lines, without repetitions. Absent when there is none.
    pub(crate) fn collect(mut all: Vec<Diagnostic>) -> Option<Self> {
        all.sort_by(|a, b| key(a).cmp(&key(b)));
        all.dedup();
        (!all.is_empty()).then_some(Self(all))
    }

    /// A failure that no file explains.
    pub(crate) fn internal(message: &str) -> Self {
        let (origin, line, caret) = (None, None, 0..0);
        let (expected, hint, related) = (None, None, Vec::new());
        let severity = Severity::Error;
        Self(vec![Diagnostic {
            severity,
            message: message.to_owned(),
            origin,
            line,
            caret,
            expected,
            hint,
            related,
        }])
    }

    /// One by one.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.0.iter()
    }

    /// All of them as plain text, each followed by an empty line but the last.
    pub fn render(&self) -> String {
        let all: Vec<String> = self.0.iter().map(Diagnostic::render).collect();
        all.join("\n")
    }
}

/// What decides the order: the place, then the text.
fn key(of: &Diagnostic) -> (Option<(&str, u32, u32)>, &str) {
    let place = of.origin.as_ref().map(|origin| (origin.file.as_str(), origin.line, origin.column));
    (place, &of.message)
}

impl<'a> IntoIterator for &'a Diagnostics {
    type Item = &'a Diagnostic;
    type IntoIter = std::slice::Iter<'a, Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render())
    }
}
