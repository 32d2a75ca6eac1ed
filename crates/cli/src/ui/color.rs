//! Colours of messages: asked for, or chosen by where they go.

use std::io::IsTerminal;
use std::sync::OnceLock;

use clap::ColorChoice;

/// What the user asked for.
static CHOICE: OnceLock<ColorChoice> = OnceLock::new();

/// Remembers what the user asked for. The first choice counts.
pub fn choose(choice: ColorChoice) {
    let _ = CHOICE.set(choice);
}

/// Whether messages are coloured.
pub fn on_stderr() -> bool {
    wanted(std::io::stderr().is_terminal())
}

/// Whether what is drawn in a terminal is coloured.
pub fn in_terminal() -> bool {
    wanted(true)
}

/// Whether colours are wanted where there is a terminal, or none.
fn wanted(terminal: bool) -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let choice = CHOICE.get().copied().unwrap_or_default();
    decide(choice, set("NO_COLOR"), set("CLICOLOR_FORCE"), terminal)
}

/// NO_COLOR is <https://no-color.org>'s, CLICOLOR_FORCE that of <https://bixense.com/clicolors>.
fn decide(choice: ColorChoice, no_color: bool, force: bool, terminal: bool) -> bool {
    match choice {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto => !no_color && (force || terminal),
    }
}

/// How a text looks.
#[derive(Debug, Clone, Copy)]
pub enum Style {
    /// What an error begins with.
    Bad,
    /// What a hint begins with.
    Help,
}

/// The text in this style, by ECMA-48's codes.
pub fn paint(text: &str, style: Style) -> String {
    let code = match style {
        Style::Bad => "1;31",
        Style::Help => "1;36",
    };
    if text.is_empty() { String::new() } else { format!("\u{1b}[{code}m{text}\u{1b}[0m") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_option_counts_more_than_the_environment_and_that_more_than_the_terminal() {
        use ColorChoice::{Always, Auto, Never};
        assert!(decide(Always, true, false, false) && !decide(Never, false, true, true));
        assert!(decide(Auto, false, false, true) && !decide(Auto, false, false, false));
        assert!(!decide(Auto, true, true, true) && decide(Auto, false, true, false));
    }
}
