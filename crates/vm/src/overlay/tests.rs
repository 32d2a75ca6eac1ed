use super::*;

#[test]
fn the_header_says_what_was_asked_for() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.qcow2");
    create_overlay(&path, "base.img", 1 << 30).unwrap();
    let file = std::fs::read(&path).unwrap();
    assert_eq!(file.len(), 4 << 16);
    assert_eq!(&file[..8], b"QFI\xfb\0\0\0\x03");
    assert_eq!(file[24..32], (1_u64 << 30).to_be_bytes());
    assert_eq!(file[36..40], 2_u32.to_be_bytes(), "two entries of 512 MiB");
    assert_eq!(&file[128..136], b"base.img");
    let again = create_overlay(&path, "base.img", 1 << 30);
    assert!(matches!(again, Err(OverlayError::Write { .. })), "an overlay is never overwritten");
}

#[test]
fn what_the_format_cannot_hold_is_refused() {
    let path = Path::new("never-made");
    for size in [0, 511, 1 << 50] {
        assert!(matches!(create_overlay(path, "a", size), Err(OverlayError::Size { .. })), "{size}");
    }
    let long = "x".repeat(1024);
    assert!(matches!(create_overlay(path, &long, 512), Err(OverlayError::Name { length: 1024 })));
}
