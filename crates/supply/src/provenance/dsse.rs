//! Signed envelopes: DSSE 1.0 (github.com/secure-systems-lab/dsse), with Ed25519.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use serde::{Deserialize, Serialize};
use yoe_bundle::{PublicKey, Signer};

/// What is in an envelope: a statement of in-toto.
const TYPE: &str = "application/vnd.in-toto+json";

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Envelope {
    payload: String,
    payload_type: String,
    signatures: Vec<Signature>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Signature {
    #[serde(default)]
    keyid: String,
    sig: String,
}

/// Why an envelope says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeError {
    /// It has another form, or what is in it is of another kind.
    #[error("it is no envelope of DSSE with a statement of in-toto")]
    Form,
    /// None of its signatures is by this key.
    #[error("the key did not sign it, or it was changed since")]
    Signature,
}

/// A statement in an envelope, as one line with a break at its end.
pub(super) fn sign(statement: &str, signer: &Signer) -> String {
    let signature = yoe_notation::hex::decode(&signer.sign(&signed(TYPE, statement.as_bytes())));
    let envelope = Envelope {
        payload: STANDARD.encode(statement),
        payload_type: TYPE.to_owned(),
        signatures: vec![Signature {
            keyid: signer.public().id(),
            sig: STANDARD.encode(signature.unwrap_or_default()),
        }],
    };
    // A value of this kind is always written.
    serde_json::to_string(&envelope).unwrap_or_default() + "\n"
}

impl Envelope {
    pub(super) fn parse(line: &str) -> Result<Self, EnvelopeError> {
        let envelope: Self = serde_json::from_str(line).map_err(|_| EnvelopeError::Form)?;
        if envelope.payload_type == TYPE { Ok(envelope) } else { Err(EnvelopeError::Form) }
    }

    /// The statement, once it is known that the key signed it.
    pub(super) fn opened(&self, key: &PublicKey) -> Result<Vec<u8>, EnvelopeError> {
        let payload = decode(&self.payload).ok_or(EnvelopeError::Form)?;
        let bytes = signed(&self.payload_type, &payload);
        // Names of keys are hints alone.
        let by_it = self.signatures.iter().filter_map(|signature| decode(&signature.sig));
        let verified =
            by_it.into_iter().any(|signature| key.verifies(&bytes, &yoe_notation::hex::encode(&signature)));
        if verified { Ok(payload) } else { Err(EnvelopeError::Signature) }
    }
}

/// Base64 of either alphabet, as the specification wants of readers.
fn decode(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).or_else(|_| URL_SAFE.decode(text)).ok()
}

/// What is signed: the kind and the bytes, each with its length in front.
fn signed(kind: &str, bytes: &[u8]) -> Vec<u8> {
    let mut all = format!("DSSEv1 {} {kind} {} ", kind.len(), bytes.len()).into_bytes();
    all.extend(bytes);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_signed_is_what_the_specification_has_as_its_example() {
        assert_eq!(
            String::from_utf8(signed("http://example.com/HelloWorld", b"hello world")).unwrap(),
            "DSSEv1 29 http://example.com/HelloWorld 11 hello world"
        );
    }
}
