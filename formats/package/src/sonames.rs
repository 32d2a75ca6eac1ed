//! Shared libraries: which a tree holds and which it needs.

use std::collections::{BTreeMap, BTreeSet};

use crate::elf::{Elf, is_elf};
use crate::{PackageError, Tree};

/// Names of shared libraries in a tree.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sonames {
    /// Held where the loader looks by itself, with a version: what other packages may rely on.
    pub provided: BTreeMap<String, String>,
    /// Held anywhere.
    pub held: BTreeSet<String>,
    /// Needed, with one of the files that need it.
    pub needed: BTreeMap<String, String>,
}

/// Directories that musl's loader searches.
const SEARCHED: [&str; 2] = ["usr/lib", "lib"];

/// Reads every ELF file of a tree. A library without a SONAME goes by its file name, as the linker takes it.
/// Files that begin as ELF and cannot be read are passed over: [`crate::check()`] reports them.
///
/// # Errors
/// When a file cannot be read.
pub fn sonames(tree: &Tree) -> Result<Sonames, PackageError> {
    let mut found = Sonames::default();
    for (path, _) in tree.files() {
        if !is_elf(&tree.head::<4>(path)?) {
            continue;
        }
        let Ok(elf) = Elf::parse(&tree.read(path)?) else { continue };
        found.add(path, &elf);
    }
    Ok(found)
}

impl Sonames {
    pub(crate) fn add(&mut self, path: &str, elf: &Elf) {
        for name in &elf.needed {
            self.needed.entry(name.clone()).or_insert_with(|| path.to_owned());
        }
        let (directory, file) = path.rsplit_once('/').unwrap_or(("", path));
        let Some(soname) = soname(file, elf) else { return };
        self.held.insert(soname.clone());
        if SEARCHED.contains(&directory) {
            self.provided.insert(soname.clone(), version(file, &soname));
        }
    }
}

/// The name that others need this file by; `None` when it is not a library.
fn soname(file: &str, elf: &Elf) -> Option<String> {
    let library = elf.linked && elf.dynamic && (file.ends_with(".so") || file.contains(".so."));
    library.then(|| elf.soname.clone().unwrap_or_else(|| file.to_owned()))
}

/// The version in the file's name: 1.3.1 for `libz.so.1.3.1`; 0 when there is none.
fn version(file: &str, soname: &str) -> String {
    let after_so = |name: &str| name.split_once(".so.").map(|(_, version)| version.to_owned());
    let version = after_so(file).or_else(|| after_so(soname)).unwrap_or_default();
    let numbers =
        version.split('.').all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()));
    if numbers { version } else { "0".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn library(soname: Option<&str>) -> Elf {
        Elf { linked: true, dynamic: true, soname: soname.map(str::to_owned), ..Elf::default() }
    }

    #[test]
    fn libraries_go_by_soname_or_file_name() {
        let mut found = Sonames::default();
        found.add("usr/lib/libz.so.1.3.1", &library(Some("libz.so.1")));
        found.add("usr/lib/libc.so", &library(None));
        found.add("usr/lib/engines/private.so", &library(None));
        found.add("usr/bin/tool", &Elf { needed: vec!["libz.so.1".into()], ..library(None) });
        let provided: Vec<_> =
            found.provided.iter().map(|(name, version)| format!("{name}={version}")).collect();
        assert_eq!(provided, ["libc.so=0", "libz.so.1=1.3.1"]);
        assert!(found.held.contains("private.so"));
        assert_eq!(found.needed["libz.so.1"], "usr/bin/tool");
    }
}
