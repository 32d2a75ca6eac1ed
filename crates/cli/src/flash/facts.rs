//! What this machine says of its disks, by sysfs (Documentation/ABI/stable/sysfs-block) and procfs.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::mounts::{Mount, mounts, swaps};

/// sysfs counts in these, whatever the disk does.
const SECTOR: u64 = 512;
/// Where the system that runs here lies.
const SYSTEM: [&str; 5] = ["/", "/usr", "/boot", "/boot/efi", "/efi"];

/// What was seen.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// The disks, by name.
    pub disks: Vec<Disk>,
}

/// A disk: a whole one, never a partition.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Disk {
    /// The kernel's name, such as `sdb`.
    pub name: String,
    /// Its size in bytes; 0 when there is no medium in it.
    pub bytes: u64,
    /// How it is attached: `usb`, `mmc`, or nothing that is known.
    pub bus: Option<&'static str>,
    /// Whether it can be taken out of this machine.
    pub removable: bool,
    /// Vendor and model.
    pub model: String,
    /// Serial number.
    pub serial: String,
    /// Whether it refuses to be written, by a switch or otherwise.
    pub read_only: bool,
    /// Size of its sectors in bytes.
    pub sector: u64,
    /// Names of its partitions.
    pub partitions: Vec<String>,
    /// Whether the system that runs here lies on it.
    pub system: bool,
    /// What uses it or one of its partitions, such as `sdb1 is mounted at /media/x`.
    pub uses: Vec<String>,
}

/// What is at the path of a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Node {
    /// Nothing.
    Missing,
    /// A regular file.
    File,
    /// A block device, by the kernel's name.
    Block(String),
    /// Something that no disk is written to.
    Other(&'static str),
}

impl Node {
    /// Looks at a path.
    ///
    /// # Errors
    /// When that fails for another reason than that nothing is there.
    pub fn at(path: &Path) -> io::Result<Self> {
        let there = match fs::metadata(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::Missing),
            there => there?,
        };
        let kind = there.file_type();
        Ok(match () {
            () if kind.is_file() => Self::File,
            () if kind.is_block_device() => Self::Block(block_name(there.rdev(), path)),
            () if kind.is_dir() => Self::Other("a directory"),
            () if kind.is_char_device() => Self::Other("a character device"),
            () => Self::Other("no disk and no file"),
        })
    }
}

/// The kernel's name of a block device, whatever its node is called.
fn block_name(number: u64, path: &Path) -> String {
    let (major, minor) = (rustix::fs::major(number), rustix::fs::minor(number));
    let known = fs::canonicalize(format!("/sys/dev/block/{major}:{minor}"));
    let name = |path: &Path| path.file_name().map(|name| name.to_string_lossy().into_owned());
    known.ok().and_then(|known| name(&known)).or_else(|| name(path)).unwrap_or_default()
}

impl Facts {
    /// Looks at this machine. Nothing is changed.
    ///
    /// # Errors
    /// When there is no sysfs.
    pub fn gather() -> io::Result<Self> {
        Self::below(Path::new("/sys"), Path::new("/proc"))
    }

    /// Looks at a tree that looks like sysfs, and one that looks like procfs.
    pub(super) fn below(sys: &Path, proc: &Path) -> io::Result<Self> {
        let mounts = mounts(&text(&proc.join("self/mountinfo")));
        let swaps = swaps(&text(&proc.join("swaps")));
        let mut names: Vec<String> = fs::read_dir(sys.join("block"))?
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .collect();
        names.sort();
        let disks = names.into_iter().map(|name| disk(&sys.join("block").join(&name), name, &mounts, &swaps));
        Ok(Self { disks: disks.collect() })
    }

    /// The disk of this name.
    pub fn disk(&self, name: &str) -> Option<&Disk> {
        self.disks.iter().find(|disk| disk.name == name)
    }

    /// What a user may want to write to: media that can be taken out, and that are there.
    pub fn media(&self) -> Vec<&Disk> {
        self.disks.iter().filter(|disk| disk.removable && disk.bytes > 0 && !disk.system).collect()
    }
}

fn disk(directory: &Path, name: String, mounts: &[Mount], swaps: &BTreeSet<String>) -> Disk {
    let of = |file: &str| text(&directory.join(file));
    let number = |file: &str| of(file).parse::<u64>().unwrap_or_default();
    let mut partitions: Vec<(String, PathBuf)> = fs::read_dir(directory)
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            path.join("partition").exists().then(|| Some((path.file_name()?.to_str()?.to_owned(), path)))?
        })
        .collect();
    partitions.sort();
    let parts: Vec<(&str, &Path)> = [(name.as_str(), directory)]
        .into_iter()
        .chain(partitions.iter().map(|(name, path)| (name.as_str(), path.as_path())))
        .collect();
    let (mut uses, mut system) = (Vec::new(), false);
    for (part, path) in parts {
        for mount in
            stacked(part, path, &mut uses).iter().flat_map(|(name, number)| mounted(name, number, mounts))
        {
            system |= SYSTEM.contains(&mount.at.as_str());
            uses.push(format!("{part} is mounted at {}", mount.at));
        }
        if swaps.contains(part) {
            uses.push(format!("{part} is used as swap"));
        }
    }
    let bus = bus(directory, &name);
    let model = [of("device/vendor"), of("device/model"), of("device/name")];
    Disk {
        bytes: number("size") * SECTOR,
        removable: number("removable") == 1 || bus.is_some(),
        bus,
        model: model.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" "),
        serial: of("device/serial"),
        read_only: number("ro") == 1,
        sector: number("queue/logical_block_size"),
        partitions: partitions.into_iter().map(|(name, _)| name).collect(),
        system,
        uses,
        name,
    }
}

/// A device and all that is stacked on it (device mapper, RAID), each with its name and number; what is stacked is a use.
fn stacked(name: &str, directory: &Path, uses: &mut Vec<String>) -> Vec<(String, String)> {
    let mut found = vec![(name.to_owned(), text(&directory.join("dev")))];
    for holder in fs::read_dir(directory.join("holders")).into_iter().flatten().flatten() {
        let above = holder.file_name().to_string_lossy().into_owned();
        uses.push(format!("{name} is a part of {above}"));
        found.extend(stacked(&above, &holder.path(), uses));
    }
    found
}

fn mounted<'m>(name: &str, number: &str, mounts: &'m [Mount]) -> impl Iterator<Item = &'m Mount> {
    let source = format!("/dev/{name}");
    // btrfs has numbers of its own, and names the device.
    mounts
        .iter()
        .filter(move |mount| (!number.is_empty() && mount.number == number) || mount.source == source)
}

fn bus(directory: &Path, name: &str) -> Option<&'static str> {
    let place = fs::canonicalize(directory).unwrap_or_default();
    let through =
        |part: &str| place.components().any(|one| one.as_os_str().to_string_lossy().starts_with(part));
    match () {
        () if through("usb") => Some("usb"),
        // What is soldered says so itself; a card's kind is "SD".
        () if name.starts_with("mmcblk") && text(&directory.join("device/type")) == "SD" => Some("mmc"),
        () => None,
    }
}

/// A file's text without the space around it; nothing where there is none.
fn text(path: &Path) -> String {
    fs::read_to_string(path).map(|text| text.trim().to_owned()).unwrap_or_default()
}

#[cfg(test)]
pub(super) mod tests;
