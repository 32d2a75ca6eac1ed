//! Bytes as hexadecimal digits, as digests are written.

/// Lower-case digits, two a byte.
pub fn encode(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The bytes of an even number of digits of either case; `None` when the text is anything else.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = text.chars().map(|c| c.to_digit(16).map(|digit| digit as u8)).collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0)?;
    Some(digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}

/// The `N` bytes of `2 * N` digits of either case, such as a digest; `None` when the text is anything else.
pub fn array<const N: usize>(text: &str) -> Option<[u8; N]> {
    decode(text)?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        assert_eq!(encode(&[0, 0xab, 0x5]), "00ab05");
        assert_eq!(decode("00aB05"), Some(vec![0, 0xab, 5]));
        assert_eq!(decode(""), Some(vec![]));
        assert_eq!(array(&"a".repeat(64)), Some([0xaa; 32]));
    }

    #[test]
    fn what_is_not_hexadecimal_is_refused() {
        for text in ["0", "+1", " 1", "0x", "é", "00ab0", "zz"] {
            assert_eq!(decode(text), None, "{text}");
        }
        for text in ["", "00", &"a".repeat(63), &"a".repeat(66)] {
            assert_eq!(array::<32>(text), None, "{text}");
        }
    }
}
