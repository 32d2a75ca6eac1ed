//! A clear-signed release file and keys, before anything of them is believed. A NUL ends the text and begins the keys.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(init: yoe_fuzz::seeds(seeds), |data: &[u8]| {
    let end = data.iter().position(|byte| *byte == 0).unwrap_or(data.len());
    let (text, keys) = (&data[..end], data.get(end + 1..).unwrap_or_default());
    yoe_fetch::fuzzing::openpgp(text, keys);
    yoe_fetch::fuzzing::openpgp(data, data);
});

fn seeds() -> Vec<Vec<u8>> {
    use pgp::composed::{
        ArmorOptions, CleartextSignedMessage, KeyType, SecretKeyParamsBuilder, SubkeyParamsBuilder,
    };
    use pgp::ser::Serialize as _;
    use pgp::types::Password;
    let mut random = rand::rngs::OsRng;
    let kind = KeyType::Ed25519Legacy;
    let subkey =
        SubkeyParamsBuilder::default().key_type(kind.clone()).can_sign(true).build().expect("all is there");
    let key = SecretKeyParamsBuilder::default()
        .key_type(kind)
        .can_certify(true)
        .can_sign(true)
        .primary_user_id("Archive <archive@example.org>".to_owned())
        .subkey(subkey)
        .build()
        .expect("all is there")
        .generate(random)
        .expect("a key is made");
    let message = CleartextSignedMessage::sign(
        &mut random,
        "Suite: a\n- dash\nSHA256:\n x\n",
        &key.primary_key,
        &Password::empty(),
    );
    let text = message.expect("it is signed").to_armored_bytes(ArmorOptions::default()).expect("in memory");
    let public = key.to_public_key();
    let armored = public.to_armored_bytes(ArmorOptions::default()).expect("in memory");
    let binary = public.to_bytes().expect("in memory");
    vec![[&text[..], &[0], &armored[..]].concat(), [&text[..], &[0], &binary[..]].concat(), armored, binary]
}
