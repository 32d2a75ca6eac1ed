//! Images: what is assembled from packages and booted.

use crate::{ContentHash, Fingerprint, ImageTest, Origin, Registry, Release, Size};

/// An image definition.
#[derive(Debug, Clone, PartialEq)]
pub struct Image {
    /// Unique in the project, and apart from unit names.
    pub name: String,
    /// The version that the boot manager sorts by (`IMAGE_VERSION` of os-release).
    pub version: String,
    /// One line.
    pub description: String,
    /// Units whose packages it holds; the closure of their runtime_deps is added.
    pub artifacts: Vec<String>,
    /// How the disk is laid out.
    pub layout: Layout,
    /// The container that holds the image tools.
    pub container: String,
    /// The container that holds the boot manager; that of the image tools when absent.
    pub boot_manager: Option<String>,
    /// What `yoe test` boots and asserts.
    pub tests: Vec<ImageTest>,
    /// Other versions of it, which its tests install.
    pub releases: Vec<Release>,
    /// A registry that `yoe test` runs beside the device.
    pub registry: Option<Registry>,
    /// Limits that fail the build.
    pub budget: Option<Budget>,
    /// The host name.
    pub hostname: String,
    /// Runtimes that the kernel must be able to carry.
    pub kernel_contract: Vec<String>,
    /// What starts and supervises its services.
    pub init: Init,
    /// What becomes of changes to /etc.
    pub etc: Etc,
    /// Where it was written.
    pub origin: Origin,
}

/// The first program of a device, which its services are rendered for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Init {
    /// finit: a configuration file for each service.
    Finit,
    /// OpenRC: a script for each service.
    OpenRc,
}

impl Init {
    /// All of them, the default first.
    pub const ALL: [Init; 2] = [Init::Finit, Init::OpenRc];

    /// As written in a definition; also the name of the unit that holds it.
    pub fn as_str(self) -> &'static str {
        match self {
            Init::Finit => "finit",
            Init::OpenRc => "openrc",
        }
    }
}

impl ContentHash for Init {
    fn hash(&self, into: &mut Fingerprint) {
        self.as_str().hash(into);
    }
}

/// What becomes of changes to /etc on a device with a data partition. Without one, /etc is read-only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Etc {
    /// They last until the next start, but for those that cannot decide what runs: names, accounts of people, certificates
    /// of registries, addresses.
    Memory,
    /// All of them last.
    Data,
    /// There are none: /etc is read-only.
    None,
}

impl Etc {
    /// All of them, the default first.
    pub const ALL: [Etc; 3] = [Etc::Memory, Etc::Data, Etc::None];

    /// As written in a definition.
    pub fn as_str(self) -> &'static str {
        match self {
            Etc::Memory => "memory",
            Etc::Data => "data",
            Etc::None => "none",
        }
    }
}

impl ContentHash for Etc {
    fn hash(&self, into: &mut Fingerprint) {
        self.as_str().hash(into);
    }
}

/// How a disk is laid out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Layout {
    /// GPT with an EFI system partition and one root file system.
    Disk {
        /// Size of the EFI system partition.
        esp: Size,
        /// Size of the root partition.
        root: RootSize,
        /// File system of the root.
        format: RootFormat,
    },
    /// GPT with an EFI system partition, two slots for verified EROFS roots, and a data partition that the device makes.
    VerifiedAb {
        /// Size of the EFI system partition.
        esp: Size,
        /// Size of each slot: a root with its hash tree.
        slot: Size,
        /// How large the device makes the data partition.
        data: DataSize,
    },
}

impl Layout {
    /// Size of the EFI system partition.
    pub fn esp(&self) -> Size {
        match self {
            Layout::Disk { esp, .. } | Layout::VerifiedAb { esp, .. } => *esp,
        }
    }

    /// Size of the partition of a root.
    pub fn root(&self) -> RootSize {
        match self {
            Layout::Disk { root, .. } => *root,
            Layout::VerifiedAb { slot, .. } => RootSize::Fixed(*slot),
        }
    }

    /// File system of the root.
    pub fn format(&self) -> RootFormat {
        match self {
            Layout::Disk { format, .. } => *format,
            Layout::VerifiedAb { .. } => RootFormat::Erofs,
        }
    }

    /// How many versions of the system the disk can hold.
    pub fn versions(&self) -> u64 {
        match self {
            Layout::Disk { .. } => 1,
            Layout::VerifiedAb { .. } => 2,
        }
    }

    /// Whether every block of the root is checked when it is read (dm-verity).
    pub fn is_verified(&self) -> bool {
        matches!(self, Layout::VerifiedAb { .. })
    }
}

/// Size of a data partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DataSize {
    /// All that is left of the disk.
    Fill,
    /// This large; the rest of the disk stays free.
    Fixed(Size),
}

/// Size of a root partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RootSize {
    /// As large as its content needs.
    Fit,
    /// This large; the build fails when the content does not fit.
    Fixed(Size),
}

/// A root file system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RootFormat {
    /// Read-only and compressed.
    Erofs,
    /// Writable.
    Ext4,
}

impl RootFormat {
    /// The name that the kernel's `rootfstype=` takes.
    pub fn as_str(self) -> &'static str {
        match self {
            RootFormat::Erofs => "erofs",
            RootFormat::Ext4 => "ext4",
        }
    }
}

impl ContentHash for Layout {
    fn hash(&self, into: &mut Fingerprint) {
        match self {
            Layout::Disk { esp, root, format } => {
                "disk".hash(into);
                esp.hash(into);
                let fixed = match root {
                    RootSize::Fit => None,
                    RootSize::Fixed(size) => Some(*size),
                };
                fixed.hash(into);
                format.as_str().hash(into);
            }
            Layout::VerifiedAb { esp, slot, data } => {
                "verified_ab".hash(into);
                esp.hash(into);
                slot.hash(into);
                let fixed = match data {
                    DataSize::Fill => None,
                    DataSize::Fixed(size) => Some(*size),
                };
                fixed.hash(into);
            }
        }
    }
}

/// Limits on what an image may need.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Budget {
    /// Largest sum of installed file sizes.
    pub rootfs: Size,
    /// A fixed root partition must hold the root file system times this.
    pub growth: f64,
}

impl ContentHash for Budget {
    fn hash(&self, into: &mut Fingerprint) {
        self.rootfs.hash(into);
        self.growth.to_bits().hash(into);
    }
}
