//! One signature: cosign's "simple signing" (its specs/SIGNATURE_SPEC.md), and Podman's of the same form.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::signature::{ECDSA_P256_SHA256_ASN1, ED25519, UnparsedPublicKey};
use serde::Deserialize;
use yoe_policy_format::{Key, PublicKey, repository};

/// What a payload says that it is.
const KIND: &str = "cosign container image signature";

/// Why a signature counts for nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Worthless {
    /// It is not two texts in base64.
    #[error("it is not base64")]
    NotBase64,
    /// None of the keys made it.
    #[error("it was made by none of the keys {0}")]
    OtherKey(String),
    /// What was signed is something else.
    #[error("what it signs is no statement about an image: {0}")]
    NotAboutImages(String),
    /// It is about another image.
    #[error("it is for {0}")]
    OtherDigest(String),
    /// It is about an image of another name.
    #[error("it is for the name {0}")]
    OtherName(String),
}

#[derive(Deserialize)]
struct Payload {
    critical: Critical,
}

/// Whoever does not know all of it must not go by it, says the specification.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Critical {
    #[serde(rename = "type")]
    kind: String,
    image: Image,
    identity: Identity,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Image {
    #[serde(rename = "docker-manifest-digest")]
    digest: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Identity {
    #[serde(rename = "docker-reference")]
    reference: String,
}

/// The key by which a signature says that this digest is an image of this repository. Nothing of what was signed is read before it is known
/// who signed it.
///
/// # Errors
/// Why it says no such thing.
pub fn signer<'k>(signature: &str, keys: &'k [Key], of: &str, digest: &str) -> Result<&'k Key, Worthless> {
    let (payload, signature) = signature.split_once('.').ok_or(Worthless::NotBase64)?;
    let decoded = |text: &str| STANDARD.decode(text).map_err(|_| Worthless::NotBase64);
    let (payload, signature) = (decoded(payload)?, decoded(signature)?);
    let key = keys.iter().find(|key| verifies(&key.public, &payload, &signature));
    let key = key.ok_or_else(|| {
        let names: Vec<&str> = keys.iter().map(|key| key.name.as_str()).collect();
        Worthless::OtherKey(names.join(", "))
    })?;
    let payload: Payload =
        serde_json::from_slice(&payload).map_err(|error| Worthless::NotAboutImages(error.to_string()))?;
    let Critical { kind, image, identity } = payload.critical;
    if kind != KIND {
        return Err(Worthless::NotAboutImages(format!("it is a {kind:?}")));
    }
    if image.digest != digest {
        return Err(Worthless::OtherDigest(image.digest));
    }
    if repository(&identity.reference) != of {
        return Err(Worthless::OtherName(identity.reference));
    }
    Ok(key)
}

fn verifies(key: &PublicKey, payload: &[u8], signature: &[u8]) -> bool {
    match key {
        PublicKey::EcdsaP256(point) => {
            UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point).verify(payload, signature).is_ok()
        }
        PublicKey::Ed25519(key) => UnparsedPublicKey::new(&ED25519, key).verify(payload, signature).is_ok(),
    }
}
