//! What differs between two images.

mod contents;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

pub use contents::{Contents, FileEntry, PackageEntry, files};

/// What differs between two images. What both are known to have alike is not in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// The first image, and its version.
    pub from: [String; 2],
    /// The second image, and its version.
    pub to: [String; 2],
    /// Bytes of the files of the root; absent when one of the images is not built.
    pub installed: Option<Amounts>,
    /// Packages by name.
    pub packages: Vec<Changed<PackageEntry>>,
    /// Names of services that only the second has.
    pub services_added: Vec<String>,
    /// Names of services that only the first has.
    pub services_removed: Vec<String>,
    /// Options of the kernel by symbol; absent when the configuration of one of the kernels is not known.
    pub kernel: Option<Vec<Changed<String>>>,
    /// Files by path; absent when the files of one of the images are not known, or were not asked for.
    pub files: Option<Vec<Changed<FileEntry>>>,
}

/// Two amounts of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Amounts {
    /// Of the first image.
    pub from: u64,
    /// Of the second.
    pub to: u64,
}

/// Something that differs. It was added when there is no `from`, and removed when there is no `to`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Changed<T> {
    /// What it is called.
    pub name: String,
    /// What it was.
    pub from: Option<T>,
    /// What it is.
    pub to: Option<T>,
}

impl Comparison {
    /// Compares two images.
    pub fn new(from: &Contents, to: &Contents) -> Self {
        let identity = |contents: &Contents| [contents.image.clone(), contents.version.clone()];
        let amounts = |(from, to)| Amounts { from, to };
        let both = |(from, to)| changed(from, to);
        let names = |contents: &Contents| contents.services.iter().cloned().collect::<BTreeSet<_>>();
        let (before, after) = (names(from), names(to));
        Self {
            from: identity(from),
            to: identity(to),
            installed: from.installed.zip(to.installed).map(amounts),
            packages: changed(&from.packages, &to.packages),
            services_added: after.difference(&before).cloned().collect(),
            services_removed: before.difference(&after).cloned().collect(),
            kernel: from.kernel.as_ref().zip(to.kernel.as_ref()).map(both),
            files: from.files.as_ref().zip(to.files.as_ref()).map(|(from, to)| changed(from, to)),
        }
    }

    /// Whether nothing differs of what was compared, names and versions of the images apart.
    pub fn is_empty(&self) -> bool {
        self.packages.is_empty()
            && self.services_added.is_empty()
            && self.services_removed.is_empty()
            && self.installed.is_none_or(|amounts| amounts.from == amounts.to)
            && self.kernel.as_ref().is_none_or(Vec::is_empty)
            && self.files.as_ref().is_none_or(Vec::is_empty)
    }
}

fn changed<T: Clone + PartialEq>(from: &BTreeMap<String, T>, to: &BTreeMap<String, T>) -> Vec<Changed<T>> {
    let names: BTreeSet<&String> = from.keys().chain(to.keys()).collect();
    let pairs = names.into_iter().map(|name| (name, from.get(name), to.get(name)));
    pairs
        .filter(|(_, from, to)| from != to)
        .map(|(name, from, to)| Changed { name: name.clone(), from: from.cloned(), to: to.cloned() })
        .collect()
}

#[cfg(test)]
mod tests;
