//! The firmware of the KVM probe on 64-bit Arm: a few instructions from the processor's reset on, at the address 0 of QEMU's
//! virt. It reads which processor it is and uses floating-point registers, as a real firmware does, and then switches the
//! machine off by the Power State Coordination Interface (Arm DEN 0022, SYSTEM_OFF).

use super::rom::SIZE;

/// QEMU's exit status when the machine switched itself off. It has no monitor and gets no signal that would have it end so.
pub(super) const STATUS: i32 = 0;

#[rustfmt::skip]
const CODE: [u32; 9] = [
    0xd538_0001, // mrs x1, midr_el1
    0xd2a0_0602, // mov x2, #(3 << 20)
    0xd518_1042, // msr cpacr_el1, x2: floating-point registers may be used
    0xd503_3fdf, // isb
    0x1e6e_1000, // fmov d0, #1.0
    0x52b0_8000, // mov w0, #0x84000000
    0x7280_0100, // movk w0, #8: SYSTEM_OFF
    0xd400_0002, // hvc #0
    0x1400_0000, // b .
];

/// The whole firmware.
pub(super) fn firmware() -> Vec<u8> {
    let mut firmware: Vec<u8> = CODE.iter().flat_map(|instruction| instruction.to_le_bytes()).collect();
    firmware.resize(SIZE, 0);
    firmware
}
