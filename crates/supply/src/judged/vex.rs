//! Documents about holes. The schema of OpenVEX is written after the specification's tables of fields; a program of others reads the
//! document, too.

use super::judges::{Judges, printed};
use crate::vex::tests::sample;
use crate::vex::{Request, csaf, openvex};

fn documents() -> [String; 2] {
    let (bill, report, publisher) = sample();
    let request = Request { bill: &bill, report: &report, publisher: &publisher, tool_version: "0.1.0" };
    [openvex(&request).unwrap(), csaf(&request).unwrap()]
}

#[test]
#[ignore = "fetches from package registries; cargo xtask test runs it"]
fn the_schema_of_openvex_takes_it_and_refuses_what_is_spoilt() {
    let judges = Judges::new(&["jsonschema[format]==4.26.0", "sbom-cve-check==1.3.5"]);
    let schema = judges.path("schema.json");
    std::fs::write(&schema, include_str!("openvex.schema.json")).unwrap();
    let judge = |text: &str| {
        let path = judges.write(text);
        judges
            .python("python3")
            .arg("-c")
            .arg(include_str!("schema.py"))
            .arg(&schema)
            .arg(path)
            .output()
            .unwrap()
    };
    let [document, _] = documents();
    let taken = judge(&document);
    assert!(taken.status.success(), "{}", printed(&taken));
    for (right, wrong) in [
        ("vulnerable_code_cannot_be_controlled_by_adversary", "because"),
        ("\"action_statement\"", "\"action\""),
        ("\"status\": \"fixed\"", "\"status\": \"gone\""),
        ("\"author\": ", "\"writer\": "),
    ] {
        let spoilt = document.replace(right, wrong);
        assert_ne!(spoilt, document, "{right}");
        let refused = judge(&spoilt);
        assert_eq!(refused.status.code(), Some(1), "{wrong}: {}", printed(&refused));
    }
    let reasons = ["\"justification\"", "\"impact_statement\""];
    let lines = document.lines().filter(|line| !reasons.iter().any(|reason| line.contains(reason)));
    let refused = judge(&lines.collect::<String>());
    assert_eq!(refused.status.code(), Some(1), "without a reason: {}", printed(&refused));
    let path = judges.write(&document);
    let read =
        judges.python("python3").arg("-c").arg(include_str!("annotations.py")).arg(path).output().unwrap();
    let found = printed(&read);
    for line in [
        "CVE-2026-1001 affected",
        "CVE-2026-1001 not_affected",
        "CVE-2026-1005 under_investigation",
        "CVE-2026-1007 fixed",
    ] {
        assert!(found.lines().any(|one| one == line), "{line}: {found}");
    }
}

#[test]
#[ignore = "fetches from package registries; cargo xtask test runs it"]
fn the_validator_of_csaf_takes_it_and_refuses_what_is_spoilt() {
    let judges = Judges::new(&[]).with_npm(&["@secvisogram/csaf-validator-lib@2.0.10"]);
    let judge = |text: &str| judges.node(include_str!("csaf.mjs"), &judges.write(text));
    let [_, document] = documents();
    let taken = judge(&document);
    assert!(taken.status.success(), "{}", printed(&taken));
    for (right, wrong, test) in [
        ("\"flags\"", "\"x_flags\"", "csaf_2_0_strict"),
        ("\"csaf_version\": \"2.0\"", "\"csaf_version\": \"2.2\"", "csaf_2_0_strict"),
        ("\"remediations\"", "\"threats\"", "mandatoryTest_6_1_27_10"),
        ("\"product_reference\": \"pkg:", "\"product_reference\": \"pkgs:", "mandatoryTest_6_1_1"),
    ] {
        let spoilt = document.replace(right, wrong);
        assert_ne!(spoilt, document, "{right}");
        let refused = judge(&spoilt);
        let said = printed(&refused);
        assert!(refused.status.code() == Some(1) && said.contains(test), "{wrong}: {said}");
    }
}
