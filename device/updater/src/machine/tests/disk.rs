//! A model of the disk: what a write leaves, what a torn write may leave, and what boots.

use std::collections::BTreeMap;

use yoe_disk::Uuid;
use yoe_disk::entry::{EntryName, State};
use yoe_disk::partition::Slot;

use crate::machine::{Entry, SlotView, Step, Unfinished, View};

/// What a slot holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum File {
    Garbage,
    Kernel(u8),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Table {
    Whole,
    PrimaryTorn,
    BackupTorn,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disk {
    pub running: Slot,
    pub slots: [SlotModel; 2],
    pub files: BTreeMap<String, File>,
    pub table: Table,
}

impl Disk {
    /// This version in this slot, found good, and nothing else.
    pub fn new(running: Slot, version: u8) -> Self {
        let files = [(format!("box_{version}.efi"), File::Kernel(version))].into();
        Self { running, slots: [SlotModel::whole(version); 2], files, table: Table::Whole }
    }

    pub fn slot(&self, slot: Slot) -> &SlotModel {
        &self.slots[usize::from(slot == Slot::B)]
    }

    pub fn slot_mut(&mut self, slot: Slot) -> &mut SlotModel {
        &mut self.slots[usize::from(slot == Slot::B)]
    }

    /// What the updater reads of it while this version is to be installed.
    pub fn view(&self, new: u8) -> View {
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
                (Some(_), File::Garbage) => {}
                (None, file) => view
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
                disk.files.remove(&name.to_string());
            }
            Step::RemoveUnfinished(file) => {
                disk.files.remove(file);
            }
            Step::SetUuid(slot, uuid) => disk.slot_mut(*slot).uuid = *uuid,
            Step::WriteSlot(slot) => disk.slot_mut(*slot).content = Content::Version(3),
            Step::CopyKernel(file) => {
                disk.files.insert(file.clone(), File::Kernel(3));
            }
            Step::Rename { from, to } => {
                let file = disk.files.remove(from).expect("the file is there");
                disk.files.insert(to.to_string(), file);
            }
        }
        disk
    }

    /// Everything that a power cut during the step may leave, besides the states before and after it.
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
            Step::Rename { from, to } => {
                let file = self.files[from];
                vec![
                    with(&|disk| {
                        disk.files.insert(to.to_string(), file);
                    }),
                    with(&|disk| {
                        disk.files.remove(from);
                    }),
                ]
            }
        }
        .into_iter()
        .chain([self.clone(), self.after(step)])
        .collect()
    }

    /// What the boot manager starts, after it counted the try: entries with tries first, then the newest.
    pub fn boot_once(&mut self) -> Option<u8> {
        let mut entries: Vec<(EntryName, u8)> = self
            .files
            .iter()
            .filter_map(|(name, file)| match file {
                File::Kernel(version) => Some((EntryName::parse(name)?, *version)),
                File::Garbage => None,
            })
            .collect();
        entries.sort_by_key(|(name, version)| (!matches!(name.state(), State::Failed(_)), *version));
        let (name, version) = entries.pop()?;
        let file = self.files.remove(&name.to_string())?;
        self.files.insert(name.tried().to_string(), file);
        Some(version)
    }

    /// A version that starts has its slot, by the identifier that its command line names, and the slot is whole.
    fn starts(&self, version: u8) -> bool {
        let mut named =
            self.slots.iter().filter(|slot| slot.uuid == Content::Version(version).uuid()).peekable();
        named.peek().is_some() && named.all(|slot| slot.content == Content::Version(version))
    }

    /// The version that runs in the end, when those that do not start or do not get ready reset the device.
    pub fn boots(&self, gets_ready: impl Fn(u8) -> bool) -> Option<u8> {
        let mut disk = self.clone();
        (0..12).filter_map(|_| disk.boot_once()).find(|version| self.starts(*version) && gets_ready(*version))
    }

    /// Whatever becomes of the new version, the device comes to run, and in the end it runs one that was found good.
    pub fn can_always_boot(&self) {
        assert!(self.boots(|_| true).is_some(), "nothing boots: {self:#?}");
        let good = |version: u8| {
            self.files.iter().any(|(name, file)| {
                *file == File::Kernel(version)
                    && EntryName::parse(name).is_some_and(|name| name.state() == State::Good)
            })
        };
        assert!(self.boots(good).is_some(), "no good version boots: {self:#?}");
    }
}
