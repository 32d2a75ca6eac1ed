//! Carrying one step out.

use std::fs::OpenOptions;
use std::time::Duration;

use yoe_disk::bootable::{self, Expected};

use super::Work;
use crate::disk::Region;
use crate::error::UpdaterError;
use crate::machine::{Step, View};
use crate::source::Ask;

/// What a FAT file system may need in addition to the file itself: clusters of directories, and one that is not full.
const SLACK: u64 = 1 << 20;

impl Work<'_> {
    pub(super) fn carry_out(&mut self, step: &Step) -> Result<(), UpdaterError> {
        let entries = &self.system.entries;
        match step {
            Step::MendTable => self.system.mend(),
            Step::RemoveEntry(name) => entries.remove(&name.to_string()),
            Step::RemoveUnfinished(file) => entries.remove(file),
            Step::SetUuid(slot, uuid) => self.system.set_uuid(*slot, *uuid),
            Step::WriteSlot(slot) => self.write_slot(*slot),
            Step::CopyKernel(file) => self.copy_kernel(file),
            Step::Rename { from, to } => {
                // The disk is looked at again: an earlier attempt may have left the file.
                if *to == self.install.entry {
                    let path = entries.path(from);
                    self.check_kernel(&std::fs::read(&path).map_err(UpdaterError::file("read", &path))?)?;
                }
                entries.rename(from, &to.to_string())
            }
        }
    }

    /// Copies the kernel image, from the entries that are here and from the repository.
    fn copy_kernel(&mut self, file: &str) -> Result<(), UpdaterError> {
        let entries = &self.system.entries;
        let manifest = &self.update.manifest;
        let path = entries.path(file);
        let failed = || UpdaterError::file("written", &path);
        let to = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
        let to = to.map_err(failed())?;
        to.set_len(manifest.kernel.size).map_err(failed())?;
        let to = Region::whole(&to, manifest.kernel.size);
        let missing = self.kernel_fill(&to, |other| other != file, |fill| fill.run())?;
        let needed = self.fetch(self.kernel_wanted(missing, &to, 0))?;
        to.settle().map_err(failed())?;
        entries.sync().map_err(failed())?;
        let written = std::fs::read(&path).map_err(UpdaterError::file("read", &path))?;
        if yoe_bundle::sha256(&written) != manifest.kernel.sha256 {
            return Err(UpdaterError::ReadBack(path.display().to_string()));
        }
        self.needed += needed;
        Ok(())
    }

    /// Whether a kernel image starts the root that it comes with: otherwise it would use up its tries on every device.
    fn check_kernel(&self, kernel: &[u8]) -> Result<(), UpdaterError> {
        let manifest = &self.update.manifest;
        let expected = Expected { root: &self.root, arch: &manifest.arch, version: &manifest.version };
        bootable::check(kernel, &expected).map_err(UpdaterError::NotBootable)
    }

    /// The same before anything is written, where the kernel is on this device already.
    pub(super) fn check_local_kernel(&self) -> Result<(), UpdaterError> {
        if !self.repository.is_local() {
            return Ok(());
        }
        let content = &self.update.content;
        let part = self.update.manifest.root.size..content.length;
        // Only what is local is read here, and no server is waited for.
        let time = Duration::MAX;
        let ask = Ask { part, whole: content.length, time, by_parts: true, fresh: false };
        let mut kernel = Vec::new();
        self.repository.read(&content.path, &ask, &mut |piece| {
            kernel.extend_from_slice(piece.bytes);
            Ok(true)
        })?;
        self.check_kernel(&kernel)
    }

    /// Whether slot and EFI system partition can hold the update, with what is to be removed removed.
    pub(super) fn check_space(&self, view: &View) -> Result<(), UpdaterError> {
        let slot = self.system.slot(self.system.running.other())?;
        let need = self.slot_need();
        if slot.size < need {
            let place = format!("the partition {}", slot.name);
            return Err(UpdaterError::Space { place, have: slot.size, need });
        }
        let entries = &self.system.entries;
        let running = view.slot(view.running).uuid;
        let old = view.entries.iter().filter(|entry| entry.root != running);
        let old = old.map(|entry| entries.size(&entry.name.to_string()));
        let unfinished = view.unfinished.iter().map(|unfinished| entries.size(&unfinished.file));
        let have = old.chain(unfinished).fold(entries.free()?, u64::saturating_add);
        let need = self.update.manifest.kernel.size.saturating_add(SLACK);
        if have < need {
            let place = "the EFI system partition".to_owned();
            return Err(UpdaterError::Space { place, have, need });
        }
        Ok(())
    }
}
