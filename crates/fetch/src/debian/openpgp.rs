//! Clear-signed release files (RFC 9580, section 7) and the keys that may sign them.

use std::collections::BTreeSet;
use std::io::Read as _;

use pgp::composed::{CleartextSignedMessage, Deserializable, SignedPublicKey, SignedPublicSubKey};
use pgp::crypto::hash::HashAlgorithm;
use pgp::packet::{Signature, SignatureType};
use pgp::types::{KeyDetails, Tag};

/// A clear-signed text whose signatures are not checked yet.
pub(crate) struct Signed {
    message: CleartextSignedMessage,
    text: String,
}

/// The largest clear-signed text that is read, in bytes and in lines: ten times the largest in use.
const MOST_BYTES: usize = 2 << 20;
const MOST_LINES: usize = 20_000;
/// The largest file of keys that is read, in bytes: twenty times the largest in use.
const MOST_KEYS: usize = 1 << 20;

impl Signed {
    /// Takes the signed text apart from its signatures; `Err` says what is wrong.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, String> {
        let text = std::str::from_utf8(bytes).map_err(|_| "it is not text".to_owned())?;
        if text.len() > MOST_BYTES || text.lines().count() > MOST_LINES {
            return Err("it is too large".to_owned());
        }
        let (message, _) = CleartextSignedMessage::from_string(text).map_err(|error| error.to_string())?;
        let text = message.signed_text();
        Ok(Self { message, text })
    }

    /// Exactly the text that the signatures are over, with `\r\n` at the ends of its lines.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The fingerprint of the first of these keys with a valid signature over the text.
    pub(crate) fn verified_by(&self, keys: &[SignedPublicKey], now: u64) -> Option<String> {
        keys.iter().find(|key| self.is_signed_by(key, now)).map(fingerprint)
    }

    /// Who the signatures say they are from.
    pub(crate) fn issuers(&self) -> BTreeSet<String> {
        let issuers = self.message.signatures().iter().flat_map(|signature| {
            let fingerprints = signature.issuer_fingerprint().into_iter().map(|f| format!("{f:X}"));
            let ids = signature.issuer_key_id().into_iter().map(|id| id.to_string().to_uppercase());
            let fingerprints: Vec<String> = fingerprints.collect();
            if fingerprints.is_empty() { ids.collect() } else { fingerprints }
        });
        issuers.collect()
    }

    fn is_signed_by(&self, key: &SignedPublicKey, now: u64) -> bool {
        if is_revoked(key) {
            return false;
        }
        let over_text = |signature: &&Signature| {
            matches!(signature.typ(), Some(SignatureType::Text | SignatureType::Binary))
                && is_strong(signature)
        };
        self.message.signatures().iter().filter(over_text).any(|signature| {
            let Some(made) = signature.created().map(|time| u64::from(time.as_secs())) else { return false };
            let expired = signature
                .signature_expiration_time()
                .is_some_and(|span| span.as_secs() > 0 && made + u64::from(span.as_secs()) < now);
            // The time of signing counts for the key: whether the text is still fresh is the text's own matter.
            let by_primary = || {
                signature.verify(&key.primary_key, self.text.as_bytes()).is_ok() && primary_lasts(key, made)
            };
            let by_subkey = || {
                key.public_subkeys.iter().any(|subkey| {
                    signature.verify(&subkey.key, self.text.as_bytes()).is_ok()
                        && may_sign(key, subkey, made)
                        && primary_lasts(key, made)
                })
            };
            !expired && (by_primary() || by_subkey())
        })
    }
}

/// Reads keys, armored or not, and keeps those whose fingerprint is one of these. `Err` says what is wrong.
pub(crate) fn pinned(keys: &[u8], fingerprints: &BTreeSet<String>) -> Result<Vec<SignedPublicKey>, String> {
    if keys.len() > MOST_KEYS {
        return Err(format!("it has more than {MOST_KEYS} bytes"));
    }
    let binary = if is_armored(keys) { dearmored(keys)? } else { keys.to_vec() };
    let all = SignedPublicKey::from_bytes_many(&binary[..]).map_err(|error| error.to_string())?;
    // Kinds of packets that are not known are passed over in there. After any other error nobody knows where the next key begins.
    let all = all.map_while(Result::ok);
    Ok(all.filter(|key| fingerprints.contains(&fingerprint(key))).collect())
}

/// Whether a key with each of these fingerprints is among them.
pub(crate) fn has_all(keys: &[SignedPublicKey], fingerprints: &BTreeSet<String>) -> bool {
    let found: BTreeSet<String> = keys.iter().map(fingerprint).collect();
    fingerprints.is_subset(&found)
}

/// Whether keys are text: every binary packet begins with this bit (RFC 9580, section 4.2).
fn is_armored(keys: &[u8]) -> bool {
    keys.first().is_some_and(|first| first & 0x80 == 0)
}

/// Undoes the armor to its end before anything looks at what is in it: the armor's reader must not be asked again after an
/// error, and who reads packets from it would do that.
fn dearmored(keys: &[u8]) -> Result<Vec<u8>, String> {
    let mut binary = Vec::new();
    pgp::armor::Dearmor::new(keys).read_to_end(&mut binary).map_err(|error| error.to_string())?;
    Ok(binary)
}

/// In upper-case hexadecimal digits.
fn fingerprint(key: &SignedPublicKey) -> String {
    format!("{:X}", key.fingerprint())
}

fn is_strong(signature: &Signature) -> bool {
    use HashAlgorithm::{Sha3_256, Sha3_512, Sha224, Sha256, Sha384, Sha512};
    matches!(signature.hash_alg(), Some(Sha224 | Sha256 | Sha384 | Sha512 | Sha3_256 | Sha3_512))
}

fn is_revoked(key: &SignedPublicKey) -> bool {
    key.details.revocation_signatures.iter().any(|signature| signature.verify_key(&key.primary_key).is_ok())
}

/// Whether the primary key's newest self-signature lets it live until this time.
fn primary_lasts(key: &SignedPublicKey, at: u64) -> bool {
    let primary = &key.primary_key;
    let direct =
        key.details.direct_signatures.iter().filter(|signature| signature.verify_key(primary).is_ok());
    let users = key.details.users.iter().flat_map(|user| {
        user.signatures.iter().filter(|signature| {
            signature.is_certification()
                && signature.verify_certification(primary, Tag::UserId, &user.id).is_ok()
        })
    });
    lasts(u64::from(primary.created_at().as_secs()), direct.chain(users), at)
}

/// Whether a subkey is bound by its primary key, for signing, with its own consent, and until this time.
fn may_sign(key: &SignedPublicKey, subkey: &SignedPublicSubKey, at: u64) -> bool {
    let bound =
        |signature: &&Signature| signature.verify_subkey_binding(&key.primary_key, &subkey.key).is_ok();
    let (bindings, revocations): (Vec<_>, Vec<_>) = subkey
        .signatures
        .iter()
        .filter(bound)
        .partition(|signature| signature.typ() == Some(SignatureType::SubkeyBinding));
    let signing: Vec<&Signature> = bindings
        .into_iter()
        .filter(|binding| {
            binding.key_flags().sign()
                && binding.embedded_signature().is_some_and(|back| {
                    back.verify_primary_key_binding(&subkey.key, &key.primary_key).is_ok()
                })
        })
        .collect();
    let created = u64::from(subkey.key.created_at().as_secs());
    revocations.is_empty() && !signing.is_empty() && lasts(created, signing.into_iter(), at)
}

/// Whether the newest of these signatures lets a key that was made then live until this time.
fn lasts<'a>(created: u64, signatures: impl Iterator<Item = &'a Signature>, at: u64) -> bool {
    let newest = signatures.filter(|s| is_strong(s)).max_by_key(|s| s.created().map(|time| time.as_secs()));
    let Some(newest) = newest else { return false };
    let span = newest.key_expiration_time().map_or(0, |span| u64::from(span.as_secs()));
    span == 0 || at <= created + span
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Armor of this kind with so many lines, and without its end.
    fn without_end(kind: &str, lines: usize) -> String {
        format!("-----BEGIN PGP {kind}-----\n\n{}", format!("{}\n", "xsDN".repeat(16)).repeat(lines))
    }

    #[test]
    fn keys_without_end_are_an_error_of_any_length() {
        for lines in [0, 1, 100, 125, 126, 127, 130, 170, 1000, 10_000] {
            let keys = without_end("PUBLIC KEY BLOCK", lines);
            assert!(pinned(keys.as_bytes(), &BTreeSet::new()).is_err(), "{lines}");
        }
    }

    #[test]
    fn a_signature_without_end_is_an_error_of_any_length() {
        for lines in [0, 1, 100, 125, 126, 127, 130, 170, 1000, 10_000] {
            let signature = without_end("SIGNATURE", lines);
            let text = format!("-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\ntext\n{signature}");
            assert!(Signed::parse(text.as_bytes()).is_err(), "{lines}");
        }
    }

    #[test]
    fn what_is_no_keys_is_none_or_an_error() {
        for bytes in [&b""[..], b"\xff", b"text", b"\x99\x01\x0d\x04", &[0x99; 9000]] {
            assert!(pinned(bytes, &BTreeSet::new()).map_or(true, |keys| keys.is_empty()), "{bytes:?}");
        }
        assert!(pinned(&vec![0x80; MOST_KEYS + 1], &BTreeSet::new()).is_err());
    }
}
