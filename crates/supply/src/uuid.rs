//! UUIDs that follow from a text (RFC 9562, version 8: of a digest).

use sha2::{Digest as _, Sha256};

/// The UUID of a text: always the same.
pub(crate) fn of(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    let mut bytes: [u8; 16] = std::array::from_fn(|at| digest[at]);
    bytes[6] = bytes[6] & 0x0f | 0x80;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex = yoe_notation::hex::encode(&bytes);
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_of_version_8_and_its_text_decides() {
        let uuid = of("a");
        assert_eq!((uuid.len(), &uuid[14..15], uuid == of("a"), uuid == of("b")), (36, "8", true, false));
        assert!("89ab".contains(&uuid[19..20]));
    }
}
