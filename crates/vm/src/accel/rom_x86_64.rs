//! The firmware of the KVM probe on x86-64: 256 bytes at the end of 64 KiB, run from the processor's reset on. It does what a
//! real firmware does first and what a half-working KVM trips over: protected mode without paging, CPUID, x87 and SSE.
//! Then it tells the status 42 to QEMU's isa-debug-exit device.

use super::rom::SIZE;

/// The exit status that isa-debug-exit makes of 42.
pub(super) const STATUS: i32 = 42 << 1 | 1;
/// What QEMU is given in addition to the firmware.
pub(super) const DEVICES: &[&str] = &["-device", "isa-debug-exit,iobase=0xf4,iosize=1"];

/// The code lies at the physical address 0xffff_ff00.
const CODE_AT: usize = SIZE - 256;
/// An x86 processor begins 16 bytes below the end.
const RESET_AT: usize = SIZE - 16;

#[rustfmt::skip]
const CODE: [u8; 95] = [
    0xfa, // cli
    0x2e, 0x66, 0x0f, 0x01, 0x16, 0x41, 0xff, // lgdt cs:[gdtr]
    0x0f, 0x20, 0xc0, 0x0c, 0x01, 0x0f, 0x22, 0xc0, // mov eax, cr0; or al, 1; mov cr0, eax
    0x66, 0xea, 0x18, 0xff, 0xff, 0xff, 0x08, 0x00, // jmp 8:flat (32-bit from here)
    0x66, 0xb8, 0x10, 0x00, 0x8e, 0xd8, 0x8e, 0xd0, // flat: mov ax, 16; mov ds, ax; mov ss, ax
    0xb8, 0x01, 0x00, 0x00, 0x00, 0x0f, 0xa2, // mov eax, 1; cpuid
    0x0f, 0x20, 0xe0, 0x0d, 0x00, 0x06, 0x00, 0x00, 0x0f, 0x22, 0xe0, // mov eax, cr4; or eax, 0x600; mov cr4, eax
    0x9b, 0xdb, 0xe3, 0xd9, 0xeb, // finit; fldpi
    0x0f, 0x57, 0xc0, // xorps xmm0, xmm0
    0xb0, 0x2a, 0xe6, 0xf4, // mov al, 42; out 0xf4, al
    0xf4, 0xeb, 0xfd, // hlt; jmp to the hlt
    0x17, 0x00, 0x47, 0xff, 0xff, 0xff, // gdtr: 23, gdt
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, // gdt: null
    0xff, 0xff, 0x00, 0x00, 0x00, 0x9b, 0xcf, 0x00, // code, 4 GiB
    0xff, 0xff, 0x00, 0x00, 0x00, 0x93, 0xcf, 0x00, // data, 4 GiB
];
/// A 16-bit jump to the code.
const RESET: [u8; 3] = [0xe9, 0x0d, 0xff];

/// The whole firmware.
pub(super) fn firmware() -> Vec<u8> {
    // Whatever runs astray halts.
    let mut firmware = vec![0xf4; SIZE];
    firmware[CODE_AT..CODE_AT + CODE.len()].copy_from_slice(&CODE);
    firmware[RESET_AT..RESET_AT + RESET.len()].copy_from_slice(&RESET);
    firmware
}
