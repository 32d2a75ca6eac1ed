//! Bytes that come over a console on which others speak too. They are sent in base64 or hexadecimal, so a line of
//! somebody else's is skipped when it has another character, and whatever is torn shows by the length.

use base64ct::{Base64, Encoding as _};
use yoe_notation::hex;

/// How the machine encodes what it sends: the first of the programs that it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// `base64`.
    Base64,
    /// `od -An -v -tx1`.
    Hex,
}

impl Encoding {
    /// As the machine names it.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        match name {
            "base64" => Some(Encoding::Base64),
            "od" => Some(Encoding::Hex),
            _ => None,
        }
    }
}

/// Collects the lines of one transfer.
#[derive(Debug)]
pub(crate) struct Frame {
    encoding: Encoding,
    text: String,
}

impl Frame {
    pub(crate) fn new(encoding: Encoding) -> Self {
        Self { encoding, text: String::new() }
    }

    /// Takes a line, unless it is not one of the transfer's.
    pub(crate) fn line(&mut self, line: &str) {
        let ours = match self.encoding {
            Encoding::Base64 => line.bytes().all(|b| b.is_ascii_alphanumeric() || b"+/=".contains(&b)),
            Encoding::Hex => line.bytes().all(|b| b == b' ' || b.is_ascii_hexdigit()),
        };
        if ours {
            self.text.push_str(line);
        }
    }

    /// The bytes, when they are what was sent: `length` of them.
    pub(crate) fn finish(self, length: usize) -> Option<Vec<u8>> {
        let bytes = match self.encoding {
            Encoding::Base64 => Base64::decode_vec(&self.text).ok()?,
            Encoding::Hex => hex::decode(&self.text.replace(' ', ""))?,
        };
        (bytes.len() == length).then_some(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(encoding: Encoding, lines: &[&str], length: usize) -> Option<Vec<u8>> {
        let mut frame = Frame::new(encoding);
        lines.iter().for_each(|line| frame.line(line));
        frame.finish(length)
    }

    #[test]
    fn both_encodings_are_read() {
        assert_eq!(decoded(Encoding::Base64, &["aGVs", "bG8="], 5).unwrap(), b"hello");
        assert_eq!(decoded(Encoding::Hex, &[" 68 65", "", " 6c 6C 6f"], 5).unwrap(), b"hello");
        assert_eq!(decoded(Encoding::Base64, &[], 0).unwrap(), b"");
    }

    #[test]
    fn lines_of_others_are_skipped_and_torn_ones_show() {
        let others = "[  12.3] eth0: link up";
        assert_eq!(decoded(Encoding::Base64, &["aGVs", others, "bG8="], 5).unwrap(), b"hello");
        assert_eq!(decoded(Encoding::Base64, &["aGVs", "started", "bG8="], 5), None, "looks like ours");
        assert_eq!(decoded(Encoding::Base64, &["aG[ 1.0] x", "Vs", "bG8="], 5), None, "torn");
        assert_eq!(decoded(Encoding::Base64, &["aGVs"], 5), None, "too short");
        assert_eq!(decoded(Encoding::Hex, &["68 65 6"], 3), None);
    }
}
