//! What the lock keeps of a source package's patches. A package that carries some is never taken without a word about them:
//! its version is the one in which they close their holes, and upstream's tarball alone has the holes.

use yoe_model::{ArchiveFile, DebianPatches, LockedSource};

use super::LockProgress;
use crate::client::{FetchError, Remote, remote};
use crate::debian::{Access, Changes, DebianError, SourceFiles};
use crate::patches::{Patch, Series};

/// Larger files of changes are not read into memory. The largest in Debian has 20 MB.
const LARGEST: u64 = 256 << 20;

/// A source package, as messages name it.
pub(super) struct Named<'a> {
    /// The suite, as `archive/suite`.
    pub(super) suite: &'a str,
    pub(super) package: &'a str,
    pub(super) version: &'a str,
}

/// Locks a source package's files: its tarballs, and the file with its patches if some are applied.
///
/// # Errors
/// When nothing is said of patches that it carries, and when those that are asked for cannot be had.
pub(super) fn lock_patches(
    SourceFiles { tarballs, changes }: SourceFiles,
    wanted: &DebianPatches,
    source: &Named<'_>,
    access: &Access<'_>,
    progress: &mut dyn FnMut(LockProgress<'_>),
) -> Result<LockedSource, DebianError> {
    let plain = LockedSource { files: tarballs, ..LockedSource::default() };
    let file = match (changes, wanted) {
        (_, DebianPatches::None) | (Changes::Nothing, DebianPatches::Unsaid) => return Ok(plain),
        (Changes::Nothing, _) => return Err(source.no_changes()),
        (Changes::Difference(file), _) => return Err(source.one_difference(&file)),
        (Changes::Patches(file), _) => file,
    };
    let series = source.series(&file, access, progress)?;
    if *wanted == DebianPatches::Unsaid {
        return if series.patches.is_empty() { Ok(plain) } else { Err(source.unsaid(&series.patches)) };
    }
    let applied = series.chosen(wanted, name_of(&file))?.into_iter().map(|patch| patch.name).collect();
    Ok(LockedSource { patches: Some(file), applied, ..plain })
}

impl Named<'_> {
    fn series(
        &self,
        file: &ArchiveFile,
        access: &Access<'_>,
        progress: &mut dyn FnMut(LockProgress<'_>),
    ) -> Result<Series, DebianError> {
        let found = remote(file, access.mirrors)?;
        let wanted = Remote { size: found.size.map(|size| size.min(LARGEST)), ..found };
        let bytes = access
            .client
            .fetch(&wanted, &mut |of| progress(LockProgress::Fetch { name: &wanted.name, progress: of }))
            .map_err(|error| self.not_fetched(file, error))?;
        Ok(Series::read(bytes.as_slice(), name_of(file))?)
    }

    fn not_fetched(&self, file: &ArchiveFile, error: FetchError) -> DebianError {
        if !error.is_missing() {
            return error.into();
        }
        DebianError::ChangesNotServed {
            package: self.package.to_owned(),
            version: self.version.to_owned(),
            file: name_of(file).to_owned(),
            source: error,
        }
    }

    fn no_changes(&self) -> DebianError {
        DebianError::NoChanges {
            suite: self.suite.to_owned(),
            package: self.package.to_owned(),
            version: self.version.to_owned(),
        }
    }

    fn one_difference(&self, file: &ArchiveFile) -> DebianError {
        DebianError::OneDifference {
            suite: self.suite.to_owned(),
            package: self.package.to_owned(),
            version: self.version.to_owned(),
            file: name_of(file).to_owned(),
        }
    }

    fn unsaid(&self, patches: &[Patch]) -> DebianError {
        let (holes, others): (Vec<&Patch>, Vec<&Patch>) =
            patches.iter().partition(|patch| !patch.cves().is_empty());
        let sorted: Vec<&Patch> = holes.into_iter().chain(others).collect();
        DebianError::UnsaidPatches {
            suite: self.suite.to_owned(),
            package: self.package.to_owned(),
            version: self.version.to_owned(),
            example: sorted.first().map(|patch| patch.name.clone()).unwrap_or_default(),
            patches: sorted.into_iter().map(described).collect(),
        }
    }
}

/// A patch's name, and the holes that it speaks of where the name does not say.
fn described(patch: &Patch) -> String {
    let cves: Vec<String> =
        patch.cves().into_iter().filter(|cve| !patch.name.contains(cve.as_str())).collect();
    if cves.is_empty() { patch.name.clone() } else { format!("{} ({})", patch.name, cves.join(", ")) }
}

fn name_of(file: &ArchiveFile) -> &str {
    file.path.rsplit('/').next().unwrap_or(&file.path)
}
