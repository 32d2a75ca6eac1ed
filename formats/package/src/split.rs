//! Dividing what a unit built: for the device, for building against, for nobody.
//!
//! | goes to | what |
//! |---|---|
//! | `<name>-dev` | `usr/include`, any `include` directory below `usr/lib`, `*.a` and `*.o` below `usr/lib`, `pkgconfig`, `cmake`, `aclocal`, `usr/bin/*-config`, and `lib*.so` that are links or linker scripts, unless a library has that very SONAME |
//! | nobody | `*.la`, and documentation below `usr/share`: `doc`, `man`, `info`, `gtk-doc`, `help`, `locale` |
//! | `<name>` | everything else, among it directories that the build left empty |
//!
//! Kernel modules, firmware and BPF objects below `usr/lib` stay with `<name>` whatever their suffix.

use std::collections::{BTreeMap, BTreeSet};

use crate::elf::{Elf, is_elf};
use crate::{Content, Node, PackageError, Tree};

/// A tree in its parts. Each part that is not empty becomes a package.
#[derive(Debug, Clone)]
pub struct Split {
    /// For the device: package `<name>`.
    pub runtime: Tree,
    /// For building against: package `<name>-dev`.
    pub dev: Tree,
    /// Paths that no package takes.
    pub dropped: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Runtime,
    Dev,
    Nobody,
}

impl Tree {
    /// Divides the tree; directories go where their content goes.
    ///
    /// # Errors
    /// When a library cannot be read.
    pub fn split(&self) -> Result<Split, PackageError> {
        let names = self.library_names()?;
        let mut runtime = BTreeMap::new();
        let mut dev = BTreeMap::new();
        let mut dropped = Vec::new();
        let mut filled = BTreeSet::new();
        let leaves = self.nodes.iter().filter(|(_, node)| node.content != Content::Directory);
        for (path, node) in leaves {
            filled.extend(parents(path));
            match self.part(path, node, &names)? {
                Part::Runtime => self.put(&mut runtime, path, node),
                Part::Dev => self.put(&mut dev, path, node),
                Part::Nobody => dropped.push(path.clone()),
            }
        }
        let directories = self.nodes.iter().filter(|(_, node)| node.content == Content::Directory);
        for (path, node) in directories.filter(|(path, _)| !filled.contains(path.as_str())) {
            // An empty directory: whatever is below it is a directory as well.
            match by_path(&format!("{path}/")) {
                Some(Part::Nobody) => dropped.push(path.clone()),
                Some(Part::Dev) => self.put(&mut dev, path, node),
                _ => self.put(&mut runtime, path, node),
            }
        }
        dropped.sort();
        Ok(Split { runtime: self.with(runtime), dev: self.with(dev), dropped })
    }

    /// Adds a node with the directories above it.
    fn put(&self, into: &mut BTreeMap<String, Node>, path: &str, node: &Node) {
        let above =
            parents(path).filter_map(|parent| Some((parent.to_owned(), self.nodes.get(parent)?.clone())));
        into.extend(above);
        into.insert(path.to_owned(), node.clone());
    }

    fn part(&self, path: &str, node: &Node, names: &BTreeSet<String>) -> Result<Part, PackageError> {
        if let Some(part) = by_path(path) {
            return Ok(part);
        }
        let file = path.strip_prefix("usr/lib/").unwrap_or_default();
        let linked_against = file.starts_with("lib") && file.ends_with(".so") && !file.contains('/');
        if !linked_against || names.contains(file) {
            return Ok(Part::Runtime);
        }
        Ok(match node.content {
            Content::Symlink(_) => Part::Dev,
            Content::File(_) if !is_elf(&self.head::<4>(path)?) => Part::Dev,
            _ => Part::Runtime,
        })
    }

    /// SONAMEs of the libraries in `usr/lib`.
    fn library_names(&self) -> Result<BTreeSet<String>, PackageError> {
        let mut names = BTreeSet::new();
        for (path, _) in self.files() {
            let library = path
                .strip_prefix("usr/lib/lib")
                .is_some_and(|rest| rest.contains(".so") && !rest.contains('/'));
            if library && is_elf(&self.head::<4>(path)?) {
                names.extend(Elf::parse(&self.read(path)?).ok().and_then(|elf| elf.soname));
            }
        }
        Ok(names)
    }
}

/// The directories above a path, outermost first.
fn parents(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').map(|(at, _)| &path[..at])
}

const DOCUMENTATION: [&str; 6] = ["doc", "man", "info", "gtk-doc", "help", "locale"];
const DEV_DATA: [&str; 4] = ["pkgconfig", "cmake", "aclocal", "gir-1.0"];
const NOT_LIBRARIES: [&str; 3] = ["modules", "firmware", "bpf"];

/// Where a path belongs by its name alone, when that decides.
fn by_path(path: &str) -> Option<Part> {
    let parts: Vec<&str> = path.split('/').collect();
    let file = parts.last().copied().unwrap_or_default();
    match parts.as_slice() {
        ["usr", "include", ..] => Some(Part::Dev),
        ["usr", "share", directory, _, ..] if DOCUMENTATION.contains(directory) => Some(Part::Nobody),
        ["usr", "share", directory, _, ..] if DEV_DATA.contains(directory) => Some(Part::Dev),
        ["usr", "bin", name] if name.ends_with("-config") => Some(Part::Dev),
        ["usr", "lib", directory, ..] if NOT_LIBRARIES.contains(directory) => Some(Part::Runtime),
        ["usr", "lib", .., _] if file.ends_with(".la") => Some(Part::Nobody),
        ["usr", "lib", .., _] if file.ends_with(".a") || file.ends_with(".o") => Some(Part::Dev),
        ["usr", "lib", directory, _, ..] if DEV_DATA.contains(directory) => Some(Part::Dev),
        ["usr", "lib", between @ .., _] if between.contains(&"include") => Some(Part::Dev),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::path::Path;

    fn put(root: &Path, path: &str) {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "text").unwrap();
    }

    fn rendered(tree: &Tree) -> String {
        tree.iter().map(|(path, _)| path).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn each_part_has_its_files_and_their_directories() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path();
        for path in [
            "usr/bin/z",
            "usr/bin/z-config",
            "usr/include/z.h",
            "usr/lib/libz.a",
            "usr/lib/libz.la",
            "usr/lib/crt1.o",
            "usr/lib/libz.so.1.3.1",
            "usr/lib/libscript.so",
            "usr/lib/clang/19/include/x.h",
            "usr/lib/pkgconfig/z.pc",
            "usr/lib/modules/6.12/x.o",
            "usr/share/man/man3/z.3",
            "usr/share/doc/z/README",
            "usr/share/aclocal/z.m4",
            "usr/share/zoneinfo/UTC",
        ] {
            put(root, path);
        }
        for link in ["usr/lib/libz.so", "usr/lib/libz.so.1"] {
            std::os::unix::fs::symlink("libz.so.1.3.1", root.join(link)).unwrap();
        }
        for empty in ["var/empty/deep", "usr/share/man/man8", "usr/include/void"] {
            fs::create_dir_all(root.join(empty)).unwrap();
        }
        let split = Tree::scan(root).unwrap().split().unwrap();
        insta::assert_snapshot!(format!(
            "{}\n--- dev\n{}\n--- dropped\n{}",
            rendered(&split.runtime),
            rendered(&split.dev),
            split.dropped.join("\n")
        ));
    }
}
