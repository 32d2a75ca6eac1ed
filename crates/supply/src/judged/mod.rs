//! Papers, judged by programs that this project did not write: of bills of materials CycloneDX' own library, which has the schema,
//! and the checker that knows BSI TR-03183-2. They come from a registry, so these tests are for `cargo test --workspace --lib
//! judged -- --ignored`.

mod elements;
mod judges;
mod provenance;
mod vex;

use std::path::Path;

use self::judges::{Judges, printed};
use crate::collect::tests::sample;
use crate::cyclonedx::Options;
use crate::{Inventory, cyclonedx, spdx2, spdx3};

/// The sample with all that its authors may say: nothing is unknown.
fn known() -> Inventory {
    let (mut inventory, _root) = sample();
    for component in inventory.components.values_mut() {
        component.license.get_or_insert_with(|| "MIT".to_owned());
        component.homepage.get_or_insert_with(|| "https://example.com".to_owned());
    }
    inventory
}

const OPTIONS: Options<'static> = Options { all_files: true, tool_version: "0.1.0" };

#[test]
#[ignore = "fetches from package registries; cargo xtask test runs it"]
fn the_schema_of_cyclonedx_takes_it_and_refuses_what_is_spoilt() {
    let judges = Judges::new(&["cyclonedx-python-lib[validation]==11.12.0"]);
    let judge = |text: &str| {
        let path = judges.write(text);
        judges.python("python3").arg("-c").arg(include_str!("judge.py")).arg(path).output().unwrap()
    };
    for inventory in [known(), sample().0] {
        let document = cyclonedx::document(&inventory, &OPTIONS);
        let taken = judge(&document);
        assert!(taken.status.success(), "{}", printed(&taken));
        for (right, wrong) in [
            ("\"phase\": \"build\"", "\"phase\": \"baked\""),
            ("\"acknowledgement\": \"concluded\"", "\"acknowledgement\": \"guessed\""),
            ("\"specVersion\": \"1.7\"", "\"specVersion\": \"1.7\", \"unheard-of\": 1"),
        ] {
            assert!(document.contains(right), "{right}");
            let refused = judge(&document.replacen(right, wrong, 1));
            assert_eq!(refused.status.code(), Some(1), "{wrong}: {}", printed(&refused));
        }
    }
}

#[test]
#[ignore = "fetches from package registries; cargo xtask test runs it"]
fn cyclonedxs_library_for_javascript_says_the_same() {
    let packages = [
        "@cyclonedx/cyclonedx-library@10.3.0",
        "ajv@8.17.1",
        "ajv-formats@3.0.1",
        "ajv-formats-draft2019@1.6.1",
    ];
    let judges = Judges::new(&[]).with_npm(&packages);
    let judge = |text: &str| judges.node(include_str!("cyclonedx.mjs"), &judges.write(text));
    let document = cyclonedx::document(&known(), &OPTIONS);
    let taken = judge(&document);
    assert!(taken.status.success(), "{}", printed(&taken));
    for (right, wrong) in [
        ("\"phase\": \"build\"", "\"phase\": \"baked\""),
        ("\"acknowledgement\": \"concluded\"", "\"acknowledgement\": \"guessed\""),
        ("\"specVersion\": \"1.7\"", "\"specVersion\": \"1.7\", \"unheard-of\": 1"),
    ] {
        let refused = judge(&document.replacen(right, wrong, 1));
        assert_eq!(refused.status.code(), Some(1), "{wrong}: {}", printed(&refused));
    }
}

#[test]
#[ignore = "fetches from package registries; cargo xtask test runs it"]
fn the_checker_of_bsis_guideline_takes_it_and_refuses_what_is_spoilt() {
    let judges = Judges::new(&["ntia-conformance-checker==6.0.0"]);
    let judge = |text: &str| {
        let path: &Path = &judges.write(text);
        judges.python("sbomcheck").args(["-s", "spdx3", "-c", "bsi"]).arg(path).output().unwrap()
    };
    let document = spdx3::document(&known(), &OPTIONS);
    let taken = judge(&document);
    assert!(taken.status.success(), "{}", printed(&taken));
    for (right, wrong) in [
        ("\"algorithm\": \"sha512\"", "\"algorithm\": \"sha256\""),
        ("\"software_Sbom\"", "\"software_Bill\""),
        ("\"hasConcludedLicense\"", "\"hasDeclaredLicense\""),
    ] {
        assert!(document.contains(right), "{right}");
        let refused = judge(&document.replace(right, wrong));
        assert!(!refused.status.success(), "{wrong}: {}", printed(&refused));
    }
    // What is not known is no pass.
    let unknown = judge(&spdx3::document(&sample().0, &OPTIONS));
    assert!(!unknown.status.success(), "{}", printed(&unknown));
}

#[test]
#[ignore = "fetches from package registries; cargo xtask test runs it"]
fn the_tools_of_spdx_2_take_it_and_refuse_what_is_spoilt() {
    let judges = Judges::new(&["spdx-tools==0.8.5"]);
    let judge = |text: &str| {
        let path = judges.write(text);
        judges.python("pyspdxtools").arg("-i").arg(path).output().unwrap()
    };
    for inventory in [known(), sample().0] {
        let document = spdx2::document(&inventory, &OPTIONS);
        let taken = judge(&document);
        assert!(taken.status.success(), "{}", printed(&taken));
        for (right, wrong) in [
            ("\"SPDX-2.3\"", "\"SPDX-2.4\""),
            ("\"relatedSpdxElement\": \"SPDXRef-", "\"relatedSpdxElement\": \"SPDXRef-none-"),
            ("\"downloadLocation\": \"NOASSERTION\"", "\"downloadLocation\": \"somewhere\""),
        ] {
            assert!(document.contains(right), "{right}");
            let refused = judge(&document.replacen(right, wrong, 1));
            assert!(!refused.status.success(), "{wrong}: {}", printed(&refused));
        }
    }
}
