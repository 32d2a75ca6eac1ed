use super::*;

#[test]
fn versions_as_they_are_written() {
    for (text, message) in [
        ("6.12.107", "6.12.107"),
        ("6.1.0-25-amd64", "6.1.0"),
        ("6.12", "6.12.0"),
        ("7.0-rc3", "7.0.0"),
        ("6.12.43+deb13-amd64", "6.12.43"),
        ("6.12.59perf", "6.12.59"),
        ("6.12perf", "6.12.0"),
        ("4.9.337_armada", "4.9.337"),
        ("5.15.167.4-microsoft-standard-WSL2", "5.15.167"),
    ] {
        assert_eq!(KernelVersion::parse(text).unwrap().to_string(), message);
    }
}

#[test]
fn what_is_no_version_is_told() {
    for text in ["", "6", "6.", "six.one", "6.x", "99999999999.1", "-6.1", "6..1", "6.1."] {
        let message = KernelVersion::parse(text).unwrap_err().to_string();
        assert!(message.contains(&format!("`{text}` is not a kernel version")), "{message}");
    }
}

#[test]
fn the_header_of_a_configuration() {
    let version = KernelVersion::from_header("# Linux/x86 6.12.107 Kernel Configuration");
    assert_eq!(version, Some(KernelVersion { major: 6, minor: 12, patch: 107 }));
    assert_eq!(KernelVersion::from_header("# Linux/x86 Kernel Configuration"), None);
    assert_eq!(KernelVersion::from_header("# Busybox version: 1.37.0"), None);
}

#[test]
fn versions_compare_by_number() {
    assert!(KernelVersion::new(4, 15) > KernelVersion::new(4, 8));
    assert!(KernelVersion::parse("5.1.21").unwrap() < KernelVersion::new(5, 2));
}
