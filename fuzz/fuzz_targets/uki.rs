//! A unified kernel image, its command line, its signature, and what firmware says in variables.

#![no_main]

use libfuzzer_sys::fuzz_target;
use yoe_disk::uki::{Uki, skeleton};
use yoe_notation::os_release;
use yoe_disk::verity::Root;
use yoe_disk::{loader, signature};

fuzz_target!(init: yoe_fuzz::seeds(seeds), |data: &[u8]| {
    if let Ok(uki) = Uki::read(data) {
        let _ = Root::on(&uki.cmdline);
        let _ = uki.field("IMAGE_VERSION");
    }
    if let Ok(true) = signature::is_signed(data) {
        let _ = signature::is_signed_copy(data, data);
    }
    let (plain, signed) = data.split_at(data.len() / 2);
    let _ = signature::is_signed_copy(plain, signed);
    let _ = signature::pretend(data);
    let _ = loader::entry_file(data);
    let text = String::from_utf8_lossy(data);
    let _ = Root::on(&text);
    let _ = os_release::field(&text, "ID");
});

fn seeds() -> Vec<Vec<u8>> {
    let cmdline = format!(
        "ro dm-mod.create=\"root,,,ro,0 16 verity 1 PARTUUID={0} PARTUUID={0} 4096 4096 2 2 sha256 {1} {1}\"",
        "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa",
        "ab".repeat(32),
    );
    let plain = skeleton(&cmdline, "ID=yoe\nIMAGE_VERSION='1.0'\n", b"kernel");
    let signed = signature::pretend(&plain).expect("it is a PE file");
    let both = [&plain[..], &signed[..]].concat();
    vec![plain, signed, both, cmdline.into_bytes(), loader::variable("\\EFI\\Linux\\a_1+2-1.efi")]
}
