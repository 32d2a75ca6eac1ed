//! Where a target comes from, verified by the libraries of in-toto and of securesystemslib.

use std::fs;

use super::judges::{Judges, printed};
use crate::provenance::tests::sample;

#[test]
#[ignore = "fetches from package registries; cargo xtask test runs it"]
fn the_libraries_of_in_toto_take_it_and_refuse_what_is_spoilt() {
    let judges = Judges::new(&["securesystemslib[crypto]==1.6.0", "in-toto-attestation==0.9.3"]);
    let (envelope, signer) = sample();
    let public = |signer: &yoe_bundle::Signer| {
        serde_json::to_value(signer.public()).unwrap()["keyval"]["public"].as_str().unwrap().to_owned()
    };
    let disk = judges.path("demo.img");
    let judge = |envelope: &str, key: &str| {
        let path = judges.write(envelope);
        judges
            .python("python3")
            .arg("-c")
            .arg(include_str!("provenance.py"))
            .arg(path)
            .arg(key)
            .arg(&disk)
            .output()
            .unwrap()
    };
    fs::write(&disk, "disk").unwrap();
    let taken = judge(&envelope, &public(&signer));
    assert!(taken.status.success(), "{}", printed(&taken));

    let (_, other) = sample();
    let refused = |envelope: &str, key: &str, why: &str| {
        let output = judge(envelope, key);
        let said = printed(&output);
        assert!(output.status.code() == Some(1) && said.contains(why), "{why}: {said}");
    };
    refused(&envelope, &public(&other), "no signature of the key");
    let mut spoilt: serde_json::Value = serde_json::from_str(&envelope).unwrap();
    spoilt["payload"] = spoilt["payload"].as_str().unwrap().replacen("ey", "eX", 1).into();
    refused(&spoilt.to_string(), &public(&signer), "no signature of the key");
    fs::write(&disk, "disk of somebody else").unwrap();
    refused(&envelope, &public(&signer), "another digest");
}
