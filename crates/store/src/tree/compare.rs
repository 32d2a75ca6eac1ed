//! What differs between two trees.

use std::cmp::Ordering;
use std::fmt;
use std::path::{Path, PathBuf};

use yoe_model::Digest;

use super::hash;
use super::walk::{Entry, Modes, Tree};
use crate::error::Result;

/// One path at which two trees are not the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeDifference {
    /// Relative to the trees; empty for the trees themselves.
    pub path: PathBuf,
    /// In which way.
    pub how: Differs,
}

/// How two trees differ at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Differs {
    /// Only the first tree has it.
    Removed,
    /// Only the second tree has it.
    Added,
    /// One is a file, the other a directory or a link.
    Kind,
    /// The permissions.
    Mode,
    /// The bytes of a file, or the target of a link.
    Content,
}

impl fmt::Display for Differs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Removed => "is missing the second time",
            Self::Added => "is there the second time only",
            Self::Kind => "is of another kind",
            Self::Mode => "has other permissions",
            Self::Content => "has other content",
        })
    }
}

/// All differences between two trees, sorted by path; covers what [`super::tree_digest`] covers.
///
/// # Errors
///
/// When one of them cannot be read; see [`super::tree_digest`].
pub fn tree_differences(first: &Path, second: &Path) -> Result<Vec<TreeDifference>> {
    let (first, second) = (Listed::read(first)?, Listed::read(second)?);
    let (mut a, mut b) = (first.entries().peekable(), second.entries().peekable());
    let mut found = Vec::new();
    loop {
        let order = match (a.peek(), b.peek()) {
            (None, None) => return Ok(found),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some((one, _)), Some((other, _))) => one.path_bytes().cmp(other.path_bytes()),
        };
        let one = if order.is_le() { a.next() } else { None };
        let other = if order.is_ge() { b.next() } else { None };
        let difference = match (one, other) {
            (Some(one), Some(other)) => differs(one, other).map(|how| (one.0, how)),
            (Some((entry, _)), None) => Some((entry, Differs::Removed)),
            (None, Some((entry, _))) => Some((entry, Differs::Added)),
            (None, None) => None,
        };
        found.extend(difference.map(|(entry, how)| TreeDifference { path: entry.path.clone(), how }));
    }
}

type Seen<'a> = (&'a Entry, &'a Option<Digest>);

fn differs((one, bytes): Seen<'_>, (other, other_bytes): Seen<'_>) -> Option<Differs> {
    if one.node.name() != other.node.name() {
        return Some(Differs::Kind);
    }
    if bytes != other_bytes || one.node.target() != other.node.target() {
        return Some(Differs::Content);
    }
    (one.mode != other.mode).then_some(Differs::Mode)
}

/// A tree with the digests of its files.
struct Listed {
    tree: Tree,
    digests: Vec<Option<Digest>>,
}

impl Listed {
    fn read(directory: &Path) -> Result<Self> {
        let tree = Tree::read(directory, Modes::Keep)?;
        let digests = hash::files(&tree, &|_, _, _| Ok(()))?;
        Ok(Self { tree, digests })
    }

    fn entries(&self) -> impl Iterator<Item = Seen<'_>> {
        self.tree.entries.iter().zip(&self.digests)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    #[test]
    fn each_way_to_differ_is_named() {
        let (a, b) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        for top in [a.path(), b.path()] {
            fs::create_dir(top.join("sub")).unwrap();
            fs::write(top.join("sub/same"), "same").unwrap();
            ["bytes", "mode", "kind"].iter().for_each(|name| fs::write(top.join(name), "x").unwrap());
        }
        assert_eq!(tree_differences(a.path(), b.path()).unwrap(), []);
        fs::write(a.path().join("gone"), "").unwrap();
        fs::write(b.path().join("bytes"), "y").unwrap();
        fs::set_permissions(b.path().join("mode"), fs::Permissions::from_mode(0o755)).unwrap();
        fs::remove_file(b.path().join("kind")).unwrap();
        symlink("x", b.path().join("kind")).unwrap();
        symlink("1", a.path().join("link")).unwrap();
        symlink("2", b.path().join("link")).unwrap();
        fs::write(b.path().join("sub/new"), "").unwrap();
        let found: Vec<String> = tree_differences(a.path(), b.path())
            .unwrap()
            .iter()
            .map(|difference| format!("{} {}", difference.path.display(), difference.how))
            .collect();
        assert_eq!(
            found,
            [
                "bytes has other content",
                "gone is missing the second time",
                "kind is of another kind",
                "link has other content",
                "mode has other permissions",
                "sub/new is there the second time only",
            ]
        );
    }
}
