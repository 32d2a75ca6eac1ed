//! Public keys, as cosign and openssl write them: SubjectPublicKeyInfo (RFC 5280, RFC 5480, RFC 8410) in PEM (RFC 7468).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What comes before a point of the curve P-256: lengths, the algorithm and the curve.
const P256: [u8; 26] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86,
    0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];
/// What comes before an Ed25519 key.
const ED25519: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
/// What a point begins with that is not compressed.
const WHOLE: u8 = 4;

const BEGIN: &str = "-----BEGIN PUBLIC KEY-----";
const END: &str = "-----END PUBLIC KEY-----";

/// Why a text is not a public key that can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// It is no PEM of one public key.
    #[error("it is not one public key in PEM (`-----BEGIN PUBLIC KEY-----`)")]
    NotPem,
    /// It is a private key.
    #[error("it holds a private key, which must not leave the machine that signs")]
    Private,
    /// It is a key of another kind.
    #[error("it is neither an ECDSA key of the curve P-256 nor an Ed25519 key")]
    Kind,
}

/// A public key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PublicKey {
    /// ECDSA on P-256, with SHA-256: what cosign makes. A point that is not compressed.
    EcdsaP256([u8; 65]),
    /// Ed25519.
    Ed25519([u8; 32]),
}

impl PublicKey {
    /// Reads PEM.
    ///
    /// # Errors
    /// When it is something else.
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        if text.contains("PRIVATE KEY-----") {
            return Err(KeyError::Private);
        }
        let body = text
            .trim()
            .strip_prefix(BEGIN)
            .and_then(|rest| rest.strip_suffix(END))
            .ok_or(KeyError::NotPem)?;
        let body: String = body.split_ascii_whitespace().collect();
        let der = STANDARD.decode(body).map_err(|_| KeyError::NotPem)?;
        Self::from_spki(&der).ok_or(KeyError::Kind)
    }

    /// Reads a SubjectPublicKeyInfo; nothing when it is a key of another kind.
    pub fn from_spki(der: &[u8]) -> Option<Self> {
        if let Some(key) = der.strip_prefix(&ED25519[..]) {
            return key.try_into().ok().map(Self::Ed25519);
        }
        let point: [u8; 65] = der.strip_prefix(&P256[..])?.try_into().ok()?;
        (point[0] == WHOLE).then_some(Self::EcdsaP256(point))
    }

    /// The SubjectPublicKeyInfo.
    pub fn to_spki(&self) -> Vec<u8> {
        match self {
            Self::EcdsaP256(point) => [&P256[..], point].concat(),
            Self::Ed25519(key) => [&ED25519[..], key].concat(),
        }
    }

    /// As PEM.
    pub fn to_pem(&self) -> String {
        let body = STANDARD.encode(self.to_spki());
        let lines: Vec<&str> =
            (0..body.len()).step_by(64).map(|at| &body[at..body.len().min(at + 64)]).collect();
        format!("{BEGIN}\n{}\n{END}\n", lines.join("\n"))
    }
}

impl Serialize for PublicKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(self.to_spki()))
    }
}

impl<'de> Deserialize<'de> for PublicKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let key = STANDARD.decode(text).ok().and_then(|der| Self::from_spki(&der));
        key.ok_or_else(|| serde::de::Error::custom(KeyError::Kind))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made by `openssl ecparam -genkey` and `openssl genpkey`.
    const ECDSA: &str = include_str!("../tests/p256.pem");
    const EDWARDS: &str = include_str!("../tests/ed25519.pem");

    #[test]
    fn keys_of_openssl_are_read_and_written() {
        for text in [ECDSA, EDWARDS] {
            let key = PublicKey::from_pem(text).unwrap();
            assert_eq!(key.to_pem(), text);
            assert_eq!(PublicKey::from_pem(&text.replace('\n', "\r\n")), Ok(key));
            let json = serde_json::to_string(&key).unwrap();
            assert_eq!(serde_json::from_str::<PublicKey>(&json).unwrap(), key);
        }
    }

    #[test]
    fn what_is_no_such_key_is_named() {
        for (text, problem) in [
            ("", KeyError::NotPem),
            ("ssh-ed25519 AAAA", KeyError::NotPem),
            (&ECDSA.replace("PUBLIC", "EC PRIVATE"), KeyError::Private),
            (&format!("{ECDSA}{EDWARDS}"), KeyError::NotPem),
            (include_str!("../tests/p384.pem"), KeyError::Kind),
            (include_str!("../tests/rsa.pem"), KeyError::Kind),
            (&ECDSA.replace("-----END", "A-----END"), KeyError::NotPem),
        ] {
            assert_eq!(PublicKey::from_pem(text), Err(problem), "{text}");
        }
        let key = PublicKey::from_pem(ECDSA).unwrap().to_spki();
        assert_eq!(PublicKey::from_spki(&key[..90]), None);
        let compressed = [&key[..26], &[2], &key[27..]].concat();
        assert_eq!(PublicKey::from_spki(&compressed), None);
    }
}
