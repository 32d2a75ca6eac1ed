use super::*;

const CHANGE: &str = "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-CVE: no\n+Origin:\n";

fn parse(above: &str) -> Result<PatchHeader, String> {
    PatchHeader::parse(format!("{above}{CHANGE}").as_bytes()).map_err(|error| error.to_string())
}

#[test]
fn the_fields_above_a_patch_are_read() {
    let header =
        parse("Why.\n\nCVE: CVE-2025-26519, CVE-2026-40200\nCVE: CVE-2026-1234567\nOrigin: upstream, abc\n");
    let header = header.unwrap();
    assert_eq!(header.cves, ["CVE-2025-26519", "CVE-2026-40200", "CVE-2026-1234567"]);
    assert_eq!(header.origin.as_deref(), Some("upstream, abc"));
    assert_eq!(parse("Only words: no field\n"), Ok(PatchHeader::default()));
    assert_eq!(parse(""), Ok(PatchHeader::default()), "the change itself is not a header");
    assert_eq!(PatchHeader::parse(b"\xff\xfe").unwrap(), PatchHeader::default());
}

#[test]
fn what_is_not_of_its_form_is_refused_with_its_line() {
    let refused = [
        ("Why.\nCVE: 2025-26519\nOrigin: x\n", "line 2: \"2025-26519\" is not the name of a CVE record"),
        ("CVE: CVE-2025-265\nOrigin: x\n", "line 1: \"CVE-2025-265\" is not the name of a CVE record"),
        ("CVE: CVE-25-26519\nOrigin: x\n", "line 1: \"CVE-25-26519\" is not the name of a CVE record"),
        ("CVE:\nOrigin: x\n", "line 1: the field CVE is empty"),
        ("CVE: CVE-2025-26519\nOrigin: \n", "line 2: the field Origin is empty"),
        ("cve: CVE-2025-26519\n", "line 1: the field \"cve\" is not read; write \"CVE\""),
        (
            "Why.\nCVE: CVE-2025-26519\n",
            "line 2: a patch with the field CVE needs the field Origin, which says whose change it is",
        ),
    ];
    for (above, problem) in refused {
        assert_eq!(parse(above).unwrap_err(), problem);
    }
}
