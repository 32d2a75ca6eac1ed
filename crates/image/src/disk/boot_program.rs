//! What firmware starts, and whether it is for the machine's processor.

use yoe_model::{Arch, Machine};

use super::{BOOT_MANAGER_PATH, efi_name};
use crate::ImageError;

/// How many bytes of a boot program say for which processor it is.
pub const BOOT_PROGRAM_HEAD: u64 = 64 << 10;

/// Where a container holds the boot manager of a machine.
pub fn boot_manager_file(machine: &Machine) -> String {
    format!("{BOOT_MANAGER_PATH}/systemd-boot{}.efi", efi_name(machine.arch))
}

/// Where the container of image tools holds the program in front of a machine's kernel.
pub fn stub_file(machine: &Machine) -> String {
    format!("{BOOT_MANAGER_PATH}/linux{}.efi.stub", efi_name(machine.arch))
}

/// Whether a boot program, of which `head` is the beginning, is for the machine's processor. `path` is where its maker left it.
///
/// # Errors
/// When it is for another one, or nothing that firmware starts.
pub fn check_boot_program(path: &str, head: &[u8], machine: &Machine) -> Result<(), ImageError> {
    let found = match processor(head) {
        Some(number) if number == pe_machine(machine.arch) => return Ok(()),
        Some(number) => match Arch::ALL.into_iter().find(|arch| pe_machine(*arch) == number) {
            Some(arch) => format!("is for {arch}"),
            None => "is for a processor that no machine has".to_owned(),
        },
        None => "is nothing that UEFI firmware starts".to_owned(),
    };
    Err(ImageError::BootProgram {
        path: path.to_owned(),
        found,
        machine: machine.name.clone(),
        arch: machine.arch,
    })
}

/// An architecture's number (PE/COFF, "Machine Types").
fn pe_machine(arch: Arch) -> u16 {
    match arch {
        Arch::X86_64 => 0x8664,
        Arch::Aarch64 => 0xaa64,
    }
}

/// The field Machine in the header of a PE file, which begins where the header for DOS says.
fn processor(head: &[u8]) -> Option<u16> {
    let at = u32::from_le_bytes(*head.get(0x3c..)?.first_chunk()?) as usize;
    let header = head.get(at..)?.strip_prefix(b"PE\0\0")?;
    let number = u16::from_le_bytes(*header.first_chunk()?);
    head.starts_with(b"MZ").then_some(number)
}

#[cfg(test)]
mod tests {
    use yoe_model::{Kernel, Origin};

    use super::*;

    /// A boot program for the processor of this number (PE/COFF, "Machine Types").
    fn boot_program(machine: u16) -> Vec<u8> {
        let mut head = vec![0; 128];
        head[..2].copy_from_slice(b"MZ");
        head[0x3c] = 64;
        head[64..68].copy_from_slice(b"PE\0\0");
        head[68..70].copy_from_slice(&machine.to_le_bytes());
        head
    }

    fn machine(arch: Arch) -> Machine {
        let kernel = Kernel { unit: "linux".into(), cmdline: String::new() };
        Machine::new("box", arch, kernel, Origin::default())
    }

    #[test]
    fn a_boot_program_of_another_architecture_is_refused() {
        let (pc, arm) = (machine(Arch::X86_64), machine(Arch::Aarch64));
        let (here, there) = (boot_program(0x8664), boot_program(0xaa64));
        assert!(check_boot_program("boot/vmlinuz", &here, &pc).is_ok());
        assert!(check_boot_program(&boot_manager_file(&arm), &there, &arm).is_ok());
        let says = |head: &[u8]| check_boot_program("boot/vmlinuz", head, &pc).unwrap_err().to_string();
        insta::assert_snapshot!(says(&there), @r#"/boot/vmlinuz is for aarch64; machine "box" needs it for x86_64: was it built for another machine, or does the container hold it of another architecture?"#);
        insta::assert_snapshot!(says(&boot_program(0x5064)), @r#"/boot/vmlinuz is for a processor that no machine has; machine "box" needs it for x86_64: was it built for another machine, or does the container hold it of another architecture?"#);
        insta::assert_snapshot!(says(b"\x7fELF"), @r#"/boot/vmlinuz is nothing that UEFI firmware starts; machine "box" needs it for x86_64: was it built for another machine, or does the container hold it of another architecture?"#);
    }
}
