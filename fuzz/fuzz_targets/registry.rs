//! What registries of images answer: indexes, manifests, configurations, and challenges.

#![no_main]

use libfuzzer_sys::fuzz_target;
use yoe_fetch::fuzzing::registry;

fuzz_target!(init: yoe_fuzz::seeds(seeds), |data: &[u8]| registry(data));

fn seeds() -> Vec<Vec<u8>> {
    let list = include_bytes!("../../crates/fetch/src/images/tests/docker-list.json");
    let index = include_bytes!("../../crates/fetch/src/images/tests/oci-index.json");
    let config = br#"{"os": "linux", "architecture": "amd64", "rootfs": {"diff_ids": ["sha256:00"]}}"#;
    let challenge = br#"Negotiate, Basic realm="a", Bearer realm="https://x/token",service="s",scope="repository:a/b:pull""#;
    [&list[..], &index[..], &config[..], &challenge[..]].map(<[u8]>::to_vec).into()
}
