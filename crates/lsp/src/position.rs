//! Places in a text: bytes here, lines and columns in the protocol.

use std::ops::Range;

use lsp_types::{Position, PositionEncodingKind};

/// What an editor counts columns in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Encoding {
    /// Bytes.
    Utf8,
    /// Units of UTF-16: what every editor can.
    #[default]
    Utf16,
}

impl Encoding {
    /// The one of those that an editor offers which costs the least.
    pub(crate) fn choose(offered: Option<&[PositionEncodingKind]>) -> Self {
        match offered.is_some_and(|offered| offered.contains(&PositionEncodingKind::UTF8)) {
            true => Self::Utf8,
            false => Self::Utf16,
        }
    }

    /// As the protocol calls it.
    pub(crate) fn kind(self) -> PositionEncodingKind {
        match self {
            Self::Utf8 => PositionEncodingKind::UTF8,
            Self::Utf16 => PositionEncodingKind::UTF16,
        }
    }

    fn length(self, c: char) -> usize {
        match self {
            Self::Utf8 => c.len_utf8(),
            Self::Utf16 => c.len_utf16(),
        }
    }

    /// The byte at a position. What is past the end of a line is its end, and past the last line the end of the text.
    pub(crate) fn offset(self, text: &str, position: Position) -> usize {
        let Some(start) = line_start(text, position.line as usize) else { return text.len() };
        let rest = text.get(start..).unwrap_or_default();
        let line = rest.split('\n').next().unwrap_or_default();
        let line = line.strip_suffix('\r').unwrap_or(line);
        let mut left = position.character as usize;
        for (at, c) in line.char_indices() {
            let length = self.length(c);
            if left < length {
                return start + at;
            }
            left -= length;
        }
        start + line.len()
    }

    /// The position of a byte.
    pub(crate) fn position(self, text: &str, offset: usize) -> Position {
        let before = text.get(..offset).unwrap_or(text);
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let line = before.bytes().filter(|byte| *byte == b'\n').count();
        let column: usize = before.get(start..).unwrap_or_default().chars().map(|c| self.length(c)).sum();
        Position::new(number(line), number(column))
    }

    /// A range of bytes.
    pub(crate) fn range(self, text: &str, range: &Range<usize>) -> lsp_types::Range {
        lsp_types::Range::new(self.position(text, range.start), self.position(text, range.end))
    }

    /// Ranges of bytes, in the order of the text: all of them in one pass.
    pub(crate) fn ranges(self, text: &str, ranges: &[Range<usize>]) -> Vec<lsp_types::Range> {
        let (mut at, mut here, mut found) = (0, Position::new(0, 0), Vec::with_capacity(ranges.len()));
        for range in ranges {
            let start = self.further(text, at..range.start, here);
            here = self.further(text, range.clone(), start);
            at = range.end;
            found.push(lsp_types::Range::new(start, here));
        }
        found
    }

    /// The position at the end of some bytes, of which the first is at this one.
    fn further(self, text: &str, bytes: Range<usize>, from: Position) -> Position {
        let passed = text.get(bytes).unwrap_or_default();
        let newlines = number(passed.bytes().filter(|byte| *byte == b'\n').count());
        let last = passed.rsplit('\n').next().unwrap_or_default();
        let columns = number(last.chars().map(|c| self.length(c)).sum());
        match newlines {
            0 => Position::new(from.line, from.character + columns),
            lines => Position::new(from.line + lines, columns),
        }
    }

    /// The column of a character of a line, both counted from 0.
    pub(crate) fn column(self, line: &str, characters: usize) -> u32 {
        number(line.chars().take(characters).map(|c| self.length(c)).sum())
    }
}

/// Where a line begins.
fn line_start(text: &str, line: usize) -> Option<usize> {
    match line {
        0 => Some(0),
        line => text.match_indices('\n').nth(line - 1).map(|(at, _)| at + 1),
    }
}

/// A number of the protocol: texts are far smaller.
pub(crate) fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_come_back_as_they_went() {
        let text = "a\u{1F600}b\r\né\n\nlast";
        for encoding in [Encoding::Utf8, Encoding::Utf16] {
            for (offset, _) in text.char_indices().filter(|(_, c)| *c != '\n') {
                assert_eq!(encoding.offset(text, encoding.position(text, offset)), offset, "{offset}");
            }
        }
        assert_eq!(Encoding::Utf16.position(text, 5), Position::new(0, 3));
        assert_eq!(Encoding::Utf8.position(text, 5), Position::new(0, 5));
    }

    #[test]
    fn many_places_in_one_pass_are_as_one_by_one() {
        let text = "a\u{1F600}b\r\né x\n\nlast";
        let ranges = [0..1, 1..5, 8..10, 11..12, 14..18];
        for encoding in [Encoding::Utf8, Encoding::Utf16] {
            let single: Vec<_> = ranges.iter().map(|range| encoding.range(text, range)).collect();
            assert_eq!(encoding.ranges(text, &ranges), single);
        }
    }

    #[test]
    fn what_is_past_the_end_is_the_end() {
        let text = "ab\r\ncd";
        assert_eq!(Encoding::Utf16.offset(text, Position::new(0, 99)), 2);
        assert_eq!(Encoding::Utf16.offset(text, Position::new(9, 9)), text.len());
        assert_eq!(Encoding::Utf16.offset("", Position::new(0, 1)), 0);
        // In the middle of a character.
        assert_eq!(Encoding::Utf16.offset("\u{1F600}", Position::new(0, 1)), 0);
    }
}
