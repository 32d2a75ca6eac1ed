//! Debian's indexes, as text.

#![no_main]

use libfuzzer_sys::fuzz_target;
use yoe_fetch::debian::compare_versions;

fuzz_target!(init: yoe_fuzz::seeds(seeds), |data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    yoe_fetch::fuzzing::debian(&text);
    let (one, other) = text.split_once(' ').unwrap_or((&text, ""));
    assert_eq!(compare_versions(one, other), compare_versions(other, one).reverse());
});

fn seeds() -> Vec<Vec<u8>> {
    let digest = "a".repeat(64);
    let packages = format!(
        "Package: a\nVersion: 1:1.0~rc1-2+b1\nEssential: yes\nPriority: required\nPre-Depends: b (>= 1.0) | c [amd64] <!x>, d:any\n\
         Provides: e (= 2)\nFilename: pool/a.deb\nSize: 7\nSHA256: {digest}\nDescription: x\n y\n .\n\n# note\nPackage: b\n"
    );
    let release = format!(
        "Suite: stable\nCodename: trixie\nDate: Sat, 09 Aug 2025 08:58:53 UTC\nValid-Until: Sat, 16 Aug 2025 08:58:53 UTC\n\
         Acquire-By-Hash: yes\nSHA256:\n {digest} 12 main/binary-amd64/Packages.xz\n"
    );
    let sources = format!(
        "Package: a\nVersion: 1\nDirectory: pool/a\nChecksums-Sha256:\n {digest} 1 a_1.orig.tar.xz\n {digest} 2 a_1.debian.tar.xz\n"
    );
    vec![packages.into(), release.into(), sources.into(), "1:1.0-1 1.0~~a-1".into()]
}
