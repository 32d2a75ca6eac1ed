//! The merged tree.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufWriter, Read as _, Write as _};
use std::path::Path;

use yoe_package::index::Listed;
use yoe_package::{ArchiveWriter, Entry, Kind, Sha1};

use super::spool::{Spool, Stored};
use crate::{Content, ImageError};

/// A path of the root.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    /// What is there.
    pub body: Body,
    /// Its permission bits.
    pub mode: u32,
    /// The number of the user that owns it.
    pub uid: u32,
    /// The number of its group.
    pub gid: u32,
    /// The package that it belongs to; `None` for what the image adds.
    pub owner: Option<usize>,
}

/// What is at a path of the root.
#[derive(Debug, Clone)]
pub(crate) enum Body {
    /// A directory. What lies in it has nodes of its own.
    Directory,
    /// A file: where its content is, and that content's digest for the database of packages.
    File(Stored, Sha1),
    /// A symbolic link, and what it says.
    Symlink(String),
}

impl Body {
    /// What messages call it, with its article.
    pub fn kind(&self) -> &'static str {
        match self {
            Body::Directory => "a directory",
            Body::File(..) => "a file",
            Body::Symlink(_) => "a link",
        }
    }
}

/// The root of an image, put together from packages and what the image adds.
pub(crate) struct RootTree {
    /// What it holds by path, without a leading slash.
    pub nodes: BTreeMap<String, Node>,
    /// Its packages; [`Node::owner`] counts in this order.
    pub packages: Vec<Listed>,
    /// Where the contents of its files are.
    pub spool: Spool,
}

/// Links followed before a path counts as a circle, as in Linux.
const MOST_LINKS: usize = 40;

impl RootTree {
    /// The path (without a leading slash) that `path` leads to when every link in it is followed.
    pub fn resolve(&self, path: &str) -> Option<String> {
        let mut rest: Vec<String> = path.split('/').rev().map(str::to_owned).collect();
        let mut found: Vec<String> = Vec::new();
        let mut links = 0;
        while let Some(part) = rest.pop() {
            match part.as_str() {
                "" | "." => continue,
                ".." => {
                    found.pop();
                    continue;
                }
                _ => found.push(part),
            }
            let node = self.nodes.get(&found.join("/"))?;
            if let Body::Symlink(target) = &node.body {
                links += 1;
                if links > MOST_LINKS {
                    return None;
                }
                found.pop();
                if target.starts_with('/') {
                    found.clear();
                }
                rest.extend(target.split('/').rev().map(str::to_owned));
            }
        }
        Some(found.join("/"))
    }

    /// Whether `path` leads to a file when every link in it is followed.
    pub fn leads_to_file(&self, path: &str) -> bool {
        let node = self.resolve(path).and_then(|path| self.nodes.get(&path));
        node.is_some_and(|node| matches!(node.body, Body::File(..)))
    }

    /// The text of a file, if there is one.
    pub fn text(&self, path: &str) -> io::Result<Option<String>> {
        let Some(Node { body: Body::File(stored, _), .. }) = self.nodes.get(path) else { return Ok(None) };
        let mut text = String::new();
        self.spool.get(*stored)?.read_to_string(&mut text)?;
        Ok(Some(text))
    }

    /// Adds or replaces a file, and the directories that it lies in. A package that had it keeps it.
    pub fn put(&mut self, path: &str, text: &str, mode: u32) -> io::Result<()> {
        let path = self.place(path);
        let stored = self.spool.put(&mut text.as_bytes())?;
        let owner = self.nodes.get(&path).and_then(|node| node.owner);
        let body = Body::File(stored, Sha1::of(text.as_bytes()));
        self.nodes.insert(path.clone(), Node { body, mode, uid: 0, gid: 0, owner });
        self.add_parents(&path);
        Ok(())
    }

    /// Adds a file that no package has, and the directories that it lies in.
    pub fn put_bytes(&mut self, path: &str, content: &mut dyn io::Read, mode: u32) -> io::Result<()> {
        let path = self.place(path);
        // No package owns it, so no database needs its checksum.
        let body = Body::File(self.spool.put(content)?, Sha1([0; 20]));
        self.nodes.insert(path.clone(), Node { body, mode, uid: 0, gid: 0, owner: None });
        self.add_parents(&path);
        Ok(())
    }

    /// Adds or replaces a link, and the directories that it lies in.
    pub fn put_link(&mut self, path: &str, target: &str) {
        let path = self.place(path);
        let body = Body::Symlink(target.to_owned());
        self.nodes.insert(path.clone(), Node { body, mode: 0o777, uid: 0, gid: 0, owner: None });
        self.add_parents(&path);
    }

    /// Where a path that may not exist yet is: below a link such as `/lib`, a file is where the link leads.
    fn place(&self, path: &str) -> String {
        let directories = path.rmatch_indices('/').map(|(at, _)| path.split_at(at));
        let mut known =
            directories.filter_map(|(directory, rest)| Some(format!("{}{rest}", self.resolve(directory)?)));
        known.next().unwrap_or_else(|| path.to_owned())
    }

    /// Adds the directories that `path` lies in, where they are missing, with mode 0755 and owned by root.
    pub fn add_parents(&mut self, path: &str) {
        for (at, _) in path.match_indices('/') {
            let directory = Node { body: Body::Directory, mode: 0o755, uid: 0, gid: 0, owner: None };
            self.nodes.entry(path[..at].to_owned()).or_insert(directory);
        }
    }

    /// How much there is of what.
    pub fn content(&self) -> Content {
        let mut content = Content::default();
        for node in self.nodes.values() {
            match &node.body {
                Body::Directory => content.directories += 1,
                Body::Symlink(_) => content.links += 1,
                Body::File(stored, _) => {
                    content.files += 1;
                    content.bytes += stored.size;
                    content.blocks += stored.size.div_ceil(4096);
                }
            }
        }
        content
    }

    /// Writes the archive, sorted by path. Every entry has the time `epoch`, in seconds since 1970.
    ///
    /// # Errors
    /// When the file cannot be written, or the spool not read.
    pub fn write(&self, path: &Path, epoch: u64) -> Result<(), ImageError> {
        self.write_part(path, epoch, |path| Some(path.to_owned()))
    }

    /// Writes an archive of those paths that get a name, sorted by path.
    ///
    /// # Errors
    /// As [`Self::write`].
    pub fn write_part(
        &self,
        path: &Path,
        epoch: u64,
        name: impl Fn(&str) -> Option<String>,
    ) -> Result<(), ImageError> {
        let writing = |error| ImageError::io("write", path)(error);
        let file = File::create(path).map_err(writing)?;
        let mut archive = ArchiveWriter::new(BufWriter::new(file));
        // Without an entry of its own the root gets what a tool likes best: mkfs.erofs lets everybody write to it.
        let root = Node { body: Body::Directory, mode: 0o755, uid: 0, gid: 0, owner: None };
        self.append(&mut archive, ".", &root, epoch).map_err(writing)?;
        for (path, node) in &self.nodes {
            if let Some(name) = name(path) {
                self.append(&mut archive, &name, node, epoch).map_err(writing)?;
            }
        }
        archive.finish().and_then(|mut file| file.flush()).map_err(writing)
    }

    fn append(
        &self,
        archive: &mut ArchiveWriter<BufWriter<File>>,
        path: &str,
        node: &Node,
        mtime: u64,
    ) -> io::Result<()> {
        let Node { body, mode, uid, gid, .. } = node;
        let entry = |kind, size| Entry {
            path: path.to_owned(),
            kind,
            mode: *mode,
            uid: *uid,
            gid: *gid,
            mtime,
            size,
            checksum: None,
        };
        match body {
            Body::Directory => archive.append(&entry(Kind::Directory, 0), &mut io::empty()),
            Body::Symlink(target) => {
                archive.append(&entry(Kind::Symlink(target.clone()), 0), &mut io::empty())
            }
            Body::File(stored, _) => {
                archive.append(&entry(Kind::File, stored.size), &mut self.spool.get(*stored)?)
            }
        }
    }
}
