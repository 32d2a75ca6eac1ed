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

/// In this order: what harms most comes first.
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
mod tests;
