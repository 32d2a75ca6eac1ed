//! Whether something may be written to. Pure: it looks at facts alone.

use std::path::{Path, PathBuf};

use super::facts::{Disk, Facts, Node};
use crate::error::CommandError;
use crate::ui;

/// Sectors that the partition tables of images count in.
const SECTOR: u64 = 512;

/// What is written to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A disk, through this node.
    Disk(Disk, PathBuf),
    /// A file, which is made or replaced.
    File(PathBuf),
}

/// Why something is not written to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Nothing is there, where no file can be made either.
    #[error("there is no {}", .0.display())]
    Missing(PathBuf),
    /// The name of a disk, which as a path would be that of a new file.
    #[error("{0} would be a file in this directory, and is the name of a disk")]
    NameAlone(String),
    /// Neither a disk nor a file.
    #[error("{} is {what}, and no disk", path.display())]
    NoDisk {
        /// The path.
        path: PathBuf,
        /// What is there.
        what: &'static str,
    },
    /// A partition, or a device of which sysfs knows no disk.
    #[error("{} is a partition{}, and an image is a whole disk", path.display(), disk.as_ref().map(|disk| format!(" of {disk}")).unwrap_or_default())]
    Partition {
        /// The path.
        path: PathBuf,
        /// Its disk.
        disk: Option<String>,
    },
    /// The system that runs here.
    #[error("the system that runs here is on {0}")]
    System(String),
    /// It is used.
    #[error("{name} is in use: {}", uses.join(", "))]
    InUse {
        /// The disk.
        name: String,
        /// By what.
        uses: Vec<String>,
    },
    /// Write protection.
    #[error("{0} cannot be written to")]
    ReadOnly(String),
    /// An empty reader.
    #[error("there is no medium in {0}")]
    NoMedium(String),
    /// Larger sectors than the image was made for.
    #[error("{name} has sectors of {sector} bytes, and images are made for sectors of 512")]
    Sectors {
        /// The disk.
        name: String,
        /// Its sectors.
        sector: u64,
    },
    /// Not enough room.
    #[error("{name} has {}, and the image needs {}", ui::bytes(*have), ui::bytes(*need))]
    TooSmall {
        /// The disk.
        name: String,
        /// Its size.
        have: u64,
        /// The image's.
        need: u64,
    },
}

/// Decides what a path means, and whether `need` bytes may be written there.
///
/// # Errors
/// [`Refusal`].
pub fn judge(facts: &Facts, path: &Path, node: &Node, need: u64) -> Result<Target, Refusal> {
    let name = match node {
        Node::Block(name) => name,
        Node::Other(what) => return Err(Refusal::NoDisk { path: path.to_owned(), what }),
        Node::Missing
            if path.starts_with("/dev") || path.starts_with("/sys") || path.starts_with("/proc") =>
        {
            return Err(Refusal::Missing(path.to_owned()));
        }
        Node::Missing => {
            let known = path.to_str().filter(|text| facts.disk(text).is_some());
            return match known {
                Some(name) => Err(Refusal::NameAlone(name.to_owned())),
                None => Ok(Target::File(path.to_owned())),
            };
        }
        Node::File => return Ok(Target::File(path.to_owned())),
    };
    let Some(disk) = facts.disk(name) else {
        let of = facts.disks.iter().find(|disk| disk.partitions.contains(name));
        return Err(Refusal::Partition { path: path.to_owned(), disk: of.map(|disk| disk.name.clone()) });
    };
    fits(disk, need)?;
    Ok(Target::Disk(disk.clone(), path.to_owned()))
}

/// In this order: what harms most is told first.
fn fits(disk: &Disk, need: u64) -> Result<(), Refusal> {
    let name = disk.name.clone();
    match () {
        () if disk.system => Err(Refusal::System(name)),
        () if !disk.uses.is_empty() => Err(Refusal::InUse { name, uses: disk.uses.clone() }),
        () if disk.bytes == 0 => Err(Refusal::NoMedium(name)),
        () if disk.read_only => Err(Refusal::ReadOnly(name)),
        () if !matches!(disk.sector, 0 | SECTOR) => Err(Refusal::Sectors { name, sector: disk.sector }),
        () if disk.bytes < need => Err(Refusal::TooSmall { name, have: disk.bytes, need }),
        () => Ok(()),
    }
}

impl From<Refusal> for CommandError {
    fn from(refusal: Refusal) -> Self {
        let hint = match &refusal {
            Refusal::Missing(_) | Refusal::NoMedium(_) => {
                Some("`yoe flash` lists the media that are there".to_owned())
            }
            Refusal::NameAlone(name) => Some(format!("did you mean /dev/{name}?")),
            Refusal::Partition { disk: Some(disk), .. } => Some(format!("did you mean /dev/{disk}?")),
            Refusal::InUse { uses, .. } => uses.iter().find_map(|one| {
                let at = one.split_once(" is mounted at ")?.1;
                Some(format!("sudo umount '{at}'"))
            }),
            Refusal::ReadOnly(_) => Some("a card may have a switch on its side".to_owned()),
            _ => None,
        };
        let error = CommandError::user(refusal.to_string());
        match hint {
            Some(hint) => error.hint(hint),
            None => error,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::facts::tests::{LAPTOP, machine};
    use super::*;

    fn told(path: &str, node: Node, need: u64) -> String {
        let (_scratch, facts) = machine(LAPTOP);
        match judge(&facts, Path::new(path), &node, need) {
            Ok(Target::Disk(disk, _)) => format!("disk {}", disk.name),
            Ok(Target::File(path)) => format!("file {}", path.display()),
            Err(refusal) => {
                let error = CommandError::from(refusal);
                [vec![error.message()], error.hints().to_vec()].concat().join("; ")
            }
        }
    }

    fn block(name: &str) -> Node {
        Node::Block(name.to_owned())
    }

    #[test]
    fn a_free_card_and_a_file_are_taken() {
        assert_eq!(told("/dev/mmcblk0", block("mmcblk0"), 8_192_000_000), "disk mmcblk0");
        assert_eq!(told("/dev/disk/by-id/card", block("mmcblk0"), 1), "disk mmcblk0");
        assert_eq!(told("out.img", Node::Missing, 1), "file out.img");
        assert_eq!(told("out.img", Node::File, 1), "file out.img");
    }

    #[test]
    fn each_refusal_says_why_and_what_to_do() {
        let cases = [
            ("/dev/sdx", Node::Missing, "there is no /dev/sdx; `yoe flash` lists the media that are there"),
            (
                "sdb",
                Node::Missing,
                "sdb would be a file in this directory, and is the name of a disk; did you mean /dev/sdb?",
            ),
            ("/dev/null", Node::Other("a character device"), "/dev/null is a character device, and no disk"),
            ("/tmp", Node::Other("a directory"), "/tmp is a directory, and no disk"),
            (
                "/dev/sdb1",
                block("sdb1"),
                "/dev/sdb1 is a partition of sdb, and an image is a whole disk; did you mean /dev/sdb?",
            ),
            ("/dev/nvme0n1", block("nvme0n1"), "the system that runs here is on nvme0n1"),
            ("/dev/mapper/root", block("dm-0"), "the system that runs here is on dm-0"),
            (
                "/dev/sdb",
                block("sdb"),
                "sdb is in use: sdb1 is mounted at /media/my stick; sudo umount '/media/my stick'",
            ),
            ("/dev/mmcblk1", block("mmcblk1"), "mmcblk1 is in use: mmcblk1p2 is used as swap"),
            ("/dev/sdc", block("sdc"), "sdc cannot be written to; a card may have a switch on its side"),
            (
                "/dev/sdd",
                block("sdd"),
                "there is no medium in sdd; `yoe flash` lists the media that are there",
            ),
            (
                "/dev/sde",
                block("sde"),
                "sde has sectors of 4096 bytes, and images are made for sectors of 512",
            ),
        ];
        for (path, node, expected) in cases {
            assert_eq!(told(path, node, 1), expected, "{path}");
        }
        let small = told("/dev/mmcblk0", block("mmcblk0"), 8_192_000_001);
        assert!(small.starts_with("mmcblk0 has 7.6") && small.contains("and the image needs"), "{small}");
    }
}
