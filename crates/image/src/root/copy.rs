//! Taking a directory of this machine into a tree.

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use yoe_package::Sha1;

use super::tree::{Body, Node, RootTree};

impl RootTree {
    /// Adds all that is below a directory: files, directories and links as they are, which belong to root, with the bits of
    /// access alone. What the tree has already is replaced.
    pub fn copy(&mut self, directory: &Path) -> io::Result<()> {
        let mut open = vec![(directory.to_owned(), String::new())];
        while let Some((directory, below)) = open.pop() {
            for entry in fs::read_dir(&directory)? {
                let entry = entry?;
                let name = entry.file_name().into_string().map_err(|name| {
                    io::Error::new(ErrorKind::InvalidData, format!("the name {name:?} is not UTF-8"))
                })?;
                let name = if below.is_empty() { name } else { format!("{below}/{name}") };
                // Of the entry itself: a link is never followed.
                let metadata = entry.metadata()?;
                let body = if metadata.is_dir() {
                    open.push((entry.path(), name.clone()));
                    Body::Directory
                } else if metadata.is_symlink() {
                    let target = fs::read_link(entry.path())?.into_os_string().into_string();
                    Body::Symlink(target.map_err(|target| {
                        io::Error::new(
                            ErrorKind::InvalidData,
                            format!("the link {name:?} to {target:?} is not UTF-8"),
                        )
                    })?)
                } else if metadata.is_file() {
                    // No package owns it, so no database needs its checksum.
                    Body::File(self.spool.put(&mut File::open(entry.path())?)?, Sha1([0; 20]))
                } else {
                    let problem = format!("{name:?} is not a file, directory or link");
                    return Err(io::Error::new(ErrorKind::InvalidData, problem));
                };
                let mode = if metadata.is_symlink() { 0o777 } else { metadata.permissions().mode() & 0o777 };
                self.nodes.insert(name, Node { body, mode, uid: 0, gid: 0, owner: None });
            }
        }
        Ok(())
    }
}
