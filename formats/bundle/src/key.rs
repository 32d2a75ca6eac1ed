//! Ed25519 keys (RFC 8032), with the identifiers that TUF gives them.

use ring::rand::SystemRandom;
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use serde::{Deserialize, Serialize};

use yoe_notation::hex;

use crate::{canonical, sha256};

/// What comes before an Ed25519 key in its SubjectPublicKeyInfo: lengths, and the name of the algorithm.
const SPKI: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

/// Why a key is not usable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Not a private key of this kind.
    #[error("it is not an Ed25519 private key in PKCS#8")]
    NotPrivate,
    /// The system gave no random bytes.
    #[error("no key could be made: the system gave no random bytes")]
    Random,
}

/// A public key, as root metadata holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicKey {
    keytype: String,
    scheme: String,
    keyval: KeyValue,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct KeyValue {
    public: String,
}

impl PublicKey {
    fn ed25519(bytes: &[u8]) -> Self {
        Self {
            keytype: "ed25519".to_owned(),
            scheme: "ed25519".to_owned(),
            keyval: KeyValue { public: hex::encode(bytes) },
        }
    }

    /// Its identifier: the SHA-256 digest of its canonical form.
    pub fn id(&self) -> String {
        let text = |text: &str| serde_json::Value::from(text);
        let value = serde_json::json!({
            "keytype": text(&self.keytype),
            "scheme": text(&self.scheme),
            "keyval": { "public": text(&self.keyval.public) },
        });
        // Text alone always has a canonical form.
        sha256(&canonical::bytes(&value).unwrap_or_default())
    }

    /// The key with what kind it is (SubjectPublicKeyInfo, RFC 8410), as other programs read it. Nothing for a key of another kind.
    pub fn to_spki(&self) -> Option<Vec<u8>> {
        Some([&SPKI[..], &self.bytes()?].concat())
    }

    /// Reads a key in that form; nothing when it is another one.
    pub fn from_spki(der: &[u8]) -> Option<Self> {
        der.strip_prefix(&SPKI[..]).filter(|bytes| bytes.len() == 32).map(Self::ed25519)
    }

    /// The key itself: what tells two keys apart, however their digits are spelled. Nothing for a key of another kind.
    pub(crate) fn bytes(&self) -> Option<Vec<u8>> {
        let known = self.keytype == "ed25519" && self.scheme == "ed25519";
        hex::decode(&self.keyval.public).filter(|bytes| known && bytes.len() == 32)
    }

    /// Whether the signature, in hexadecimal digits, is this key's over these bytes. A key of another kind verifies nothing.
    pub fn verifies(&self, bytes: &[u8], signature: &str) -> bool {
        let (Some(public), Some(signature)) = (self.bytes(), hex::decode(signature)) else {
            return false;
        };
        UnparsedPublicKey::new(&ED25519, public).verify(bytes, &signature).is_ok()
    }
}

/// A private key.
pub struct Signer {
    pair: Ed25519KeyPair,
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Signer").field("id", &self.public().id()).finish_non_exhaustive()
    }
}

impl Signer {
    /// A new key, as PKCS#8 (RFC 5958). Whoever stores it keeps it from others' eyes.
    ///
    /// # Errors
    /// When the system gives no random bytes.
    pub fn generate() -> Result<Vec<u8>, KeyError> {
        let key = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).map_err(|_| KeyError::Random)?;
        Ok(key.as_ref().to_vec())
    }

    /// A key from PKCS#8.
    ///
    /// # Errors
    /// When it is something else.
    pub fn from_pkcs8(der: &[u8]) -> Result<Self, KeyError> {
        let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(der).map_err(|_| KeyError::NotPrivate)?;
        Ok(Self { pair })
    }

    /// The public half.
    pub fn public(&self) -> PublicKey {
        PublicKey::ed25519(self.pair.public_key().as_ref())
    }

    /// The signature, in hexadecimal digits; the same each time.
    pub fn sign(&self, bytes: &[u8]) -> String {
        hex::encode(self.pair.sign(bytes).as_ref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_are_verified() {
        let signer = Signer::from_pkcs8(&Signer::generate().unwrap()).unwrap();
        let public = signer.public();
        let signature = signer.sign(b"bytes");
        assert!(public.verifies(b"bytes", &signature));
        assert!(!public.verifies(b"bytez", &signature));
        assert!(!public.verifies(b"bytes", &signature[2..]));
        assert!(!public.verifies(b"bytes", "no digits"));
        assert_eq!(public.id().len(), 64);
        assert_eq!(PublicKey::from_spki(&public.to_spki().unwrap()), Some(public.clone()));
        assert_eq!(PublicKey::from_spki(&public.to_spki().unwrap()[1..]), None);
        let mut other = public.clone();
        other.scheme = "rsa".to_owned();
        assert!(!other.verifies(b"bytes", &signature));
        assert_eq!(Signer::from_pkcs8(b"no key").unwrap_err(), KeyError::NotPrivate);
        assert!(!format!("{signer:?}").contains("pair"));
    }
}
