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
pub(super) mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    /// A tree as sysfs and procfs have it, of this text: a line `PATH: CONTENT` each.
    pub fn machine(files: &str) -> (tempfile::TempDir, Facts) {
        let scratch = tempfile::tempdir().unwrap();
        let (sys, proc) = (scratch.path().join("sys"), scratch.path().join("proc"));
        for line in files.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let (path, content) = line.split_once(": ").unwrap();
            let path = scratch.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            match content.strip_prefix("-> ") {
                Some(target) => symlink(target, path).unwrap(),
                None => fs::write(path, content.replace('|', "\n")).unwrap(),
            }
        }
        let facts = Facts::below(&sys, &proc).unwrap();
        (scratch, facts)
    }

    /// A laptop: an encrypted system disk, a card, a stick with two partitions of which one is mounted, an empty reader.
    pub const LAPTOP: &str = "
        sys/block/nvme0n1/size: 2000000
        sys/block/nvme0n1/dev: 259:0
        sys/block/nvme0n1/queue/logical_block_size: 512
        sys/block/nvme0n1/device/model: Fast 1TB
        sys/block/nvme0n1/device/serial: N1
        sys/block/nvme0n1/nvme0n1p1/partition: 1
        sys/block/nvme0n1/nvme0n1p1/dev: 259:1
        sys/block/nvme0n1/nvme0n1p2/partition: 2
        sys/block/nvme0n1/nvme0n1p2/dev: 259:2
        sys/block/nvme0n1/nvme0n1p2/holders/dm-0: -> ../../../dm-0
        sys/block/dm-0/dev: 254:0
        sys/block/dm-0/size: 1000000
        sys/devices/usb1/1-1/block/sdb/size: 8000000
        sys/devices/usb1/1-1/block/sdb/dev: 8:16
        sys/devices/usb1/1-1/block/sdb/removable: 1
        sys/devices/usb1/1-1/block/sdb/queue/logical_block_size: 512
        sys/devices/usb1/1-1/block/sdb/device/vendor: SanDisk
        sys/devices/usb1/1-1/block/sdb/device/model: Ultra
        sys/devices/usb1/1-1/block/sdb/device/serial: 4C53
        sys/devices/usb1/1-1/block/sdb/sdb1/partition: 1
        sys/devices/usb1/1-1/block/sdb/sdb1/dev: 8:17
        sys/block/sdb: -> ../devices/usb1/1-1/block/sdb
        sys/devices/usb1/1-2/block/sdc/size: 4000000
        sys/devices/usb1/1-2/block/sdc/dev: 8:32
        sys/devices/usb1/1-2/block/sdc/ro: 1
        sys/devices/usb1/1-2/block/sdc/queue/logical_block_size: 512
        sys/block/sdc: -> ../devices/usb1/1-2/block/sdc
        sys/devices/usb1/1-3/block/sdd/size: 0
        sys/devices/usb1/1-3/block/sdd/dev: 8:48
        sys/block/sdd: -> ../devices/usb1/1-3/block/sdd
        sys/devices/usb1/1-4/block/sde/size: 4000000
        sys/devices/usb1/1-4/block/sde/dev: 8:64
        sys/devices/usb1/1-4/block/sde/queue/logical_block_size: 4096
        sys/block/sde: -> ../devices/usb1/1-4/block/sde
        sys/block/mmcblk0/size: 16000000
        sys/block/mmcblk0/dev: 179:0
        sys/block/mmcblk0/queue/logical_block_size: 512
        sys/block/mmcblk0/device/type: SD
        sys/block/mmcblk0/device/name: SC16G
        sys/block/mmcblk0/device/serial: 0x1234
        sys/block/mmcblk0/mmcblk0p1/partition: 1
        sys/block/mmcblk0/mmcblk0p1/dev: 179:1
        sys/block/mmcblk1/size: 16000000
        sys/block/mmcblk1/dev: 179:8
        sys/block/mmcblk1/device/type: MMC
        sys/block/mmcblk1/device/name: soldered
        sys/block/mmcblk1/mmcblk1p2/partition: 2
        sys/block/mmcblk1/mmcblk1p2/dev: 179:10
        proc/self/mountinfo: 22 1 254:0 / / rw - ext4 /dev/mapper/root rw|30 22 259:1 / /boot/efi rw shared:1 - vfat /dev/nvme0n1p1 rw|40 22 0:50 / /media/my\\040stick rw - btrfs /dev/sdb1 rw
        proc/swaps: Filename Type Size Used Priority|/dev/mmcblk1p2 partition 100 0 -2";

    #[test]
    fn disks_are_seen_with_what_uses_them() {
        let (_scratch, facts) = machine(LAPTOP);
        let shown = |disk: &Disk| {
            let Disk { name, bytes, bus, removable, model, serial, system, uses, .. } = disk;
            format!("{name} {bytes} {bus:?} {removable} {model:?} {serial:?} system={system} {uses:?}")
        };
        insta::assert_snapshot!(facts.disks.iter().map(shown).collect::<Vec<_>>().join("\n"), @r#"
        dm-0 512000000 None false "" "" system=true ["dm-0 is mounted at /"]
        mmcblk0 8192000000 Some("mmc") true "SC16G" "0x1234" system=false []
        mmcblk1 8192000000 None false "soldered" "" system=false ["mmcblk1p2 is used as swap"]
        nvme0n1 1024000000 None false "Fast 1TB" "N1" system=true ["nvme0n1p1 is mounted at /boot/efi", "nvme0n1p2 is a part of dm-0", "nvme0n1p2 is mounted at /"]
        sdb 4096000000 Some("usb") true "SanDisk Ultra" "4C53" system=false ["sdb1 is mounted at /media/my stick"]
        sdc 2048000000 Some("usb") true "" "" system=false []
        sdd 0 Some("usb") true "" "" system=false []
        sde 2048000000 Some("usb") true "" "" system=false []
        "#);
        let media: Vec<&str> = facts.media().iter().map(|disk| disk.name.as_str()).collect();
        assert_eq!(media, ["mmcblk0", "sdb", "sdc", "sde"]);
    }

    #[test]
    fn this_machine_can_be_looked_at() {
        let facts = Facts::gather().unwrap();
        assert!(facts.disks.iter().all(|disk| !disk.name.is_empty()));
        assert_eq!(Node::at(Path::new("/dev/null")).unwrap(), Node::Other("a character device"));
        assert_eq!(Node::at(Path::new("/")).unwrap(), Node::Other("a directory"));
        assert_eq!(Node::at(Path::new("/nowhere")).unwrap(), Node::Missing);
    }
}
