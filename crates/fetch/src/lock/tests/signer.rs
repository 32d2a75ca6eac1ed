//! Keys that exist only while the tests run.

use std::sync::LazyLock;

use pgp::composed::{
    ArmorOptions, CleartextSignedMessage, KeyType, SecretKeyParamsBuilder, SignedPublicKey, SignedSecretKey,
    SubkeyParamsBuilder,
};
use pgp::packet::{Signature, SignatureConfig, SignatureType, Subpacket, SubpacketData};
use pgp::ser::Serialize as _;
use pgp::types::{KeyDetails as _, Password, SigningKey, Timestamp};
use rand::rngs::OsRng;

/// A key with a subkey, both of which can sign.
pub struct Signer {
    key: SignedSecretKey,
    /// What others see of it.
    public: SignedPublicKey,
}

static RSA: LazyLock<Signer> = LazyLock::new(|| Signer::new(KeyType::Rsa(2048)));
static ED25519: LazyLock<Signer> = LazyLock::new(|| Signer::new(KeyType::Ed25519Legacy));
static OTHER: LazyLock<Signer> = LazyLock::new(|| Signer::new(KeyType::Ed25519Legacy));

pub fn rsa() -> &'static Signer {
    &RSA
}

pub fn ed25519() -> &'static Signer {
    &ED25519
}

/// A key that nobody trusts.
pub fn other() -> &'static Signer {
    &OTHER
}

impl Signer {
    fn new(kind: KeyType) -> Self {
        let subkey = SubkeyParamsBuilder::default().key_type(kind.clone()).can_sign(true).build().unwrap();
        let key = SecretKeyParamsBuilder::default()
            .key_type(kind)
            .can_certify(true)
            .can_sign(true)
            .primary_user_id("Archive <archive@example.org>".to_owned())
            .subkey(subkey)
            .build()
            .unwrap()
            .generate(OsRng)
            .unwrap();
        let public = key.to_public_key();
        Self { key, public }
    }

    /// As projects write it.
    pub fn fingerprint(&self) -> String {
        format!("{:X}", self.public.fingerprint())
    }

    pub fn binary(&self) -> Vec<u8> {
        self.public.to_bytes().unwrap()
    }

    pub fn armored(&self) -> Vec<u8> {
        self.public.to_armored_bytes(ArmorOptions::default()).unwrap()
    }

    /// This key with the subkey of another, which is bound to that other.
    pub fn with_subkey_of(&self, other: &Signer) -> Vec<u8> {
        let mut grafted = self.public.clone();
        grafted.public_subkeys.extend(other.public.public_subkeys.clone());
        grafted.to_bytes().unwrap()
    }

    pub fn signature(&self, text: &str) -> Signature {
        sign(&self.key.primary_key, text)
    }

    pub fn signature_by_subkey(&self, text: &str) -> Signature {
        sign(&self.key.secret_subkeys[0].key, text)
    }
}

fn sign(key: &impl SigningKey, text: &str) -> Signature {
    let mut config = SignatureConfig::from_key(OsRng, key, SignatureType::Text).unwrap();
    config.hashed_subpackets = vec![
        Subpacket::regular(SubpacketData::SignatureCreationTime(Timestamp::now())).unwrap(),
        Subpacket::regular(SubpacketData::IssuerFingerprint(key.fingerprint())).unwrap(),
    ];
    config.sign(key, &Password::empty(), text.as_bytes()).unwrap()
}

/// A text with signatures over it.
pub fn clear_signed(text: &str, signatures: impl Fn(&str) -> Vec<Signature>) -> Vec<u8> {
    let message = CleartextSignedMessage::new_many(text, |text| Ok(signatures(text))).unwrap();
    message.to_armored_bytes(ArmorOptions::default()).unwrap()
}
