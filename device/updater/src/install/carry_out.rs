//! Carrying one step out.

use std::fs::OpenOptions;

use super::Work;
use crate::disk::Region;
use crate::machine::{Step, View};
use crate::problem::Problem;

/// What a FAT file system may need besides the file itself: clusters of directories, and one that is not full.
const SLACK: u64 = 1 << 20;

impl Work<'_> {
    pub(super) fn carry_out(&mut self, step: &Step) -> Result<(), Problem> {
        let entries = &self.system.entries;
        match step {
            Step::MendTable => self.system.mend(),
            Step::RemoveEntry(name) => entries.remove(&name.to_string()),
            Step::RemoveUnfinished(file) => entries.remove(file),
            Step::SetUuid(slot, uuid) => self.system.set_uuid(*slot, *uuid),
            Step::WriteSlot(slot) => self.write_slot(*slot),
            Step::CopyKernel(file) => self.copy_kernel(file),
            Step::Rename { from, to } => entries.rename(from, &to.to_string()),
        }
    }

    /// Copies the kernel image, from the entries that are here and from the repository.
    fn copy_kernel(&mut self, file: &str) -> Result<(), Problem> {
        let entries = &self.system.entries;
        let manifest = &self.update.manifest;
        let path = entries.path(file);
        let failed = || Problem::file("written", &path);
        let to = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
        let to = to.map_err(failed())?;
        to.set_len(manifest.kernel.size).map_err(failed())?;
        let to = Region::whole(&to, manifest.kernel.size);
        let missing = self.kernel_fill(&to, |other| other != file, |fill| fill.run())?;
        let needed = self.fetch(self.kernel_wanted(missing, &to, 0))?;
        to.settle().map_err(failed())?;
        entries.sync().map_err(failed())?;
        let written = std::fs::read(&path).map_err(Problem::file("read", &path))?;
        if yoe_bundle::sha256(&written) != manifest.kernel.sha256 {
            return Err(Problem::ReadBack(path.display().to_string()));
        }
        self.needed += needed;
        Ok(())
    }

    /// Whether slot and EFI system partition can hold the update, with what is to be removed removed.
    pub(super) fn check_space(&self, view: &View) -> Result<(), Problem> {
        let slot = self.system.slot(self.system.running.other())?;
        let need = self.slot_need();
        if slot.size < need {
            let place = format!("the partition {}", slot.name);
            return Err(Problem::Space { place, have: slot.size, need });
        }
        let entries = &self.system.entries;
        let running = view.slot(view.running).uuid;
        let old = view.entries.iter().filter(|entry| entry.root != running);
        let old: u64 = old.map(|entry| entries.size(&entry.name.to_string())).sum();
        let unfinished: u64 = view.unfinished.iter().map(|unfinished| entries.size(&unfinished.file)).sum();
        let have = entries.free()?.saturating_add(old + unfinished);
        let need = self.update.manifest.kernel.size + SLACK;
        if have < need {
            let place = "the EFI system partition".to_owned();
            return Err(Problem::Space { place, have, need });
        }
        Ok(())
    }
}
