//! Downloads into the store.

use std::path::PathBuf;

use yoe_fetch::client::{Progress, Remote, remote};
use yoe_model::ArchiveFile;

use yoe_plan::ActionKind;

use crate::error::ActionError;
use crate::make::Making;
use crate::reporter::Event;

impl Making<'_> {
    /// These files as blobs of the store; what is missing is fetched.
    pub(crate) fn blobs(&self, files: &[Remote]) -> Result<Vec<PathBuf>, ActionError> {
        let (label, reporter) = (&self.action().label, self.reporter());
        let total = files.iter().map(|file| file.size).sum::<Option<u64>>();
        let mut before = 0;
        let mut paths = Vec::with_capacity(files.len());
        for file in files {
            let progress = |done| reporter.event(Event::Progress { label, done, total });
            paths.push(self.blob(file, &mut |done| progress(before + done))?);
            before += file.size.unwrap_or_default();
            progress(before);
        }
        Ok(paths)
    }

    fn blob(&self, file: &Remote, progress: &mut dyn FnMut(u64)) -> Result<PathBuf, ActionError> {
        if let Some(path) = self.store().blob(&file.sha256)? {
            return Ok(path);
        }
        let _lock = self.store().lock_blob(&file.sha256)?;
        // Another yoe may have fetched it while this one waited.
        if let Some(path) = self.store().blob(&file.sha256)? {
            return Ok(path);
        }
        let partial = self.store().partial(&file.sha256)?;
        let mut report = |event: Progress<'_>| {
            if let Progress::Bytes { done, .. } = event {
                progress(done);
            }
        };
        match &self.action().kind {
            ActionKind::RegistryImage(image) => {
                self.fetching().registries.download(&image.name, file, &partial, &mut report)?;
            }
            _ => self.fetching().client.download(file, &partial, &mut report)?,
        }
        Ok(self.store().adopt_blob(&partial, &file.sha256)?)
    }

    /// A file of an archive, with all the places that serve it.
    pub(crate) fn archive_file(&self, file: &ArchiveFile) -> Result<Remote, ActionError> {
        Ok(remote(file, &self.fetching().mirrors)?)
    }
}
