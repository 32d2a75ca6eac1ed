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
mod tests;
