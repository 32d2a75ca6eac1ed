//! Images: what is assembled from packages and booted.

use std::collections::BTreeMap;

use crate::{
    AuditGate, ContentHash, Fingerprint, ImagePolicy, ImageTest, LicensePolicy, Origin, Registry, Release,
    Size, User,
};

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
    /// A registry that `yoe test` runs next to the device.
    pub registry: Option<Registry>,
    /// Credentials by name that its tests give the device; they enter no key.
    pub test_credentials: BTreeMap<String, String>,
    /// Names of the workloads that it brings along.
    pub workloads: Vec<String>,
    /// Which images of containers it may run; all when absent.
    pub policy: Option<ImagePolicy>,
    /// Limits that fail the build.
    pub budget: Option<Budget>,
    /// What it demands of an audit; it is for papers and enters no key.
    pub audit: Option<AuditGate>,
    /// What it demands of the licences of what is in it; it is for papers and enters no key.
    pub licenses: Option<LicensePolicy>,
    /// Whether the texts of licences are on the device.
    pub notice: bool,
    /// The host name.
    pub hostname: String,
    /// The name of the time zone; that of the unit with the rules when absent.
    pub timezone: Option<String>,
    /// Accounts beyond those of its packages.
    pub users: Vec<User>,
    /// Runtimes that the kernel must be able to carry.
    pub kernel_contract: Vec<String>,
    /// What starts and supervises its services.
    pub init: Init,
    /// What becomes of changes to /etc.
    pub etc: Etc,
    /// Where it was written.
    pub origin: Origin,
}

impl Image {
    /// An empty image of version 1, with the language's defaults for everything else. The container of the image tools, which
    /// has no default, is to be filled in.
    pub fn new(name: impl Into<String>, layout: Layout, origin: Origin) -> Self {
        Self {
            name: name.into(),
            version: "1".to_owned(),
            description: String::new(),
            artifacts: Vec::new(),
            layout,
            container: String::new(),
            boot_manager: None,
            tests: Vec::new(),
            releases: Vec::new(),
            registry: None,
            test_credentials: BTreeMap::new(),
            workloads: Vec::new(),
            policy: None,
            budget: None,
            audit: None,
            licenses: None,
            notice: false,
            hostname: "yoe".to_owned(),
            timezone: None,
            users: Vec::new(),
            kernel_contract: Vec::new(),
            init: Init::Finit,
            etc: Etc::Memory,
            origin,
        }
    }
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

/// How a disk is laid out: what its partitions are, and what follows from them for a device. The builtins of the language
/// resolve to this; whoever makes, measures or boots a disk asks for a property, not for the builtin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// The builtin that it was written with.
    name: &'static str,
    /// Size of the EFI system partition.
    pub esp: Size,
    /// Size of each partition for a root.
    pub root: RootSize,
    /// File system of the root.
    pub format: RootFormat,
    /// How many partitions for roots there are, and so how many versions of the system the disk can hold.
    pub slots: Slots,
    /// Whether every block of the root is checked when it is read (dm-verity); its hash tree follows the root in its partition.
    pub verity: bool,
    /// How large the device makes a data partition; absent when there is none.
    pub data: Option<DataSize>,
}

/// How many partitions for roots a disk has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slots {
    /// One: an update would overwrite what runs.
    One,
    /// Two: one is updated while the other runs.
    Two,
}

impl Slots {
    /// Their number.
    pub fn count(self) -> u64 {
        match self {
            Slots::One => 1,
            Slots::Two => 2,
        }
    }
}

impl Layout {
    /// GPT with an EFI system partition and one root file system.
    pub fn disk(esp: Size, root: RootSize, format: RootFormat) -> Self {
        Self { name: "disk", esp, root, format, slots: Slots::One, verity: false, data: None }
    }

    /// GPT with an EFI system partition, two slots for verified EROFS roots, and a data partition that the device makes.
    /// `slot` is the size of each slot: a root with its hash tree.
    pub fn verified_ab(esp: Size, slot: Size, data: DataSize) -> Self {
        let (root, format) = (RootSize::Fixed(slot), RootFormat::Erofs);
        let (slots, data) = (Slots::Two, Some(data));
        Self { name: "verified_ab", esp, root, format, slots, verity: true, data }
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
    /// What the builtin decides by itself does not enter.
    fn hash(&self, into: &mut Fingerprint) {
        self.name.hash(into);
        self.esp.hash(into);
        let fixed = match self.root {
            RootSize::Fit => None,
            RootSize::Fixed(size) => Some(size),
        };
        match self.data {
            None => {
                fixed.hash(into);
                self.format.as_str().hash(into);
            }
            Some(data) => {
                if let RootSize::Fixed(slot) = self.root {
                    slot.hash(into);
                }
                let fixed = match data {
                    DataSize::Fill => None,
                    DataSize::Fixed(size) => Some(size),
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
    /// The smallest disk that it is installed on.
    pub disk: Option<Size>,
}

impl ContentHash for Budget {
    fn hash(&self, into: &mut Fingerprint) {
        self.rootfs.hash(into);
        self.growth.to_bits().hash(into);
        // Only where there is one, so that an image without workloads keeps the key that it always had.
        if let Some(disk) = self.disk {
            disk.hash(into);
        }
    }
}
