//! A model of the disk: what a write leaves, what a torn write may leave, and what boots.

use std::collections::{BTreeMap, BTreeSet};

use yoe_disk::Uuid;
use yoe_disk::entry::{EntryName, State};
use yoe_disk::partition::Slot;
use yoe_notation::version::compare;

use crate::machine::{Entry, SlotView, Step, Unfinished, View, redundant};

/// No device of these tests has more tries than this, of all its entries together.
const BOOTS: usize = 30;

/// What a slot holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Content {
    Garbage,
    Version(u8),
}

impl Content {
    pub fn uuid(self) -> Uuid {
        match self {
            Self::Garbage => Uuid::of_root_hash(&[0xee; 32]),
            Self::Version(version) => Uuid::of_root_hash(&[version; 32]),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct SlotModel {
    pub uuid: Uuid,
    pub content: Content,
}

impl SlotModel {
    pub fn whole(version: u8) -> Self {
        let content = Content::Version(version);
        Self { uuid: content.uuid(), content }
    }
}

/// A file among the boot entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum File {
    Garbage,
    Kernel(u8),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Table {
    Whole,
    PrimaryTorn,
    BackupTorn,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Disk {
    pub running: Slot,
    /// The version that can be installed.
    pub offered: u8,
    pub slots: [SlotModel; 2],
    pub files: BTreeMap<String, File>,
    /// Names of one file.
    pub twins: BTreeSet<BTreeSet<String>>,
    pub table: Table,
}

impl Disk {
    /// This version in this slot, found good, and nothing else.
    pub fn new(running: Slot, version: u8) -> Self {
        let files = [(format!("box_{version}.efi"), File::Kernel(version))].into();
        let slots = [SlotModel::whole(version); 2];
        Self { running, offered: 3, slots, files, twins: BTreeSet::new(), table: Table::Whole }
    }

    pub fn slot(&self, slot: Slot) -> &SlotModel {
        &self.slots[usize::from(slot == Slot::B)]
    }

    pub fn slot_mut(&mut self, slot: Slot) -> &mut SlotModel {
        &mut self.slots[usize::from(slot == Slot::B)]
    }

    /// What the updater reads of it.
    pub fn view(&self) -> View {
        let new = self.offered;
        let slots = self
            .slots
            .map(|slot| SlotView { uuid: slot.uuid, holds_new: slot.content == Content::Version(new) });
        let mut view = View {
            running: self.running,
            slots,
            entries: Vec::new(),
            unfinished: Vec::new(),
            table_is_whole: self.table == Table::Whole,
        };
        for (name, file) in &self.files {
            match (EntryName::parse(name), file) {
                (Some(name), File::Kernel(version)) => {
                    let root = Content::Version(*version).uuid();
                    view.entries.push(Entry { name, root, is_new: *version == new });
                }
                (_, file) => view
                    .unfinished
                    .push(Unfinished { file: name.clone(), is_new: *file == File::Kernel(new) }),
            }
        }
        view
    }

    /// After the whole step.
    pub fn after(&self, step: &Step) -> Self {
        let mut disk = self.clone();
        match step {
            Step::MendTable => disk.table = Table::Whole,
            Step::RemoveEntry(name) => {
                disk.alone(&name.to_string());
                disk.files.remove(&name.to_string());
            }
            Step::RemoveUnfinished(file) => {
                disk.alone(file);
                disk.files.remove(file);
            }
            Step::SetUuid(slot, uuid) => disk.slot_mut(*slot).uuid = *uuid,
            Step::WriteSlot(slot) => disk.slot_mut(*slot).content = Content::Version(self.offered),
            Step::CopyKernel(file) => {
                disk.alone(file);
                disk.files.insert(file.clone(), File::Kernel(self.offered));
            }
            Step::Rename { from, to } => {
                disk.alone(&to.to_string());
                let file = disk.files.remove(from).expect("the file is there");
                let replaced = disk.files.insert(to.to_string(), file);
                assert!(!matches!(replaced, Some(File::Kernel(_))), "a kernel is lost: {self:#?}");
                let renamed = |name: String| if name == *from { to.to_string() } else { name };
                let twins = disk.twins.into_iter();
                disk.twins = twins.map(|twins| twins.into_iter().map(renamed).collect()).collect();
            }
        }
        disk
    }

    /// What is in the file is in no other: it may be removed, or written to.
    fn alone(&self, file: &str) {
        assert!(self.twins.iter().all(|twins| !twins.contains(file)), "{file} has another name: {self:#?}");
    }

    /// The names that the updater takes away before it looks, one after the other.
    pub fn mendings(&self) -> Vec<Self> {
        let number = |name: &String| self.twins.iter().position(|twins| twins.contains(name));
        let cluster = |name: &String| number(name).map_or(0, |number| number as u32 + 2);
        let mut disk = self.clone();
        let names: Vec<_> = self.files.keys().map(|name| (name.as_str(), cluster(name))).collect();
        redundant(&names)
            .into_iter()
            .map(|place| {
                disk.unlink(names[place].0);
                disk.clone()
            })
            .collect()
    }

    /// As the updater finds it.
    pub fn mended(&self) -> Self {
        self.mendings().pop().unwrap_or_else(|| self.clone())
    }

    /// A name goes; what it names stays where it has another one.
    fn unlink(&mut self, name: &str) {
        self.files.remove(name);
        let without = |twins: BTreeSet<String>| twins.into_iter().filter(|twin| twin != name).collect();
        let twins = std::mem::take(&mut self.twins).into_iter().map(without);
        self.twins = twins.filter(|twins: &BTreeSet<String>| twins.len() > 1).collect();
    }

    /// A second name.
    pub fn link(&mut self, from: &str, to: &str) {
        self.files.insert(to.to_owned(), self.files[from]);
        let of = |twins: &BTreeSet<String>| twins.contains(from);
        let mut twins = self.twins.iter().find(|twins| of(twins)).cloned().unwrap_or_default();
        self.twins.remove(&twins);
        twins.extend([from.to_owned(), to.to_owned()]);
        self.twins.insert(twins);
    }

    /// Everything that a power cut during the step may leave, in addition to the states before and after it.
    pub fn torn(&self, step: &Step) -> Vec<Self> {
        let after = self.after(step);
        let with = |change: &dyn Fn(&mut Self)| {
            let mut disk = self.clone();
            change(&mut disk);
            disk
        };
        match step {
            Step::MendTable => Vec::new(),
            Step::RemoveEntry(_) | Step::RemoveUnfinished(_) => Vec::new(),
            Step::SetUuid(..) => vec![
                with(&|disk| disk.table = Table::BackupTorn),
                with(&|disk| disk.table = Table::PrimaryTorn),
                Self { table: Table::BackupTorn, ..after.clone() },
                Self { table: Table::PrimaryTorn, ..after },
            ],
            Step::WriteSlot(slot) => vec![with(&|disk| disk.slot_mut(*slot).content = Content::Garbage)],
            Step::CopyKernel(file) => {
                vec![with(&|disk| {
                    disk.files.insert(file.clone(), File::Garbage);
                })]
            }
            // Linux writes the new name, empty, then what it names, then deletes the old name, each into a block that may
            // come to the disk before or after the others.
            Step::Rename { from, to } => vec![
                with(&|disk| disk.link(from, &to.to_string())),
                with(&|disk| disk.unlink(from)),
                with(&|disk| {
                    disk.files.insert(to.to_string(), File::Garbage);
                }),
                with(&|disk| {
                    disk.files.insert(to.to_string(), File::Garbage);
                    disk.unlink(from);
                }),
            ],
        }
        .into_iter()
        .chain([self.clone(), self.after(step)])
        .collect()
    }

    /// What the boot manager takes: who has no tries left comes last, then the newest comes first, by version and by file name.
    fn next_entry(&self) -> Option<(EntryName, u8)> {
        let listed = self.files.iter().filter_map(|(name, file)| match file {
            File::Kernel(version) => Some((EntryName::parse(name)?, *version)),
            File::Garbage => None,
        });
        listed.max_by(|(one, version), (other, another)| {
            let has_tries = |name: &EntryName| !name.to_string().contains("+0");
            let order = has_tries(one).cmp(&has_tries(other)).then(version.cmp(another));
            order.then_with(|| compare(&one.to_string(), &other.to_string()))
        })
    }

    /// What the boot manager starts, and how it counts the try. It does not count where firmware refuses the name.
    fn next_try(&self) -> Option<(u8, Option<Step>)> {
        let (name, version) = self.next_entry()?;
        let (from, to) = (name.to_string(), name.tried());
        let counts = !self.files.contains_key(&to.to_string());
        Some((version, counts.then_some(Step::Rename { from, to })))
    }

    /// What the boot manager starts, after it counted the try.
    pub fn boot_once(&mut self) -> Option<u8> {
        let (version, step) = self.next_try()?;
        *self = step.map_or_else(|| self.clone(), |step| self.after(&step));
        Some(version)
    }

    /// What a power cut may leave while the boot manager counts, in addition to the states before and after it. Of two names for a
    /// version that never comes to run again, nobody could be rid.
    pub fn torn_boot(&self) -> Vec<Self> {
        let Some((version, Some(step))) = self.next_try() else { return Vec::new() };
        let mut torn = self.torn(&step);
        // Firmware (EDK2) writes from its memory when all is done there, so no name is ever without what it names.
        torn.retain(|disk| disk.garbage() == self.garbage());
        torn.retain(|disk| disk.files.len() < self.files.len() || self.is_good(version));
        torn
    }

    fn garbage(&self) -> usize {
        self.files.values().filter(|file| **file == File::Garbage).count()
    }

    /// Whether a version was found good and is whole.
    fn is_good(&self, version: u8) -> bool {
        let found_good = |name: &String| EntryName::parse(name).is_some_and(|name| name.state().found_good());
        let mut files = self.files.iter();
        self.starts(version) && files.any(|(name, file)| *file == File::Kernel(version) && found_good(name))
    }

    /// The version that runs.
    pub fn version(&self) -> u8 {
        match self.slot(self.running).content {
            Content::Version(version) => version,
            Content::Garbage => panic!("nothing runs: {self:#?}"),
        }
    }

    /// A version that starts has its slot, by the identifier that its command line names, and the slot is whole.
    pub fn starts(&self, version: u8) -> bool {
        let mut named =
            self.slots.iter().filter(|slot| slot.uuid == Content::Version(version).uuid()).peekable();
        named.peek().is_some() && named.all(|slot| slot.content == Content::Version(version))
    }

    /// The version that runs in the end, when those that do not start or do not get ready reset the device.
    pub fn boots(&self, gets_ready: impl Fn(u8) -> bool) -> Option<u8> {
        let mut disk = self.clone();
        (0..BOOTS)
            .filter_map(|_| disk.boot_once())
            .find(|version| self.starts(*version) && gets_ready(*version))
    }

    /// Whatever becomes of the new version, the device comes to run, and in the end it runs one that was found good. There
    /// is one that nothing can take the last try from.
    pub fn can_always_boot(&self) {
        assert!(self.boots(|_| true).is_some(), "nothing boots: {self:#?}");
        assert!(self.boots(|version| self.is_good(version)).is_some(), "no good version boots: {self:#?}");
        let stays = |(name, file): (&String, &File)| match (EntryName::parse(name), file) {
            (Some(name), File::Kernel(version)) => name.state() == State::Good && self.starts(*version),
            _ => false,
        };
        assert!(self.files.iter().any(stays), "every whole version can run out of tries: {self:#?}");
    }
}
