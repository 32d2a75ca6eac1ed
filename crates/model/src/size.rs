//! Sizes in bytes, written `64M`.

use std::fmt;
use std::str::FromStr;

use crate::{ContentHash, Fingerprint};

/// A size in bytes. Written with a binary multiple: `K` (1024), `M`, `G`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Size(pub u64);

/// Why a text is not a size.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a size: expected a whole number with K, M or G, such as \"64M\"")]
pub struct SizeError {
    /// The text that was given.
    pub text: String,
}

const UNITS: [(char, u64); 3] = [('G', 1 << 30), ('M', 1 << 20), ('K', 1 << 10)];

impl FromStr for Size {
    type Err = SizeError;

    fn from_str(text: &str) -> Result<Self, SizeError> {
        let wrong = || SizeError { text: text.to_owned() };
        let (digits, factor) = UNITS
            .iter()
            .find_map(|(letter, factor)| text.strip_suffix(*letter).map(|digits| (digits, *factor)))
            .ok_or_else(wrong)?;
        if !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(wrong());
        }
        let count: u64 = digits.parse().map_err(|_| wrong())?;
        count.checked_mul(factor).map(Size).ok_or_else(wrong)
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match UNITS.iter().find(|(_, factor)| self.0 >= *factor) {
            Some((letter, factor)) if self.0.is_multiple_of(*factor) => {
                write!(f, "{}{letter}", self.0 / factor)
            }
            Some((letter, factor)) => write!(f, "{:.1}{letter}", self.0 as f64 / *factor as f64),
            None => write!(f, "{}B", self.0),
        }
    }
}

impl ContentHash for Size {
    fn hash(&self, into: &mut Fingerprint) {
        self.0.hash(into);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_read_and_show() {
        for text in ["64M", "1G", "4K"] {
            assert_eq!(text.parse::<Size>().unwrap().to_string(), text);
        }
        assert_eq!(Size(1536 * 1024).to_string(), "1.5M");
        assert_eq!(Size(17).to_string(), "17B");
    }

    #[test]
    fn what_is_not_a_size_is_refused() {
        for text in ["", "M", "64", "-1M", "+1M", "1.5G", "64m", "99999999999999G"] {
            assert!(text.parse::<Size>().is_err(), "{text}");
        }
    }
}
