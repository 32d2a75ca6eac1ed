use super::*;
use crate::Uuid;
use crate::uki::skeleton;

fn kernel(root: &Root) -> Vec<u8> {
    skeleton(&format!("dm-mod.create=\"{}\" ro", root.table()), "IMAGE_VERSION=\"1.0\"\n", b"kernel")
}

fn says(kernel: &[u8]) -> Result<(), String> {
    let expected = Expected { root: &Root::sample(), arch: "x86_64", version: "1.0" };
    check(kernel, &expected).map_err(|error| error.to_string())
}

#[test]
fn what_starts_another_root_is_told() {
    assert_eq!(says(&kernel(&Root::sample())), Ok(()));
    for (field, other) in [
        ("root partition", Root { partition: Uuid::of_root_hash(&[8; 32]), ..Root::sample() }),
        ("number of data blocks", Root { data_blocks: 299, ..Root::sample() }),
        ("root hash", Root { root_hash: [8; 32], ..Root::sample() }),
        ("salt", Root { salt: Vec::new(), ..Root::sample() }),
    ] {
        let message = says(&kernel(&other)).unwrap_err();
        assert!(message.starts_with(&format!("its {field} is ")), "{message}");
    }
}

#[test]
fn what_is_no_kernel_of_this_image_is_told() {
    let mut other = kernel(&Root::sample());
    other[68..70].copy_from_slice(&0xaa64u16.to_le_bytes());
    assert_eq!(says(&other).unwrap_err(), "its architecture is \"aarch64\"; expected \"x86_64\"");
    other[68..70].copy_from_slice(&0x5064u16.to_le_bytes());
    assert_eq!(says(&other).unwrap_err(), "its architecture is \"another one\"; expected \"x86_64\"");
    assert_eq!(says(b"no program").unwrap_err(), "it is not a unified kernel image");
    assert_eq!(says(&skeleton("ro", "", b"kernel")).unwrap_err(), "it does not start a verified root");
    let line = format!("dm-mod.create=\"{}\" ro", Root::sample().table());
    assert_eq!(says(&skeleton(&line, "", b"")).unwrap_err(), "it is not a unified kernel image");
    let message = says(&skeleton(&line, "IMAGE_VERSION=2.0", b"kernel")).unwrap_err();
    assert_eq!(message, "its IMAGE_VERSION is \"2.0\"; expected \"1.0\"");
}
