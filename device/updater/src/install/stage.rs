//! Fetching before anything is given up.
//!
//! While the other slot holds a version that can be returned to, its boot entry has to stay until nothing can fail any more
//! but the disk. What has to be fetched is put at the end of that slot, behind the older version and behind what the new one
//! will take: the slot's last bytes, as many as the content has, each chunk at its own offset. So an attempt that broke off is
//! taken up by reading, and no other space is needed. Where a slot has no room for both, the older version goes first.

use yoe_bundle::Chunk;
use yoe_disk::verity::{Root, tree_size};

use super::Work;
use crate::delta::{Fetch, Fill, Wanted};
use crate::disk::Region;
use crate::error::UpdaterError;

/// Offsets and chunks.
type Chunks = Vec<(u64, Chunk)>;

impl<'a> Work<'a> {
    /// Fetches what is not here, unless there is nothing to lose or no room for it.
    pub(super) fn stage(&mut self, holds_new: bool) -> Result<(), UpdaterError> {
        let view = self.system.view(None, holds_new)?;
        let other = self.system.running.other();
        let is_good = view.entries_of(other).any(|entry| entry.name.state().found_good());
        let (true, Some(stage)) = (is_good, self.content_stage()?) else { return Ok(()) };
        let root = if holds_new { Vec::new() } else { self.root_fill()?.missing()? };
        let mut wanted = self.root_wanted(root, &stage);
        wanted.extend(self.kernel_wanted(self.kernel_missing()?, &stage, self.root_size()));
        let needed = self.fetch(wanted)?;
        stage.settle().map_err(UpdaterError::file("written", self.system.disk.path()))?;
        self.needed += needed;
        Ok(())
    }

    fn root_size(&self) -> u64 {
        self.update.manifest.root.size
    }

    /// Where all of the content can be kept.
    fn content_stage(&self) -> Result<Option<Region<'a>>, UpdaterError> {
        self.end_of_slot(self.update.content.length)
    }

    /// Where the kernel can be kept: the same place, when there is room for more.
    pub(super) fn kernel_stage(&self) -> Result<Option<Region<'a>>, UpdaterError> {
        self.end_of_slot(self.update.manifest.kernel.size)
    }

    /// The last bytes of the slot, unless the older version or the new one reach into them.
    fn end_of_slot(&self, size: u64) -> Result<Option<Region<'a>>, UpdaterError> {
        let region = self.region(self.system.running.other())?;
        let taken = self.slot_need().max(self.older_version()?);
        Ok((taken.saturating_add(size) <= region.size()).then(|| region.last(size)))
    }

    /// Bytes of the slot that its entries need: root and hash tree, as their kernels say.
    fn older_version(&self) -> Result<u64, UpdaterError> {
        let view = self.system.view(None, false)?;
        let need =
            |root: Root| root.data_blocks.saturating_mul(4096).saturating_add(tree_size(root.data_blocks));
        let of = |entry: &crate::machine::Entry| {
            let kernel = self.system.entries.kernel(&entry.name);
            kernel.and_then(|kernel| Root::on(&kernel.cmdline).ok()).map_or(u64::MAX, need)
        };
        Ok(view.entries_of(self.system.running.other()).map(of).max().unwrap_or(0))
    }

    /// The root file system and its place in the slot.
    pub(super) fn root_fill(&self) -> Result<Fill<'a>, UpdaterError> {
        let running = self.region(self.system.running)?.first(self.system.root.data_blocks * 4096);
        let to = self.region(self.system.running.other())?.first(self.root_size());
        Ok(Fill {
            wanted: &self.update.index.root,
            chunking: self.update.index.chunking,
            to,
            others: vec![running],
            staged: self.content_stage()?.map(|stage| stage.first(self.root_size())),
            name: self.system.running.other().partition(),
        })
    }

    /// The kernel image and its place; chunks of it may be in these files among the boot entries.
    pub(super) fn kernel_fill<T>(
        &self,
        to: &Region<'_>,
        from: impl Fn(&str) -> bool,
        with: impl FnOnce(Fill<'_>) -> Result<T, UpdaterError>,
    ) -> Result<T, UpdaterError> {
        let entries = &self.system.entries;
        let open = |file: &String| Some((std::fs::File::open(entries.path(file)).ok()?, entries.size(file)));
        let names = entries.files()?;
        let files: Vec<_> = names.iter().filter(|name| from(name)).filter_map(open).collect();
        with(Fill {
            wanted: &self.update.index.kernel,
            chunking: self.update.index.chunking,
            to: to.clone(),
            others: files.iter().map(|(file, size)| Region::whole(file, *size)).collect(),
            staged: self.kernel_stage()?,
            name: "the kernel image",
        })
    }

    /// What of the kernel has to be fetched: what is neither in the kernel that runs nor in an unfinished copy. Other kernels are
    /// removed before this one is copied.
    pub(super) fn kernel_missing(&self) -> Result<Chunks, UpdaterError> {
        let view = self.system.view(None, false)?;
        let mut kept: Vec<String> =
            view.entries_of(self.system.running).map(|entry| entry.name.to_string()).collect();
        kept.push(self.install.entry.unfinished());
        let nowhere = self.region(self.system.running.other())?.first(0);
        self.kernel_fill(&nowhere, |name| kept.iter().any(|kept| kept == name), |fill| fill.missing())
    }

    /// The root's chunks, each at its own offset of this place.
    pub(super) fn root_wanted<'r>(&self, chunks: Chunks, to: &Region<'r>) -> Vec<Wanted<'r>> {
        let want = |(at, chunk)| Wanted { at, chunk, to: to.clone(), to_at: at, done: false };
        chunks.into_iter().map(want).collect()
    }

    /// The kernel's chunks, behind so many bytes of this place.
    pub(super) fn kernel_wanted<'r>(&self, chunks: Chunks, to: &Region<'r>, behind: u64) -> Vec<Wanted<'r>> {
        let start = self.root_size();
        let want =
            |(at, chunk)| Wanted { at: start + at, chunk, to: to.clone(), to_at: behind + at, done: false };
        chunks.into_iter().map(want).collect()
    }

    /// Fetches these; how many bytes they are.
    pub(super) fn fetch(&self, wanted: Vec<Wanted<'_>>) -> Result<u64, UpdaterError> {
        let needed = wanted.iter().map(|wanted| u64::from(wanted.chunk.length)).sum();
        let content = &self.update.content;
        Fetch {
            repository: self.repository,
            path: &content.path,
            length: content.length,
            network: self.network,
        }
        .run(wanted)?;
        Ok(needed)
    }
}
