//! A diagnostic as plain text: the message, the place, the line, the marks below it, then hint and notes.

use std::fmt::Write as _;

use crate::Diagnostic;

/// Characters of a source line that are shown; longer lines are cut around the mark.
const WIDTH: usize = 140;

/// The whole text, ended by a newline.
pub(crate) fn diagnostic(of: &Diagnostic) -> String {
    let mut text = format!("{}: {}\n", of.severity.as_str(), of.message);
    let margin = of.origin.as_ref().map_or(1, |origin| origin.line.to_string().len());
    if let Some(origin) = &of.origin {
        if of.caret.is_empty() {
            let _ = writeln!(text, "{:margin$}--> {}", "", origin.file);
        } else {
            let _ = writeln!(text, "{:margin$}--> {origin}", "");
        }
    }
    let marked = match (&of.origin, &of.line) {
        (Some(origin), Some(line)) if !of.caret.is_empty() => {
            excerpt(&mut text, of, line, origin.line, margin);
            true
        }
        _ => false,
    };
    if let (false, Some(expected)) = (marked, &of.expected) {
        let _ = writeln!(text, "{:margin$} = expected: {expected}", "");
    }
    if let Some(hint) = &of.hint {
        let _ = writeln!(text, "{:margin$} = hint: {hint}", "");
    }
    for (origin, message) in &of.related {
        let _ = writeln!(text, "{:margin$} = note: {origin}: {message}", "");
    }
    text
}

/// The line and the marks below it.
fn excerpt(text: &mut String, of: &Diagnostic, line: &str, number: u32, margin: usize) {
    let (line, start) = cut(line, of.caret.start as usize);
    let shown: String = line.chars().map(visible).collect();
    let length = line.chars().count();
    let from = (of.caret.start as usize).saturating_sub(start);
    let to = (of.caret.end as usize).saturating_sub(start).min(length + 1).max(from + 1);
    let _ = writeln!(text, "{:margin$} |", "");
    let _ = writeln!(text, "{number} | {shown}");
    let expected = of.expected.as_ref().map(|expected| format!(" expected {expected}")).unwrap_or_default();
    let _ = writeln!(text, "{:margin$} | {:2$}{3}{expected}", "", "", from - 1, "^".repeat(to - from));
}

/// Keeps columns: a tab counts as one, and what would move the cursor is replaced.
fn visible(c: char) -> char {
    match c {
        '\t' => ' ',
        c if c.is_control() => '\u{fffd}',
        c => c,
    }
}

/// A window of the line that holds this column (from 1), and how many characters it leaves out before it.
fn cut(line: &str, column: usize) -> (String, usize) {
    if line.chars().count() <= WIDTH {
        return (line.to_owned(), 0);
    }
    let start = column.saturating_sub(WIDTH / 2);
    (line.chars().skip(start).take(WIDTH).collect(), start)
}

#[cfg(test)]
mod tests;
