//! A tree of files on disk, as a build left it.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use crate::PackageError;

/// A directory's content: every path below it, in order, with what belongs into a package of it. Owners and times of
/// the disk are not looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tree {
    root: PathBuf,
    pub(crate) nodes: BTreeMap<String, Node>,
}

/// One path of a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Permission bits, with setuid, setgid and sticky. 0o777 for a link.
    pub mode: u32,
    /// What it is.
    pub content: Content,
}

/// What a path is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// A regular file of this many bytes.
    File(u64),
    /// A directory.
    Directory,
    /// A symbolic link to this target.
    Symlink(String),
}

impl Tree {
    /// Reads the names below `root`. The files' contents stay on disk and must stay as they are.
    ///
    /// # Errors
    /// When a directory cannot be read, a name is not UTF-8, or something is neither file, directory nor link.
    pub fn scan(root: &Path) -> Result<Self, PackageError> {
        let mut tree = Self { root: root.to_owned(), nodes: BTreeMap::new() };
        tree.scan_directory(root, "")?;
        Ok(tree)
    }

    fn scan_directory(&mut self, directory: &Path, prefix: &str) -> Result<(), PackageError> {
        let list = fs::read_dir(directory).map_err(PackageError::io("list", directory))?;
        for item in list {
            let item = item.map_err(PackageError::io("list", directory))?;
            let name = item.file_name();
            let Some(name) = name.to_str() else {
                return Err(PackageError::NotUtf8 { path: format!("{prefix}{}", name.to_string_lossy()) });
            };
            let path = format!("{prefix}{name}");
            let node = node(&item.path(), &path)?;
            let is_directory = node.content == Content::Directory;
            self.nodes.insert(path.clone(), node);
            if is_directory {
                self.scan_directory(&item.path(), &format!("{path}/"))?;
            }
        }
        Ok(())
    }

    /// Every path, parents before what is in them.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Node)> {
        self.nodes.iter().map(|(path, node)| (path.as_str(), node))
    }

    /// The node at this relative path.
    pub fn get(&self, path: &str) -> Option<&Node> {
        self.nodes.get(path)
    }

    /// Whether it holds nothing.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// Sum of the sizes of its files, in bytes.
    pub fn size(&self) -> u64 {
        let size = |node: &Node| if let Content::File(size) = node.content { size } else { 0 };
        self.nodes.values().map(size).sum()
    }

    /// Where a path lies on disk.
    pub fn on_disk(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    /// The same directory with these paths alone.
    pub(crate) fn with(&self, nodes: BTreeMap<String, Node>) -> Self {
        Self { root: self.root.clone(), nodes }
    }

    pub(crate) fn files(&self) -> impl Iterator<Item = (&str, u64)> {
        self.iter().filter_map(|(path, node)| match node.content {
            Content::File(size) => Some((path, size)),
            _ => None,
        })
    }

    pub(crate) fn read(&self, path: &str) -> Result<Vec<u8>, PackageError> {
        let file = self.on_disk(path);
        fs::read(&file).map_err(PackageError::io("read", &file))
    }

    /// The first bytes of a file.
    pub(crate) fn head<const N: usize>(&self, path: &str) -> Result<Vec<u8>, PackageError> {
        use std::io::Read as _;
        let file = self.on_disk(path);
        let mut bytes = Vec::new();
        let opened = fs::File::open(&file).map_err(PackageError::io("read", &file))?;
        opened.take(N as u64).read_to_end(&mut bytes).map_err(PackageError::io("read", &file))?;
        Ok(bytes)
    }
}

fn node(on_disk: &Path, path: &str) -> Result<Node, PackageError> {
    let data = fs::symlink_metadata(on_disk).map_err(PackageError::io("look at", on_disk))?;
    let kind = data.file_type();
    let content = if kind.is_dir() {
        Content::Directory
    } else if kind.is_symlink() {
        let target = fs::read_link(on_disk).map_err(PackageError::io("read", on_disk))?;
        let target =
            target.to_str().ok_or_else(|| PackageError::NotUtf8 { path: target.to_string_lossy().into() })?;
        Content::Symlink(target.to_owned())
    } else if kind.is_file() {
        Content::File(data.len())
    } else {
        let kind = if kind.is_socket() {
            "a socket"
        } else if kind.is_fifo() {
            "a named pipe"
        } else {
            "a device node"
        };
        return Err(PackageError::Unsupported { path: path.to_owned(), kind });
    };
    let mode = if kind.is_symlink() { 0o777 } else { data.permissions().mode() & 0o7777 };
    Ok(Node { mode, content })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::net::UnixListener;

    #[test]
    fn a_tree_lists_parents_first() {
        let directory = tempfile::tempdir().unwrap();
        fs::create_dir_all(directory.path().join("usr/lib")).unwrap();
        fs::write(directory.path().join("usr/lib/a"), "abc").unwrap();
        std::os::unix::fs::symlink("a", directory.path().join("usr/lib/b")).unwrap();
        let tree = Tree::scan(directory.path()).unwrap();
        assert_eq!(
            tree.iter().map(|(path, _)| path).collect::<Vec<_>>(),
            ["usr", "usr/lib", "usr/lib/a", "usr/lib/b"]
        );
        assert_eq!(tree.get("usr/lib/b").unwrap().content, Content::Symlink("a".into()));
        assert_eq!(tree.size(), 3);
    }

    #[test]
    fn a_socket_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let _socket = UnixListener::bind(directory.path().join("s")).unwrap();
        let error = Tree::scan(directory.path()).unwrap_err();
        insta::assert_snapshot!(error, @r#""s" is a socket; a package holds files, directories and symbolic links"#);
    }
}
