//! Merging packages.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use yoe_package::index::Listed;
use yoe_package::{Entry, Kind, Sha1};

use super::spool::Spool;
use super::tree::{Body, Node, RootTree};
use crate::ImageError;

pub(crate) struct Merge {
    directory: PathBuf,
    tree: RootTree,
}

impl Merge {
    pub fn new(directory: &Path) -> Result<Self, ImageError> {
        let spool = Spool::new(directory).map_err(ImageError::io("make a file in", directory))?;
        let tree = RootTree { nodes: BTreeMap::new(), packages: Vec::new(), spool };
        Ok(Self { directory: directory.to_owned(), tree })
    }

    /// Starts a package; the entries that follow are its own.
    pub fn begin(&mut self, listed: Listed) -> Result<(), ImageError> {
        let name = &listed.control.info.name;
        if self.tree.packages.iter().any(|known| known.control.info.name == *name) {
            return Err(ImageError::Twice(name.clone()));
        }
        self.tree.packages.push(listed);
        Ok(())
    }

    /// Adds an entry of the package begun last.
    pub fn add(&mut self, entry: &Entry, content: &mut dyn Read) -> Result<(), ImageError> {
        let path = &entry.path;
        if path.starts_with("boot/") {
            return Ok(());
        }
        let current = self.tree.packages.len() - 1;
        if let Some(known) = self.tree.nodes.get(path)
            && !self.gives_way(path, known, entry, current)?
        {
            return Ok(());
        }
        let body = self.body(entry, content)?;
        let node = Node { body, mode: entry.mode, uid: entry.uid, gid: entry.gid, owner: Some(current) };
        self.tree.nodes.insert(path.clone(), node);
        Ok(())
    }

    /// Whether a node that is known makes room for the entry.
    fn gives_way(&self, path: &str, known: &Node, entry: &Entry, current: usize) -> Result<bool, ImageError> {
        let is_directory = entry.kind == Kind::Directory;
        let second = self.tree.packages[current].control.info.clone();
        let first =
            known.owner.map(|owner| self.tree.packages[owner].control.info.clone()).unwrap_or_default();
        match (matches!(known.body, Body::Directory), is_directory) {
            (true, true) => Ok(false),
            (false, false) if replaces(&second.replaces, &first.name) => Ok(true),
            (false, false) if replaces(&first.replaces, &second.name) => Ok(false),
            (false, false) => {
                Err(ImageError::Conflict { path: path.to_owned(), first: first.name, second: second.name })
            }
            _ => Err(ImageError::Kinds {
                path: path.to_owned(),
                first: first.name,
                first_kind: known.body.kind(),
                second: second.name,
                second_kind: kind(&entry.kind),
            }),
        }
    }

    fn body(&mut self, entry: &Entry, content: &mut dyn Read) -> Result<Body, ImageError> {
        match &entry.kind {
            Kind::Directory => Ok(Body::Directory),
            Kind::Symlink(target) => Ok(Body::Symlink(target.clone())),
            Kind::File => {
                let stored = self
                    .tree
                    .spool
                    .put(content)
                    .map_err(ImageError::io("write a file in", &self.directory))?;
                // The reader has refused files without a checksum before this node is used.
                Ok(Body::File(stored, entry.checksum.unwrap_or(Sha1([0; 20]))))
            }
            Kind::HardLink(target) => self.hard_link(entry, target),
        }
    }

    /// A further name becomes a file of its own with the same bytes.
    fn hard_link(&self, entry: &Entry, target: &str) -> Result<Body, ImageError> {
        let current = self.tree.packages.len() - 1;
        match self.tree.nodes.get(target) {
            Some(Node { body: body @ Body::File(..), owner: Some(owner), .. }) if *owner == current => {
                Ok(body.clone())
            }
            _ => Err(ImageError::HardLink {
                path: entry.path.clone(),
                package: self.package(current),
                target: target.to_owned(),
            }),
        }
    }

    /// The tree, once every parent is known to be a directory.
    pub fn finish(mut self) -> Result<RootTree, ImageError> {
        let paths: Vec<String> = self.tree.nodes.keys().cloned().collect();
        for path in paths {
            self.check_parents(&path)?;
            self.tree.add_parents(&path);
        }
        Ok(self.tree)
    }

    fn check_parents(&self, path: &str) -> Result<(), ImageError> {
        let parents = path.match_indices('/').map(|(at, _)| &path[..at]);
        for parent in parents {
            let Some(node) = self.tree.nodes.get(parent) else { continue };
            if matches!(node.body, Body::Directory) {
                continue;
            }
            let owner = |path: &str| self.tree.nodes.get(path).and_then(|node| node.owner);
            return Err(ImageError::BelowLink {
                path: path.to_owned(),
                package: owner(path).map(|owner| self.package(owner)).unwrap_or_default(),
                parent: parent.to_owned(),
                kind: node.body.kind(),
                other: owner(parent).map(|owner| self.package(owner)).unwrap_or_default(),
            });
        }
        Ok(())
    }

    fn package(&self, index: usize) -> String {
        self.tree.packages[index].control.info.name.clone()
    }
}

/// Whether a list of `replaces` names this package, whatever the version.
fn replaces(list: &[String], name: &str) -> bool {
    list.iter().any(|entry| entry.split(['<', '>', '=', '~']).next() == Some(name))
}

fn kind(kind: &Kind) -> &'static str {
    match kind {
        Kind::File | Kind::HardLink(_) => "a file",
        Kind::Directory => "a directory",
        Kind::Symlink(_) => "a link",
    }
}
