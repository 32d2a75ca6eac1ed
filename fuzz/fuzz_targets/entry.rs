//! Names of boot entries, and versions.

#![no_main]

use libfuzzer_sys::fuzz_target;
use yoe_disk::entry::EntryName;
use yoe_notation::version;

fuzz_target!(init: yoe_fuzz::seeds(seeds), |data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    if let Some(name) = EntryName::parse(&text) {
        assert_eq!(EntryName::parse(&name.to_string()).as_ref(), Some(&name), "a name is read as it was written");
        let (again, tried) = (name.once_more(), name.tried());
        assert!(again.is_of("box") == tried.is_of("box"));
        let _ = (name.state(), name.unfinished(), name.counts_like(&again));
    }
    let (one, other) = text.split_once(' ').unwrap_or((&text, ""));
    assert_eq!(version::compare(one, other), version::compare(other, one).reverse());
});

fn seeds() -> Vec<Vec<u8>> {
    let names = [
        "box_1.0.efi",
        "box_1.0+3.efi",
        "box_1.0+2-1.efi",
        "box_1.0,good+8-2.efi",
        "1.0~rc1 1.0^2",
        "1.10-2 1.9",
    ];
    names.map(|name| name.as_bytes().to_vec()).to_vec()
}
