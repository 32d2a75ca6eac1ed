//! Judgements: signatures that keys made here and openssl's, and what others send in the place of one.

#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _};
use yoe_image_policy::asked::Asked;
use yoe_image_policy::judge::{Judgement, judge};
use yoe_policy_format::{FORMAT, Key, Otherwise, Policy, PublicKey, Rule};

const NAME: &str = "registry.example.com/team/app:1";
const DIGEST: &str = "sha256:4f7ea4e6a69f4db343f8d00895688d94e6f8c4ea4adafd1b9d50c6c96f35184b";
const VECTOR: (&str, &str, &str) = (
    include_str!("vector/key.pem"),
    include_str!("vector/payload.json"),
    include_str!("vector/signature.txt"),
);

/// Who signs.
enum Signer {
    Ecdsa(EcdsaKeyPair),
    Edwards(Ed25519KeyPair),
}

impl Signer {
    fn ecdsa() -> Self {
        let random = SystemRandom::new();
        let key = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).unwrap();
        Self::Ecdsa(EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, key.as_ref(), &random).unwrap())
    }

    fn edwards() -> Self {
        let key = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
        Self::Edwards(Ed25519KeyPair::from_pkcs8(key.as_ref()).unwrap())
    }

    fn key(&self, name: &str) -> Key {
        let public = match self {
            Self::Ecdsa(pair) => PublicKey::EcdsaP256(pair.public_key().as_ref().try_into().unwrap()),
            Self::Edwards(pair) => PublicKey::Ed25519(pair.public_key().as_ref().try_into().unwrap()),
        };
        Key { name: name.to_owned(), public }
    }

    /// A signature as it is kept.
    fn sign(&self, payload: &str) -> String {
        let signature = match self {
            Self::Ecdsa(pair) => {
                pair.sign(&SystemRandom::new(), payload.as_bytes()).unwrap().as_ref().to_vec()
            }
            Self::Edwards(pair) => pair.sign(payload.as_bytes()).as_ref().to_vec(),
        };
        kept(payload, &STANDARD.encode(signature))
    }
}

fn kept(payload: &str, signature: &str) -> String {
    format!("{}.{signature}", STANDARD.encode(payload))
}

fn payload(reference: &str, digest: &str) -> String {
    format!(
        r#"{{"critical":{{"identity":{{"docker-reference":"{reference}"}},"image":{{"docker-manifest-digest":"{digest}"}},
            "type":"cosign container image signature"}},"optional":{{"creator":"a test"}}}}"#
    )
}

fn policy(default: Otherwise, rules: &[(&str, &[&Key])]) -> Policy {
    let rule = |(scope, keys): &(&str, &[&Key])| Rule {
        scope: (*scope).to_owned(),
        keys: keys.iter().map(|key| (*key).clone()).collect(),
    };
    Policy { format: FORMAT, default, rules: rules.iter().map(rule).collect() }
}

fn with(signatures: &[String]) -> Asked {
    Asked { signatures: signatures.to_vec(), failure: None }
}

/// What is said of the image when these are its signatures.
fn said(keys: &[&Key], signatures: &[String]) -> String {
    let policy = policy(Otherwise::Refuse, &[("registry.example.com/team/", keys)]);
    let Judgement { accepted, reason } = judge(&policy, NAME, DIGEST, false, &with(signatures));
    format!("{}: {reason}", if accepted { "accepted" } else { "refused" })
}

#[test]
fn a_signature_of_openssl_is_good() {
    let (key, payload, signature) = VECTOR;
    let key = Key { name: "team.pub".to_owned(), public: PublicKey::from_pem(key).unwrap() };
    assert_eq!(said(&[&key], &[kept(payload, signature)]), "accepted: it is signed with team.pub");
    let other = payload.replace("app", "apq");
    assert!(
        said(&[&key], &[kept(&other, signature)])
            .starts_with("refused: of its signature: it was made by none")
    );
}

#[test]
fn one_key_of_a_rule_is_enough_and_one_signature_of_several() {
    let (one, two, stranger) = (Signer::ecdsa(), Signer::edwards(), Signer::ecdsa());
    let (a, b) = (one.key("a.pub"), two.key("b.pub"));
    let good = payload("registry.example.com/team/app", DIGEST);
    assert_eq!(said(&[&a, &b], &[one.sign(&good)]), "accepted: it is signed with a.pub");
    let several = [stranger.sign(&good), "nonsense".to_owned(), two.sign(&good)];
    assert_eq!(said(&[&a, &b], &several), "accepted: it is signed with b.pub");
}

#[test]
fn what_counts_for_nothing_is_refused_with_the_reason() {
    let (team, stranger) = (Signer::ecdsa(), Signer::ecdsa());
    let key = team.key("team.pub");
    let place = "registry.example.com/team/app";
    let good = payload(place, DIGEST);
    let signed = team.sign(&good);
    let other_digest = DIGEST.replace("4f", "00");
    let mut lines = vec![said(&[&key], &[])];
    for signature in [
        stranger.sign(&good),
        team.sign(&payload(place, &other_digest)),
        team.sign(&payload("registry.example.com/team/other", DIGEST)),
        team.sign(&payload("registry.example.com/team/app/more", DIGEST)),
        team.sign(&good.replace("cosign container", "atomic container")),
        team.sign("{}"),
        team.sign(&good.replace(r#""critical":{"#, r#""critical":{"new":1,"#)),
        team.sign(&good.replace(r#""optional""#, r#""critical""#)),
        team.sign(&good[..good.len() - 9]),
        signed[..signed.len() - 8].to_owned(),
        signed.replace('.', ""),
        format!("{signed}!"),
        String::new(),
        team.sign(&payload("\\u001b[2J\\nok", DIGEST)),
    ] {
        lines.push(said(&[&key], &[signature]));
    }
    lines.push(said(&[&key], &[stranger.sign(&good), "x".to_owned()]));
    let text = lines.join("\n");
    let end = "; images of registry.example.com/team/ must be signed with team.pub";
    assert!(lines.iter().all(|line| line.ends_with(end) && line.starts_with("refused: ")), "{text}");
    // Where in the text something stands is the parser's matter.
    let found: Vec<&str> = lines.iter().filter_map(|line| line[9..].split(';').next()).collect();
    let found: Vec<&str> = found.into_iter().filter_map(|line| line.split(" at line").next()).collect();
    insta::assert_snapshot!(found.join("\n"), @r#"
    it has no signature
    of its signature: it was made by none of the keys team.pub
    of its signature: it is for sha256:007ea4e6a69f4db343f8d00895688d94e6f8c4ea4adafd1b9d50c6c96f35184b
    of its signature: it is for the name registry.example.com/team/other
    of its signature: it is for the name registry.example.com/team/app/more
    of its signature: what it signs is no statement about an image: it is a "atomic container image signature"
    of its signature: what it signs is no statement about an image: missing field `critical`
    of its signature: what it signs is no statement about an image: unknown field `new`, expected one of `type`, `image`, `identity`
    of its signature: what it signs is no statement about an image: duplicate field `critical`
    of its signature: what it signs is no statement about an image: EOF while parsing a string
    of its signature: it was made by none of the keys team.pub
    of its signature: it is not base64
    of its signature: it is not base64
    of its signature: it is not base64
    of its signature: it is for the name  [2J ok
    of its signatures: it was made by none of the keys team.pub
    "#);
}

#[test]
fn a_name_by_its_digest_or_of_docker_is_the_same_repository() {
    let team = Signer::edwards();
    let key = team.key("team.pub");
    let policy = policy(Otherwise::Refuse, &[("docker.io/library/redis", &[&key])]);
    let asked = with(&[team.sign(&payload("index.docker.io/library/redis", DIGEST))]);
    let by_digest = format!("docker.io/library/redis@{DIGEST}");
    for name in ["docker.io/library/redis:7", &by_digest] {
        assert!(judge(&policy, name, DIGEST, false, &asked).accepted, "{name}");
    }
    assert!(!judge(&policy, "docker.io/library/redis2:7", DIGEST, false, &asked).accepted);
}

#[test]
fn what_no_rule_is_for_is_the_defaults_matter() {
    let key = Signer::ecdsa().key("team.pub");
    let rules: &[(&str, &[&Key])] = &[("registry.example.com/team/", &[&key])];
    let (strict, lax) = (policy(Otherwise::Refuse, rules), policy(Otherwise::Accept, rules));
    let lines = ["other.test/a:1", "", NAME].map(|name| {
        let digest = if name.is_empty() { "" } else { DIGEST };
        [&strict, &lax].map(|policy| {
            let Judgement { accepted, reason } = judge(policy, name, digest, false, &Asked::default());
            format!("{accepted}: {reason}")
        })
    });
    insta::assert_snapshot!(lines.concat().join("\n"), @r"
    false: no rule is for other.test/a, and the policy refuses what no rule is for
    true: no rule is for other.test/a, and the policy accepts what no rule is for
    false: the container is made of no image, so nobody can have signed it, and the policy refuses what no rule is for
    true: the container is made of no image, so nobody can have signed it, and the policy accepts what no rule is for
    false: it has no signature; images of registry.example.com/team/ must be signed with team.pub
    false: it has no signature; images of registry.example.com/team/ must be signed with team.pub
    ");
}

#[test]
fn the_devices_own_images_are_those_of_its_root() {
    let strict = policy(Otherwise::Accept, &[]);
    let name = "yoe.internal/page:4f7e";
    assert!(judge(&strict, name, DIGEST, true, &Asked::default()).accepted);
    let other = judge(&strict, name, DIGEST, false, &Asked::default());
    assert!(!other.accepted && other.reason.contains("came with the device; this one did not"), "{other:?}");
    // Its digest makes no other name its own.
    let refusing = policy(Otherwise::Refuse, &[]);
    assert!(!judge(&refusing, "other.test/page:1", DIGEST, true, &Asked::default()).accepted);
}

#[test]
fn a_registry_that_fails_is_named() {
    let key = Signer::ecdsa().key("team.pub");
    let policy = policy(Otherwise::Refuse, &[("registry.example.com/team/", &[&key])]);
    let asked = Asked { signatures: Vec::new(), failure: Some("503\nService Unavailable".to_owned()) };
    let reason = judge(&policy, NAME, DIGEST, false, &asked).reason;
    assert!(
        reason.starts_with("its signatures cannot be fetched: 503 Service Unavailable; images of "),
        "{reason}"
    );
}

proptest! {
    /// Nothing that is sent is taken for a signature, or ends the program.
    #[test]
    fn nothing_but_a_signature_is_one(text in ".{0,200}", bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let key = Signer::ecdsa().key("team.pub");
        let signatures = [text.clone(), kept(&text, &STANDARD.encode(&bytes))];
        prop_assert!(said(&[&key], &signatures).starts_with("refused: "));
    }
}
