//! Percent-encoding (RFC 3986, section 2.1).

/// The text with all but letters, digits, `.-_~` and what is in `also` as `%` and two digits.
pub fn encode(text: &str, also: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b".-_~".contains(&byte) || also.as_bytes().contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::encode;

    #[test]
    fn what_may_not_stand_there_is_encoded_byte_by_byte() {
        assert_eq!(encode("a.-_~Z9", ""), "a.-_~Z9");
        assert_eq!(encode("a/b c", "/"), "a/b%20c");
        assert_eq!(encode("a/b\u{e4}%", ""), "a%2Fb%C3%A4%25");
    }
}
