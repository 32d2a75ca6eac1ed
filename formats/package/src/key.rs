//! Signing and verifying: RSA with PKCS#1 v1.5 and SHA-256 (RFC 8017), keys as PEM (RFC 7468).

use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    KeyPair as _, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair, UnparsedPublicKey,
};
use pem::{EncodeConfig, LineEnding, Pem};

/// Why a key is not usable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The text is no PEM block.
    #[error("the key is not PEM text: expected a line \"-----BEGIN {expected}-----\"")]
    NotPem {
        /// The block that was expected.
        expected: &'static str,
    },
    /// It is a PEM block of something else.
    #[error("the PEM block holds a {found:?}; expected a {expected:?}")]
    WrongBlock {
        /// The block's label.
        found: String,
        /// The label that was expected.
        expected: &'static str,
    },
    /// Not an RSA key, or a weak one.
    #[error("the key is not an RSA key of 2048 to 8192 bits")]
    NotRsa,
    /// A key's name becomes part of file names.
    #[error(
        "{0:?} is not a key name: expected letters, digits, \"@\", \".\", \"_\" and \"-\", not beginning with \".\""
    )]
    Name(String),
    /// The cryptographic library failed.
    #[error("the cryptographic library failed to {0}")]
    Library(&'static str),
}

const PRIVATE: &str = "PRIVATE KEY";
const PUBLIC: &str = "PUBLIC KEY";

/// A private key and its name. A device finds the public half as `/etc/apk/keys/<name>.rsa.pub`.
pub struct Signer {
    name: String,
    pair: RsaKeyPair,
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Signer").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Signer {
    /// A new key of 4096 bits.
    ///
    /// # Errors
    /// When the name cannot be part of a file name, or the library fails.
    pub fn generate(name: &str) -> Result<Self, KeyError> {
        check_key_name(name)?;
        let pair = RsaKeyPair::generate(KeySize::Rsa4096).map_err(|_| KeyError::Library("generate a key"))?;
        Ok(Self { name: name.to_owned(), pair })
    }

    /// A key from a PEM block: `PRIVATE KEY` (PKCS#8) or `RSA PRIVATE KEY` (PKCS#1), without a passphrase.
    ///
    /// # Errors
    /// When the name or the text is not what it should be.
    pub fn from_pem(name: &str, text: &str) -> Result<Self, KeyError> {
        check_key_name(name)?;
        let block = pem::parse(text).map_err(|_| KeyError::NotPem { expected: PRIVATE })?;
        let pair = match block.tag() {
            PRIVATE => RsaKeyPair::from_pkcs8(block.contents()),
            "RSA PRIVATE KEY" => RsaKeyPair::from_der(block.contents()),
            found => return Err(KeyError::WrongBlock { found: found.to_owned(), expected: PRIVATE }),
        };
        Ok(Self { name: name.to_owned(), pair: pair.map_err(|_| KeyError::NotRsa)? })
    }

    /// The private key as a PKCS#8 PEM block. Whoever stores it keeps it from others' eyes.
    ///
    /// # Errors
    /// When the library fails.
    pub fn to_pem(&self) -> Result<String, KeyError> {
        let der: Pkcs8V1Der<'_> =
            self.pair.as_der().map_err(|_| KeyError::Library("encode the private key"))?;
        Ok(block(PRIVATE, der.as_ref()))
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The public half.
    ///
    /// # Errors
    /// When the library fails.
    pub fn public_key(&self) -> Result<PublicKey, KeyError> {
        let der: PublicKeyX509Der<'_> =
            self.pair.public_key().as_der().map_err(|_| KeyError::Library("encode the public key"))?;
        Ok(PublicKey { name: self.name.clone(), der: der.as_ref().to_vec() })
    }

    /// The name of the signature's entry in an archive.
    pub(crate) fn entry_name(&self) -> String {
        format!("{SIGNATURE_PREFIX}{}.rsa.pub", self.name)
    }

    /// The signature of these bytes; the same each time.
    pub(crate) fn sign(&self, bytes: &[u8]) -> Result<Vec<u8>, KeyError> {
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), bytes, &mut signature)
            .map_err(|_| KeyError::Library("sign"))?;
        Ok(signature)
    }
}

/// How the names of signatures begin that are verified here.
pub(crate) const SIGNATURE_PREFIX: &str = ".SIGN.RSA256.";

/// A public key and its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    name: String,
    der: Vec<u8>,
}

impl PublicKey {
    /// A key from a `PUBLIC KEY` PEM block (X.509 SubjectPublicKeyInfo), as `openssl rsa -pubout` writes it.
    ///
    /// # Errors
    /// When the name or the text is not what it should be.
    pub fn from_pem(name: &str, text: &str) -> Result<Self, KeyError> {
        check_key_name(name)?;
        let block = pem::parse(text).map_err(|_| KeyError::NotPem { expected: PUBLIC })?;
        if block.tag() != PUBLIC {
            return Err(KeyError::WrongBlock { found: block.tag().to_owned(), expected: PUBLIC });
        }
        let der = block.contents().to_vec();
        aws_lc_rs::rsa::PublicKey::from_der(&der).map_err(|_| KeyError::NotRsa)?;
        Ok(Self { name: name.to_owned(), der })
    }

    /// The PEM block.
    pub fn to_pem(&self) -> String {
        block(PUBLIC, &self.der)
    }

    /// Its name, without `.rsa.pub`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The file name that apk looks for in `/etc/apk/keys`.
    pub fn file_name(&self) -> String {
        format!("{}.rsa.pub", self.name)
    }

    pub(crate) fn verifies(&self, bytes: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &self.der).verify(bytes, signature).is_ok()
    }
}

fn block(tag: &str, der: &[u8]) -> String {
    pem::encode_config(&Pem::new(tag, der), EncodeConfig::new().set_line_ending(LineEnding::LF))
}

fn check_key_name(name: &str) -> Result<(), KeyError> {
    let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || "@._-".contains(c));
    if plain && !name.is_empty() && !name.starts_with('.') {
        Ok(())
    } else {
        Err(KeyError::Name(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_survives_its_pem() {
        let signer = Signer::generate("yoe-test").unwrap();
        let again = Signer::from_pem("yoe-test", &signer.to_pem().unwrap()).unwrap();
        let public = PublicKey::from_pem("yoe-test", &signer.public_key().unwrap().to_pem()).unwrap();
        let signature = again.sign(b"bytes").unwrap();
        assert_eq!(signature, signer.sign(b"bytes").unwrap());
        assert!(public.verifies(b"bytes", &signature));
        assert!(!public.verifies(b"bytez", &signature));
        assert!(!public.verifies(b"bytes", &signature[1..]));
    }

    #[test]
    fn mistakes_are_named() {
        let errors = [
            Signer::from_pem("a", "no key").unwrap_err(),
            Signer::from_pem("a", &block(PUBLIC, b"x")).unwrap_err(),
            Signer::from_pem("a", &block(PRIVATE, b"x")).unwrap_err(),
            Signer::from_pem("../a", "").unwrap_err(),
            PublicKey::from_pem("a", &block(PRIVATE, b"x")).unwrap_err(),
            PublicKey::from_pem("a", &block(PUBLIC, b"x")).unwrap_err(),
        ];
        let text: Vec<_> = errors.iter().map(ToString::to_string).collect();
        insta::assert_snapshot!(text.join("\n"));
    }
}
