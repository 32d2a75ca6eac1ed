//! Errors as the user sees them: what kind, what, why, and what to do.

use super::color::Style;
use super::stderr;
use crate::error::CommandError;

/// Writes an error and its causes to standard error.
pub fn show(error: &CommandError) {
    error.others().iter().for_each(show);
    stderr(&render(error, super::color::on_stderr()));
}

fn render(error: &CommandError, color: bool) -> String {
    let paint = |text: &str, style| if color { super::color::paint(text, style) } else { text.to_owned() };
    let mut text = format!("{}{}", paint(error.prefix(), Style::Bad), error.message());
    let mut cause = error.source();
    let mut last = error.message();
    while let Some(next) = cause {
        let why = next.to_string();
        // A transparent wrapper says the same as what it wraps.
        if why != last {
            text.push_str(&format!("\n  because: {}", why.trim_end().replace('\n', "\n           ")));
        }
        last = why;
        cause = next.source();
    }
    for hint in error.hints() {
        text.push_str(&format!("\n{}{hint}", paint("hint: ", Style::Help)));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn causes_and_hints_follow_the_message() {
        let cause = std::io::Error::other("disk is gone");
        let error = CommandError::config("the lock cannot be read").because(cause).hint("run `yoe lock`");
        let shown = "config error: the lock cannot be read\n  because: disk is gone\nhint: run `yoe lock`";
        assert_eq!(render(&error, false), shown);
        let painted = "\u{1b}[1;31mconfig error: \u{1b}[0mthe lock";
        assert!(render(&error, true).starts_with(painted), "{:?}", render(&error, true));
    }
}
