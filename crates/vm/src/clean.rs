//! Terminal bytes become plain text: escape sequences (ECMA-48) and control characters go, lines end in `\n`.

/// Where in an escape sequence the stream is. Sequences are split over reads, so this outlives one call.
#[derive(Debug, Default)]
enum State {
    #[default]
    Text,
    /// After ESC.
    Escape,
    /// After ESC and an intermediate byte, such as the `(` of ESC ( B.
    Intermediate,
    /// Within a control sequence: ESC [ … final byte.
    Control,
    /// Within a string: ESC ] … BEL or ESC \.
    String,
    /// After ESC within a string.
    StringEscape,
}

/// Removes what is not text from a stream of terminal output.
#[derive(Debug, Default)]
pub(crate) struct Cleaner {
    state: State,
    /// A carriage return was seen and may still be followed by a line feed.
    returned: bool,
    /// Whether the line being written has text.
    in_line: bool,
}

impl Cleaner {
    /// Appends the text of `bytes` to `into`.
    pub(crate) fn push(&mut self, bytes: &[u8], into: &mut Vec<u8>) {
        for &byte in bytes {
            self.byte(byte, into);
        }
    }

    fn byte(&mut self, byte: u8, into: &mut Vec<u8>) {
        const ESC: u8 = 0x1b;
        const BEL: u8 = 0x07;
        const CAN: u8 = 0x18;
        const SUB: u8 = 0x1a;
        self.state = match (&self.state, byte) {
            // A program that ended in a sequence must not take what others print: these end any, as in terminals; so does a line.
            (_, CAN | SUB) => State::Text,
            (_, b'\n') => {
                self.text(byte, into);
                State::Text
            }
            (State::String, ESC) => State::StringEscape,
            (State::String, BEL) | (State::StringEscape, b'\\') => State::Text,
            (State::String, _) => State::String,
            (_, ESC) => State::Escape,
            // After a string that was not ended as it should be, too.
            (State::Escape | State::StringEscape, b'[') => State::Control,
            (State::Escape | State::StringEscape, b']' | b'P' | b'^' | b'_' | b'X') => State::String,
            (State::Escape | State::StringEscape | State::Intermediate, 0x20..=0x2f) => State::Intermediate,
            (State::Escape | State::StringEscape | State::Intermediate, _) => State::Text,
            (State::Control, 0x40..=0x7e) => {
                // The firmware and the boot manager place text by row and column and end no line.
                if matches!(byte, b'H' | b'J' | b'f') {
                    self.returned = true;
                }
                State::Text
            }
            (State::Control, _) => State::Control,
            (State::Text, _) => {
                self.text(byte, into);
                State::Text
            }
        };
    }

    fn text(&mut self, byte: u8, into: &mut Vec<u8>) {
        match byte {
            b'\r' => self.returned = true,
            b'\n' => self.end_line(into),
            b'\t' | 0x20..=0x7e | 0x80.. => {
                // A return without a line feed: what follows would overwrite the line, here it follows below.
                if self.returned && self.in_line {
                    self.end_line(into);
                }
                self.returned = false;
                self.in_line = true;
                into.push(byte);
            }
            _ => {}
        }
    }

    fn end_line(&mut self, into: &mut Vec<u8>) {
        into.push(b'\n');
        self.returned = false;
        self.in_line = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cleaned(pieces: &[&str]) -> String {
        let mut cleaner = Cleaner::default();
        let mut text = Vec::new();
        for piece in pieces {
            cleaner.push(piece.as_bytes(), &mut text);
        }
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn escape_sequences_go() {
        assert_eq!(
            cleaned(&["a\x1b[0;1;39mb\x1b[6nc\x1b(Bd\x1b]0;title\x07e\x1b]8;;x\x1b\\f\x1b=g"]),
            "abcdefg"
        );
    }

    #[test]
    fn a_sequence_may_be_split_anywhere() {
        let text = "one\x1b[01;31mtwo\x1b]0;t\x1b\\three\r\nfour";
        for at in 0..text.len() {
            assert_eq!(cleaned(&[&text[..at], &text[at..]]), "onetwothree\nfour", "split at {at}");
        }
    }

    #[test]
    fn a_sequence_without_an_end_takes_its_line_alone() {
        assert_eq!(cleaned(&["a\x1b]0;title\nb"]), "a\nb");
        assert_eq!(cleaned(&["a\x1bP1;2\x1b[0mb\x1b_x\x1b]0;t\x07c"]), "abc");
        assert_eq!(cleaned(&["a\x1b[31\nb\x1b]x\x18c\x1bP\x1ad"]), "a\nbcd");
        assert_eq!(cleaned(&["a\x1b]0;t\x1b\nb"]), "a\nb");
    }

    #[test]
    fn every_line_end_is_one_line_feed() {
        assert_eq!(cleaned(&["a\r\nb\r\r\nc\nd\r", "\ne"]), "a\nb\nc\nd\ne");
        assert_eq!(cleaned(&["10 %\r20 %\r\n\r\n"]), "10 %\n20 %\n\n");
    }

    #[test]
    fn placed_text_falls_on_lines_of_its_own() {
        assert_eq!(cleaned(&["\x1b[2J\x1b[01;01Hboot\x1b[02;01Hentry 1\r\n"]), "boot\nentry 1\n");
    }

    #[test]
    fn other_control_characters_go() {
        assert_eq!(cleaned(&["a\x00b\x07c\x08d\x7fe\tf"]), "abcde\tf");
    }
}
