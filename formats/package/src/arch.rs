//! Architectures, as packages name them.

use std::fmt;

use object::elf;

/// An architecture of machine code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Arch {
    /// 64-bit x86.
    X86_64,
    /// 64-bit Arm.
    Aarch64,
}

impl Arch {
    /// All of them.
    pub const ALL: [Arch; 2] = [Arch::X86_64, Arch::Aarch64];

    /// As `.PKGINFO` and `uname -m` have it.
    pub fn as_str(self) -> &'static str {
        match self {
            Arch::X86_64 => "x86_64",
            Arch::Aarch64 => "aarch64",
        }
    }

    /// The architecture of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|arch| arch.as_str() == name)
    }

    /// The path of musl's dynamic loader.
    pub fn loader(self) -> &'static str {
        match self {
            Arch::X86_64 => "/lib/ld-musl-x86_64.so.1",
            Arch::Aarch64 => "/lib/ld-musl-aarch64.so.1",
        }
    }

    pub(crate) fn elf_machine(self) -> u16 {
        match self {
            Arch::X86_64 => elf::EM_X86_64.0,
            Arch::Aarch64 => elf::EM_AARCH64.0,
        }
    }
}

impl fmt::Display for Arch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
