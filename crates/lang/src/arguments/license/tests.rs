use super::check;

#[test]
fn expressions_pass() {
    for text in [
        "MIT",
        "GPL-2.0-only WITH Linux-syscall-note",
        "MIT AND (BSD-2-Clause OR Apache-2.0)",
        "LicenseRef-own",
        "GPL-2.0+",
        "((MIT))",
        "Apache-2.0 WITH LLVM-exception",
        "BSD-2-Clause-Patent",
    ] {
        assert!(check(text).is_ok(), "{text}");
    }
}

#[test]
fn others_are_refused() {
    for text in [
        "",
        "MIT BSD-2-Clause",
        "MIT AND",
        "(MIT",
        "MIT)",
        "AND",
        "MIT, ISC",
        "MIT/ISC",
        "GPLv2",
        "mit",
        "MIT AND Apache-3.0",
        "MIT and ISC",
        "MIT Or (ISC)",
    ] {
        assert!(check(text).is_err(), "{text}");
    }
    assert_eq!(check("Apache 2.0").unwrap_err().hint.as_deref(), Some("did you mean \"Apache-2.0\"?"));
    let hint = |text: &str| check(text).unwrap_err().hint.unwrap_or_default();
    assert_eq!(hint("MIT AND BSD-3-Clase"), "did you mean \"BSD-3-Clause\"?");
    assert_eq!(hint("MIT and ISC"), "write \"AND\"");
    assert_eq!(hint("mpl-2.0"), "write \"MPL-2.0\"");
    assert_eq!(check("gplv2").unwrap_err().hint.as_deref(), Some("write \"GPL-2.0-only\""));
}
