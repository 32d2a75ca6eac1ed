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

/// The bytes that a text stands for; absent where `%` is not followed by two digits.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    let (mut bytes, mut rest) = (Vec::with_capacity(text.len()), text.bytes());
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
        let value = digit(rest.next())? * 16 + digit(rest.next())?;
        bytes.push(u8::try_from(value).ok()?);
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_encoded_comes_back_and_half_of_it_is_nothing() {
        let text = "a/b\u{e4}%+";
        assert_eq!(decode(&encode(text, "")).as_deref(), Some(text.as_bytes()));
        assert_eq!([decode("%"), decode("a%2"), decode("%zz")], [None, None, None]);
    }

    #[test]
    fn what_may_not_stand_there_is_encoded_byte_by_byte() {
        assert_eq!(encode("a.-_~Z9", ""), "a.-_~Z9");
        assert_eq!(encode("a/b c", "/"), "a/b%20c");
        assert_eq!(encode("a/b\u{e4}%", ""), "a%2Fb%C3%A4%25");
    }
}
