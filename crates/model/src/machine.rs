//! Machines: what an image is made for.

use std::fmt;
use std::str::FromStr;

use crate::content_hash::content_hash;
use crate::{ContentHash, Fingerprint, Origin, Size};

/// A processor architecture, by its Linux name.
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

    /// As `uname -m` prints it.
    pub fn as_str(self) -> &'static str {
        match self {
            Arch::X86_64 => "x86_64",
            Arch::Aarch64 => "aarch64",
        }
    }

    /// Debian's name for it.
    pub fn debian(self) -> &'static str {
        match self {
            Arch::X86_64 => "amd64",
            Arch::Aarch64 => "arm64",
        }
    }
}

impl fmt::Display for Arch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// By its Linux name, or by Debian's, which many people know it by.
impl FromStr for Arch {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Arch::ALL.into_iter().find(|arch| [arch.as_str(), arch.debian()].contains(&text)).ok_or(())
    }
}

impl ContentHash for Arch {
    fn hash(&self, into: &mut Fingerprint) {
        self.as_str().hash(into);
    }
}

/// A machine: an architecture, a kernel, and how to run it here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Machine {
    /// Unique in the project.
    pub name: String,
    /// One line.
    pub description: String,
    /// Its architecture.
    pub arch: Arch,
    /// What it boots.
    pub kernel: Kernel,
    /// How QEMU stands in for it; absent for hardware that QEMU does not model.
    pub qemu: Option<Qemu>,
    /// Where it was written.
    pub origin: Origin,
}

content_hash!(Machine { name, arch, kernel } ignoring { description, qemu, origin });

impl Machine {
    /// A machine that QEMU does not stand in for.
    pub fn new(name: impl Into<String>, arch: Arch, kernel: Kernel, origin: Origin) -> Self {
        Self { name: name.into(), description: String::new(), arch, kernel, qemu: None, origin }
    }
}

/// The kernel of a machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kernel {
    /// The unit that builds it; its package holds `/boot/vmlinuz`.
    pub unit: String,
    /// The machine's part of the kernel command line.
    pub cmdline: String,
}

content_hash!(Kernel { unit, cmdline });

/// How QEMU runs a machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Qemu {
    /// The container that holds QEMU and the firmware.
    pub container: String,
    /// `-machine`.
    pub machine: String,
    /// `-cpu`.
    pub cpu: String,
    /// `-m`.
    pub memory: Size,
    /// `-smp`.
    pub cores: u32,
    /// `-device`, each: what the machine has in addition to a disk, a network, a source of randomness and a console.
    pub devices: Vec<String>,
    /// The firmware's code, a path in the container.
    pub firmware: String,
    /// The firmware's variable store, a path in the container; each run gets a copy of its own.
    pub firmware_vars: Option<String>,
    /// The code of the firmware that can refuse what is not signed (UEFI Secure Boot), a path in the container.
    pub firmware_secure_boot: Option<String>,
    /// The least memory in which that firmware starts a kernel.
    pub memory_secure_boot: Option<Size>,
    /// Additional kernel parameters while the processor is emulated. They are in no image: systemd-stub gets them from QEMU.
    pub emulation_cmdline: Option<String>,
}

impl Qemu {
    /// QEMU with this firmware's code, both in a container, with the language's defaults for everything else.
    pub fn new(container: impl Into<String>, firmware: impl Into<String>) -> Self {
        Self {
            container: container.into(),
            machine: "q35".to_owned(),
            cpu: "max".to_owned(),
            memory: Size(512 << 20),
            cores: 2,
            devices: Vec::new(),
            firmware: firmware.into(),
            firmware_vars: None,
            firmware_secure_boot: None,
            memory_secure_boot: None,
            emulation_cmdline: None,
        }
    }
}
