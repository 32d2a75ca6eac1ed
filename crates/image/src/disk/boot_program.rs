//! What firmware starts, and whether it is for the machine's processor.

use yoe_disk::uki;
use yoe_model::Machine;

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
    let found = match uki::architecture(head) {
        Ok(Some(arch)) if arch == machine.arch.as_str() => return Ok(()),
        Ok(Some(arch)) => format!("is for {arch}"),
        Ok(None) => "is for a processor that no machine has".to_owned(),
        Err(_) => "is nothing that UEFI firmware starts".to_owned(),
    };
    Err(ImageError::BootProgram {
        path: path.to_owned(),
        found,
        machine: machine.name.clone(),
        arch: machine.arch,
    })
}

#[cfg(test)]
mod tests {
    use yoe_model::{Arch, Kernel, Origin};

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
