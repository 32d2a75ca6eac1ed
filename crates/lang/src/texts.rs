//! Texts that stand in place of files: what an editor holds and has not saved, or what is yet to be written.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Texts by the paths of their files, absolute and without links. Clones share them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Texts(Arc<BTreeMap<PathBuf, Arc<str>>>);

impl Texts {
    /// Of these paths; links on their way are followed as far as something is there.
    pub(crate) fn new(texts: &BTreeMap<PathBuf, String>) -> Self {
        Self(Arc::new(texts.iter().map(|(path, text)| (real(path), Arc::from(text.as_str()))).collect()))
    }

    /// The text of the file at this path.
    pub(crate) fn get(&self, path: &Path) -> Option<&str> {
        self.0.get(path).map(AsRef::as_ref)
    }

    /// Names of what these texts bring into a directory, each with whether it is a directory itself.
    pub(crate) fn names_in(&self, directory: &Path) -> Vec<(String, bool)> {
        let below = |path: &PathBuf| {
            let mut rest = path.strip_prefix(directory).ok()?.iter();
            let name = rest.next()?.to_str()?.to_owned();
            Some((name, rest.next().is_some()))
        };
        self.0.keys().filter_map(below).collect()
    }
}

/// A path without links; of a file that is not there yet, that of the nearest directory that is.
fn real(path: &Path) -> PathBuf {
    let there = |above: &Path| Some((above.canonicalize().ok()?, path.strip_prefix(above).ok()?.to_owned()));
    match path.ancestors().find_map(there) {
        Some((real, rest)) if rest.as_os_str().is_empty() => real,
        Some((real, rest)) => real.join(rest),
        None => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_found_by_its_real_path_whether_or_not_its_file_is_there() {
        let root = tempfile::tempdir().unwrap();
        let real = root.path().canonicalize().unwrap();
        std::fs::create_dir(real.join("a")).unwrap();
        std::os::unix::fs::symlink("a", real.join("link")).unwrap();
        let texts = Texts::new(&[(real.join("link/b/new.star"), "x".to_owned())].into());
        assert_eq!(texts.get(&real.join("a/b/new.star")), Some("x"));
        assert_eq!(texts.get(&real.join("link/b/new.star")), None);
        assert_eq!(texts.names_in(&real.join("a")), [("b".to_owned(), true)]);
        assert_eq!(texts.names_in(&real.join("a/b")), [("new.star".to_owned(), false)]);
        assert_eq!(texts.names_in(&real.join("c")), []);
    }
}
