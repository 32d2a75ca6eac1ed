//! Bytes as hexadecimal digits, as digests are written.

/// Lower-case digits, two a byte.
pub fn encode(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The bytes of an even number of digits; nothing when the text is anything else.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = text.chars().map(|c| c.to_digit(16).map(|digit| digit as u8)).collect();
    let digits = digits?;
    let even = digits.len() % 2 == 0;
    even.then(|| digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}

/// A SHA-256 digest from its 64 digits.
pub fn digest(text: &str) -> Option<[u8; 32]> {
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
        assert_eq!(decode("0"), None);
        assert_eq!(decode("+1"), None);
        assert_eq!(digest("00"), None);
        assert_eq!(digest(&"a".repeat(64)), Some([0xaa; 32]));
    }
}
