//! The root tree of an image: its files, and whose they are.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, Read as _};
use std::path::Path;

use yoe_package::{ArchiveReader, Kind};

use crate::SupplyError;
use crate::files::{Looked, look};

/// Where apk-tools keeps the database of installed packages; /lib may be a link to /usr/lib.
const INSTALLED: &str = "lib/apk/db/installed";

/// The files of a root.
#[derive(Debug, Default)]
pub(crate) struct Root {
    /// By path.
    pub(crate) files: BTreeMap<String, Looked>,
    /// From path to the package that holds the file. What the image made itself has none.
    pub(crate) owners: BTreeMap<String, String>,
}

/// Reads the archive of a root.
pub(crate) fn read(path: &Path, archive: File) -> Result<Root, SupplyError> {
    let damaged = |source| SupplyError::Archive { path: path.to_owned(), source };
    let mut root = Root::default();
    let mut reader = ArchiveReader::new(BufReader::new(archive));
    while let Some(entry) = reader.next_entry().map_err(damaged)? {
        if entry.kind != Kind::File {
            continue;
        }
        let mut content = Vec::new();
        let read = reader.read_to_end(&mut content);
        read.map_err(|source: io::Error| SupplyError::Io { path: path.to_owned(), source })?;
        if entry.path.ends_with(INSTALLED) {
            root.owners = owners(&String::from_utf8_lossy(&content));
        }
        root.files.insert(entry.path.clone(), look(&entry.path, &content));
    }
    Ok(root)
}

/// The database of installed packages: `P:` begins a package, `F:` names a directory, `R:` a file in it.
fn owners(text: &str) -> BTreeMap<String, String> {
    let (mut package, mut directory, mut owners) = ("", "", BTreeMap::new());
    for line in text.lines() {
        match line.split_once(':') {
            Some(("P", name)) => (package, directory) = (name, ""),
            Some(("F", path)) => directory = path,
            Some(("R", name)) => {
                let path = if directory.is_empty() { name.to_owned() } else { format!("{directory}/{name}") };
                owners.insert(path, package.to_owned());
            }
            _ => {}
        }
    }
    owners
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_database_says_whose_a_file_is() {
        let text = "C:Q1x=\nP:busybox\nV:1.38.0-r0\nF:\nR:init\nF:usr\nF:usr/bin\nR:busybox\nZ:Q1y=\n\nP:musl\nF:usr/lib\nR:libc.so\n";
        let owners = owners(text);
        let owners: Vec<(&str, &str)> =
            owners.iter().map(|(path, owner)| (path.as_str(), owner.as_str())).collect();
        assert_eq!(
            owners,
            [("init", "busybox"), ("usr/bin/busybox", "busybox"), ("usr/lib/libc.so", "musl")]
        );
    }
}
