//! What an engine says of the image that it asks about: a descriptor, whose annotations hold the signatures that lay next to it.

use std::collections::BTreeMap;
use std::io::Read;

use serde::Deserialize;

use crate::error::PolicyError;

/// Before the number of a signature.
const SIGNATURE: &str = "internal.yoe.image-signature.";
/// Why the signatures could not be fetched.
const FAILURE: &str = "internal.yoe.image-signatures-failure";
/// The most bytes that a descriptor has: eight labels of containerd's, of 4096 bytes, and the rest of it.
const LARGEST: u64 = 128 << 10;

/// What the engine says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// Signatures as they were kept: the payload in base64, a `.`, and the signature in base64.
    pub signatures: Vec<String>,
    /// Why there may be more of them than are here.
    pub failure: Option<String>,
}

#[derive(Deserialize)]
struct Descriptor {
    // Go writes a map that is not there as null.
    #[serde(default)]
    annotations: Option<BTreeMap<String, String>>,
}

impl Asked {
    /// Reads a descriptor.
    ///
    /// # Errors
    /// When it is none, or too large for one.
    pub fn read(from: &mut dyn Read) -> Result<Self, PolicyError> {
        let mut text = Vec::new();
        from.take(LARGEST + 1).read_to_end(&mut text).map_err(PolicyError::Input)?;
        if text.len() as u64 > LARGEST {
            return Err(PolicyError::TooLarge(LARGEST));
        }
        let descriptor: Descriptor = serde_json::from_slice(&text).map_err(PolicyError::Descriptor)?;
        let mut annotations = descriptor.annotations.unwrap_or_default();
        let failure = annotations.remove(FAILURE);
        let signatures = annotations.into_iter().filter(|(name, _)| name.starts_with(SIGNATURE));
        Ok(Self { signatures: signatures.map(|(_, value)| value).collect(), failure })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Asked, String> {
        Asked::read(&mut text.as_bytes()).map_err(|problem| yoe_program::message(&problem))
    }

    #[test]
    fn signatures_are_annotations() {
        let text = r#"{"mediaType":"","digest":"sha256:00","size":0,"annotations":{"x":"y",
            "internal.yoe.image-signature.0":"a.b","internal.yoe.image-signature.1":"c.d"}}"#;
        assert_eq!(
            read(text).unwrap(),
            Asked { signatures: vec!["a.b".to_owned(), "c.d".to_owned()], failure: None }
        );
        assert_eq!(read(r#"{"annotations":null}"#).unwrap(), Asked::default());
        let failed = read(r#"{"annotations":{"internal.yoe.image-signatures-failure":"gone"}}"#).unwrap();
        assert_eq!(failed.failure.as_deref(), Some("gone"));
    }

    #[test]
    fn what_is_no_descriptor_is_refused() {
        assert!(read("").unwrap_err().starts_with("cannot parse what the engine says of the image: "));
        assert!(read(r#"{"annotations":{"a":1}}"#).unwrap_err().contains("invalid type"));
        let long = format!("{{\"annotations\":{{\"a\":\"{}\"}}}}", "x".repeat(200 << 10));
        assert_eq!(read(&long).unwrap_err(), "the engine says more of an image than 131072 bytes");
    }
}
