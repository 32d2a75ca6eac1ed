//! The slot's part: content, hash tree, and reading both back.

use std::io::Read as _;

use yoe_disk::partition::Slot;
use yoe_disk::verity::{Tree, TreeBuilder, tree_size};

use super::Work;
use crate::disk::Region;
use crate::error::UpdaterError;

impl<'a> Work<'a> {
    /// Bytes of root and hash tree.
    pub(super) fn slot_need(&self) -> u64 {
        let root = &self.update.manifest.root;
        root.size.saturating_add(tree_size(root.data_blocks))
    }

    pub(super) fn region(&self, slot: Slot) -> Result<Region<'a>, UpdaterError> {
        let partition = self.system.slot(slot)?;
        Ok(self.system.disk.region(partition.start, partition.size))
    }

    /// Whether the slot that does not run holds the new root with its tree.
    pub(super) fn holds_new(&self) -> Result<bool, UpdaterError> {
        let region = self.region(self.system.running.other())?;
        let Ok(Some(tree)) = self.tree(&region) else { return Ok(false) };
        let mut stored = vec![0; tree.blocks.len()];
        let read = region.read_exact_at(self.update.manifest.root.size, &mut stored);
        Ok(read.is_ok() && stored == tree.blocks)
    }

    /// Writes root and hash tree, and reads them back. The tree is not fetched: it follows from the root.
    pub(super) fn write_slot(&mut self, slot: Slot) -> Result<(), UpdaterError> {
        let manifest = &self.update.manifest;
        let region = self.region(slot)?;
        let name = slot.partition();
        let missing = self.root_fill()?.run()?;
        let mut wanted = self.root_wanted(missing, &region);
        // The kernel's chunks come in the same answers: a server that knows no parts sends its file once.
        if let (false, Some(stage)) = (wanted.is_empty(), self.kernel_stage()?) {
            wanted.extend(self.kernel_wanted(self.kernel_missing()?, &stage, 0));
        }
        let needed = self.fetch(wanted)?;
        let failed = |error| UpdaterError::file("written", self.system.disk.path())(error);
        region.settle().map_err(failed)?;
        let tree =
            self.tree(&region).map_err(failed)?.ok_or_else(|| UpdaterError::ReadBack(name.to_owned()))?;
        region.write_at(manifest.root.size, &tree.blocks).map_err(failed)?;
        region.settle().map_err(failed)?;
        if !self.holds_new()? {
            return Err(UpdaterError::ReadBack(name.to_owned()));
        }
        self.needed += needed;
        Ok(())
    }

    /// The hash tree of what the slot holds, if its root hash is that of the new root.
    fn tree(&self, region: &Region<'_>) -> std::io::Result<Option<Tree>> {
        let root = &self.update.manifest.root;
        let mut builder = TreeBuilder::new(&self.root.salt);
        let mut data = region.first(root.size);
        let mut buffer = vec![0; 1 << 20];
        loop {
            match data.read(&mut buffer)? {
                0 => break,
                count => builder.update(&buffer[..count]),
            }
        }
        let right = |tree: &Tree| yoe_notation::hex::encode(&tree.root_hash) == root.root_hash;
        Ok(builder.finish().filter(right))
    }
}
