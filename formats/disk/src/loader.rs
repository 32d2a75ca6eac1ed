//! What firmware and systemd-boot left in EFI variables (UEFI; Boot Loader Interface).

/// The directory of the variables on a Linux system.
pub const DIRECTORY: &str = "/sys/firmware/efi/efivars";

/// Where the counted entry of this boot is; not there when this boot is not counted.
pub const BOOT_COUNT_PATH: &str = "LoaderBootCountPath-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f";

/// Whether the firmware refuses what is not signed (UEFI 2.10, 3.3): one byte, 1 when it does.
pub const SECURE_BOOT: &str = "SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c";

/// Whether the variable [`SECURE_BOOT`] says that the firmware refuses what is not signed.
pub fn refuses_unsigned(variable: &[u8]) -> bool {
    variable.get(4) == Some(&1)
}

/// The text of a variable: four bytes of attributes, then UTF-16 that may end in NULs.
pub fn text(variable: &[u8]) -> Option<String> {
    let body = variable.get(4..)?;
    if body.len() % 2 != 0 {
        return None;
    }
    let units: Vec<u16> = body.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
    let end = units.iter().position(|unit| *unit == 0).unwrap_or(units.len());
    String::from_utf16(&units[..end]).ok()
}

/// The file name of the counted entry: `\EFI\Linux\box_1.0+2-1.efi` is `box_1.0+2-1.efi`.
pub fn entry_file(variable: &[u8]) -> Option<String> {
    let path = text(variable)?;
    let file = path.rsplit(['\\', '/']).next()?.to_owned();
    (!file.is_empty()).then_some(file)
}

/// A variable of this text, as the boot manager writes it.
pub fn variable(text: &str) -> Vec<u8> {
    let units = text.encode_utf16().chain([0]).flat_map(u16::to_le_bytes);
    // Boot services and run time access, not kept over a reboot.
    [6, 0, 0, 0].into_iter().chain(units).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_read() {
        let path = "\\EFI\\Linux\\box_1.0+2-1.efi";
        assert_eq!(text(&variable(path)).as_deref(), Some(path));
        assert_eq!(entry_file(&variable(path)).as_deref(), Some("box_1.0+2-1.efi"));
        assert_eq!(entry_file(&variable("")), None);
        assert_eq!(text(&[6, 0, 0]), None);
        assert_eq!(text(&[6, 0, 0, 0, 1]), None);
        assert_eq!(text(&[6, 0, 0, 0, 0, 0xd8]), None, "half a surrogate pair");
    }

    #[test]
    fn secure_boot_is_one_byte() {
        assert!(refuses_unsigned(&[6, 0, 0, 0, 1]));
        assert!(!refuses_unsigned(&[6, 0, 0, 0, 0]));
        assert!(!refuses_unsigned(&[]));
    }
}
