//! Text of programs, made fit for a line of the screen.

/// A line as a terminal would show it: without control sequences (ECMA-48), with tabs as spaces, and what came after the last carriage
/// return.
pub fn plain(line: &str) -> String {
    let line = line.trim_end_matches('\r');
    let line = line.rsplit('\r').next().unwrap_or_default();
    let mut text = String::with_capacity(line.len());
    let mut column = 0;
    let mut chars = line.chars();
    while let Some(char) = chars.next() {
        match char {
            '\u{1b}' => skip_sequence(&mut chars),
            '\t' => {
                let spaces = 8 - column % 8;
                text.extend(std::iter::repeat_n(' ', spaces));
                column += spaces;
            }
            char if char.is_control() => {}
            char => {
                text.push(char);
                column += 1;
            }
        }
    }
    text
}

/// Skips what follows an escape: a control sequence up to its final byte, a command string up to its end, or one character.
fn skip_sequence(chars: &mut std::str::Chars<'_>) {
    match chars.next() {
        Some('[') => _ = chars.find(|char| ('\u{40}'..='\u{7e}').contains(char)),
        Some(']') => {
            let mut last = ' ';
            // Ends with BEL, or with ESC and a backslash.
            _ = chars.find(|char| {
                let end = *char == '\u{7}' || (last == '\u{1b}' && *char == '\\');
                last = *char;
                end
            });
        }
        _ => {}
    }
}

/// A time for a person: `4 s`, or `1:05`.
pub fn seconds(seconds: u64) -> String {
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{}:{:02}", seconds / 60, seconds % 60),
        _ => format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_not_show_is_not_shown() {
        assert_eq!(plain("\u{1b}[1;31merror\u{1b}[0m: no"), "error: no");
        assert_eq!(plain("10 %\r50 %\r"), "50 %");
        assert_eq!(plain("a\tb"), "a       b");
        assert_eq!(plain("\u{1b}]0;title\u{7}x\u{1b}]8;;a\u{1b}\\y\u{1b}(z"), "xyz");
        assert_eq!(plain("\u{1b}[2"), "", "a sequence without its end");
    }

    #[test]
    fn times_are_short() {
        assert_eq!([4, 65, 3723].map(seconds), ["4 s", "1:05", "1:02:03"]);
    }
}
