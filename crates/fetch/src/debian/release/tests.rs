use proptest::prelude::*;

use super::*;

#[test]
fn a_release_is_read() {
    let text = format!(
        "Suite: stable\nCodename: trixie\nDate: Sat, 09 Aug 2025 08:58:53 UTC\nAcquire-By-Hash: yes\n\
         SHA256:\n {} 12 main/binary-amd64/Packages.xz\n",
        "a".repeat(64)
    );
    let release = Release::parse(&text, "debian/trixie").unwrap();
    assert_eq!(release.names, ["stable", "trixie"]);
    assert_eq!(release.date, 1_754_729_933);
    assert_eq!(release.valid_until, None);
    assert!(release.by_hash);
    assert_eq!(release.files["main/binary-amd64/Packages.xz"].size, 12);
}

#[test]
fn a_malformed_release_says_what_is_wrong() {
    for (text, expected) in [
        ("", "it has no Date"),
        ("Date: today\n", "Date is \"today\""),
        ("Date: Sat, 09 Aug 2025 08:58:53 UTC\nSHA256:\n x 1 y\n", "SHA256 has the line \"x 1 y\""),
    ] {
        let error = Release::parse(text, "debian/x").unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "((Date|SHA256|Valid-Until): ?|\\PC|\n){0,40}") {
        let _ = Release::parse(&text, "debian/x");
    }
}
