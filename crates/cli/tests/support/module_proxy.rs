//! A directory that a Go client takes for a module proxy (Go Modules Reference, "GOPROXY protocol").

use std::fs;
use std::path::Path;

/// Serves a version of a module with these files.
pub fn publish(proxy: &Path, module: &str, version: &str, files: &[(&str, &str)]) {
    let directory = proxy.join(module).join("@v");
    fs::create_dir_all(&directory).unwrap();
    let go_mod = files.iter().find(|(name, _)| *name == "go.mod").unwrap().1;
    fs::write(directory.join(format!("{version}.mod")), go_mod).unwrap();
    fs::write(directory.join(format!("{version}.info")), format!("{{\"Version\":\"{version}\"}}\n")).unwrap();
    let named: Vec<_> =
        files.iter().map(|(name, text)| (format!("{module}@{version}/{name}"), *text)).collect();
    fs::write(directory.join(format!("{version}.zip")), zip(&named)).unwrap();
}

/// A zip archive (APPNOTE 6.3) of stored files.
fn zip(files: &[(String, &str)]) -> Vec<u8> {
    let (mut local, mut central) = (Vec::new(), Vec::new());
    for (name, text) in files {
        let (size, offset) = (u32::try_from(text.len()).unwrap(), u32::try_from(local.len()).unwrap());
        let mut common = Vec::new();
        // Version needed, flags, method, time, date.
        [20u16, 0, 0, 0, 0x21].iter().for_each(|field| common.extend(field.to_le_bytes()));
        [crc(text.as_bytes()), size, size].iter().for_each(|field| common.extend(field.to_le_bytes()));
        common.extend(u16::try_from(name.len()).unwrap().to_le_bytes());
        common.extend(0u16.to_le_bytes());
        local.extend(b"PK\x03\x04");
        local.extend(&common);
        local.extend(name.as_bytes());
        local.extend(text.as_bytes());
        central.extend(b"PK\x01\x02\x14\x00");
        central.extend(&common);
        // Comment, disk, attributes.
        central.extend([0; 10]);
        central.extend(offset.to_le_bytes());
        central.extend(name.as_bytes());
    }
    let count = u16::try_from(files.len()).unwrap();
    let (at, size) = (u32::try_from(local.len()).unwrap(), u32::try_from(central.len()).unwrap());
    local.extend(central);
    local.extend(b"PK\x05\x06\x00\x00\x00\x00");
    [count, count].iter().for_each(|field| local.extend(field.to_le_bytes()));
    [size, at].iter().for_each(|field| local.extend(field.to_le_bytes()));
    local.extend([0; 2]);
    local
}

/// CRC-32 of ISO 3309.
fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, byte| {
        (0..8).fold(
            crc ^ u32::from(*byte),
            |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 },
        )
    })
}
