//! The firmware of the KVM probe, for each architecture.

use yoe_model::Arch;

use super::{rom_aarch64, rom_x86_64};

/// Of every firmware, in bytes.
pub(super) const SIZE: usize = 64 << 10;

/// A firmware that proves that its instructions ran.
pub(super) struct Rom {
    /// All of it.
    pub(super) bytes: Vec<u8>,
    /// The exit status of QEMU that is the proof.
    pub(super) status: i32,
    /// What QEMU is given in addition.
    pub(super) devices: &'static [&'static str],
}

/// The firmware for an architecture.
pub(super) fn rom(arch: Arch) -> Rom {
    match arch {
        Arch::X86_64 => {
            Rom { bytes: rom_x86_64::firmware(), status: rom_x86_64::STATUS, devices: rom_x86_64::DEVICES }
        }
        Arch::Aarch64 => Rom { bytes: rom_aarch64::firmware(), status: rom_aarch64::STATUS, devices: &[] },
    }
}
