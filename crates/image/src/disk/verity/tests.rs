use super::*;

fn verity() -> Verity {
    Verity { root_hash: Digest::of(b"root"), salt: Digest::of(b"salt"), data_blocks: 2649 }
}

#[test]
fn the_kernel_finds_the_partition_by_the_hash() {
    insta::assert_snapshot!(verity().create(), @r#"dm-mod.create="yoe-root,,,ro,0 21192 verity 1 PARTUUID=4813494d-137e-1631-bba3-01d5acab6e7b PARTUUID=4813494d-137e-1631-bba3-01d5acab6e7b 4096 4096 2649 2649 sha256 4813494d137e1631bba301d5acab6e7bb7aa74ce1185d456565ef51d737677b2 63479ad69a090b258277ec8fba6f99419a2ffb248981510657c944ccd1148e97 1 panic_on_corruption""#);
}

#[test]
fn what_the_tools_left_must_be_two_words() {
    let directory = tempfile::tempdir().unwrap();
    let image = crate::disk::tests::image();
    let read = |text: &str| {
        std::fs::write(directory.path().join(FILE), text).unwrap();
        Verity::in_directory(directory.path(), &image)
    };
    let hash = Digest::of(b"root");
    let made = read(&format!("2649 {hash}\n")).unwrap();
    assert_eq!((made.data_blocks, made.root_hash), (2649, hash));
    for text in ["", "2649", "many words", &format!("-1 {hash}"), &format!("2649 {hash}00")] {
        assert!(matches!(read(text), Err(ImageError::Verity { .. })), "{text}");
    }
}
