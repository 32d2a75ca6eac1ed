//! The ar archive that a `.deb` is.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(init: yoe_fuzz::seeds(seeds), |data: &[u8]| {
    if let Some((name, _size)) = yoe_fetch::fuzzing::ar_member(data, "data.tar") {
        assert!(name.starts_with("data.tar"));
    }
});

fn seeds() -> Vec<Vec<u8>> {
    vec![yoe_fuzz::ar(&[("debian-binary", b"2.0\n"), ("control.tar", b"odd"), ("data.tar/", b"")])]
}
