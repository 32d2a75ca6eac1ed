//! This device: its disk, what runs, and what boots.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use yoe_bundle::Time;
use yoe_disk::Uuid;
use yoe_disk::entry::EntryName;
use yoe_disk::gpt::{Gpt, GptError, Partition, Write};
use yoe_disk::loader;
use yoe_disk::partition::{ESP, Slot};
use yoe_disk::verity::Root;

use super::esp::Esp;
use super::{Disk, Entries};
use yoe_notation::os_release;

use crate::config::Paths;
use crate::error::UpdaterError;
use crate::machine::{AdmitError, Done, SlotView, Step, View};
use crate::state::Failure;

/// This device.
#[derive(Debug)]
pub struct System {
    /// Its disk.
    pub disk: Disk,
    /// Its boot entries.
    pub entries: Entries,
    /// The root that runs, as its command line says.
    pub root: Root,
    /// The slot that runs.
    pub running: Slot,
    /// The image that runs.
    pub image: String,
    /// Its version.
    pub version: String,
    /// The time that it was made for, in seconds since 1970.
    pub epoch: u64,
    esp: Esp,
}

/// What is done with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Nothing is written.
    Read,
    /// Files on the EFI system partition are written or renamed.
    Judge,
    /// Everything may be written to.
    Install,
}

impl System {
    /// Finds everything. Writes nothing but what mends the EFI system partition, and that only when it is to be written to.
    ///
    /// # Errors
    /// When this is not a device with two slots.
    pub fn open(paths: &Paths, purpose: Purpose) -> Result<Self, UpdaterError> {
        let cmdline = read(&paths.cmdline)?;
        let root = Root::on(&cmdline).map_err(UpdaterError::NoSlot)?;
        let path = match &paths.disk {
            Some(path) => path.clone(),
            None => below_root()?,
        };
        let disk = Disk::open(&path, purpose == Purpose::Install)?;
        let gpt = table(&disk)?;
        let slots = slots(&gpt)?;
        let is_running = |slot: &Slot| slots[usize::from(*slot == Slot::B)].uuid == root.partition;
        let no_slot = UpdaterError::NoPartition(yoe_disk::partition::ROOT_A);
        let running = Slot::BOTH.into_iter().find(is_running).ok_or(no_slot)?;
        let number = gpt.named(ESP).ok_or(UpdaterError::NoPartition(ESP))?.number;
        let esp = Esp::open(&paths.esp, &path, number, purpose != Purpose::Read)?;
        let os_release = read(&paths.os_release)?;
        let field = |name: &str| {
            let missing = || UpdaterError::Content {
                path: paths.os_release.clone(),
                problem: format!("it has no field {name}"),
            };
            os_release::field(&os_release, name).ok_or_else(missing)
        };
        Ok(Self {
            entries: Entries::on(esp.directory()),
            image: field("IMAGE_ID")?,
            version: field("IMAGE_VERSION")?,
            epoch: field("BUILD_ID").ok().and_then(|id| id.parse().ok()).unwrap_or(0),
            disk,
            root,
            running,
            esp,
        })
    }

    /// What is said when the version that runs is given up, for these reasons.
    pub fn failure(&self, checks: Vec<String>, time: Time) -> Failure {
        let (version, slot) = (self.version.clone(), self.running.letter().to_owned());
        Failure { version, slot, checks, time: time.0 }
    }

    /// Where the EFI system partition is.
    pub fn esp(&self) -> &Path {
        self.esp.directory()
    }

    /// The partition of a slot.
    ///
    /// # Errors
    /// When there is none.
    pub fn slot(&self, slot: Slot) -> Result<Partition, UpdaterError> {
        let [a, b] = slots(&table(&self.disk)?)?;
        Ok(if slot == Slot::A { a } else { b })
    }

    /// What is on the disk; `kernel` is the digest of a kernel that is to be installed, `holds_new` whether the slot that
    /// does not run holds the root that is to be installed.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn view(&self, kernel: Option<&str>, holds_new: bool) -> Result<View, UpdaterError> {
        let gpt = table(&self.disk)?;
        let partitions = slots(&gpt)?;
        let (entries, unfinished) = self.entries.read(&self.image, kernel)?;
        let slot = |slot: Slot| SlotView {
            uuid: partitions[usize::from(slot == Slot::B)].uuid,
            holds_new: holds_new && slot != self.running,
        };
        Ok(View {
            running: self.running,
            slots: Slot::BOTH.map(slot),
            entries,
            unfinished,
            // Where there is no room for a copy, mending it says so.
            table_is_whole: gpt.mend().is_ok_and(|writes| writes.is_empty()),
        })
    }

    /// Renames boot entries, and removes what is in the way, until the verdict asks for nothing more. Whether anything was to be done.
    ///
    /// # Errors
    /// When the verdict is refused, or the disk fails.
    pub fn settle(
        &self,
        verdict: impl Fn(&View) -> Result<Option<Step>, AdmitError>,
    ) -> Result<bool, UpdaterError> {
        let mut done = Done::default();
        while let Some(step) = verdict(&self.view(None, false)?)? {
            done.note(&step)?;
            match step {
                Step::Rename { from, to } => self.entries.rename(&from, &to.to_string())?,
                Step::RemoveUnfinished(file) => self.entries.remove(&file)?,
                _ => break,
            }
        }
        Ok(!done.is_empty())
    }

    /// Makes both copies of the partition table whole.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn mend(&self) -> Result<(), UpdaterError> {
        self.write(table(&self.disk)?.mend())
    }

    /// Gives a slot's partition an identifier.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn set_uuid(&self, slot: Slot, uuid: Uuid) -> Result<(), UpdaterError> {
        let number = self.slot(slot)?.number;
        self.write(table(&self.disk)?.write_uuid(number, uuid))
    }

    /// Writes these in their order, each durable before the next.
    fn write(&self, writes: Result<Vec<Write>, GptError>) -> Result<(), UpdaterError> {
        let writes =
            writes.map_err(|source| UpdaterError::Table { path: self.disk.path().to_owned(), source })?;
        writes.iter().try_for_each(|write| self.disk.write(write))
    }
}

/// Whether the boot manager counted this boot as a try of a version that was not found good yet.
pub fn is_on_trial(efivars: &Path) -> bool {
    let variable = fs::read(efivars.join(loader::BOOT_COUNT_PATH)).unwrap_or_default();
    let found_good = |file: String| EntryName::parse(&file).is_some_and(|name| name.state().found_good());
    loader::entry_file(&variable).is_some_and(|file| !found_good(file))
}

/// Whether the firmware of this device refuses what is not signed.
pub fn refuses_unsigned(efivars: &Path) -> bool {
    let variable = fs::read(efivars.join(loader::SECURE_BOOT)).unwrap_or_default();
    loader::refuses_unsigned(&variable)
}

fn table(disk: &Disk) -> Result<Gpt, UpdaterError> {
    Gpt::read(disk).map_err(|source| UpdaterError::Table { path: disk.path().to_owned(), source })
}

fn slots(gpt: &Gpt) -> Result<[Partition; 2], UpdaterError> {
    let find = |slot: Slot| gpt.named(slot.partition()).ok_or(UpdaterError::NoPartition(slot.partition()));
    Ok([find(Slot::A)?, find(Slot::B)?])
}

fn read(path: &Path) -> Result<String, UpdaterError> {
    fs::read_to_string(path).map_err(UpdaterError::file("read", path))
}

/// The disk that the root lies on, by way of dm-verity.
fn below_root() -> Result<PathBuf, UpdaterError> {
    let root = Path::new("/");
    let device = fs::metadata(root).map_err(UpdaterError::file("read", root))?.dev();
    let (major, minor) = (rustix::fs::major(device), rustix::fs::minor(device));
    let slaves = PathBuf::from(format!("/sys/dev/block/{major}:{minor}/slaves"));
    let mut found = fs::read_dir(&slaves).map_err(UpdaterError::file("read", &slaves))?.flatten();
    let partition = found.next().ok_or(UpdaterError::NoPartition(yoe_disk::partition::ROOT_A))?.path();
    let partition = fs::canonicalize(&partition).map_err(UpdaterError::file("read", &partition))?;
    let disk = partition.parent().and_then(Path::file_name).unwrap_or_default();
    Ok(Path::new("/dev").join(disk))
}
