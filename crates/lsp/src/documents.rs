//! The files that an editor has open.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use lsp_types::Uri;

/// The file that marks a project's directory.
const PROJECT: &str = "PROJECT.star";

/// A file that is open.
#[derive(Debug)]
pub(crate) struct Document {
    pub(crate) text: String,
    /// As the editor calls it.
    pub(crate) uri: Uri,
    /// The project that it is of.
    pub(crate) root: Option<PathBuf>,
}

/// The files that are open, by their paths without links.
#[derive(Debug, Default)]
pub(crate) struct Documents {
    open: BTreeMap<PathBuf, Document>,
}

impl Documents {
    /// Notes what a file holds; gives its project.
    pub(crate) fn set(&mut self, uri: Uri, text: String) -> Option<PathBuf> {
        let path = real(&crate::uri::path(&uri)?);
        let root = project_of(&path);
        self.open.insert(path, Document { text, uri, root: root.clone() });
        root
    }

    /// Forgets a file; gives its project.
    pub(crate) fn close(&mut self, uri: &Uri) -> Option<PathBuf> {
        self.open.remove(&real(&crate::uri::path(uri)?))?.root
    }

    /// The file that is called so, with its path.
    pub(crate) fn get(&self, uri: &Uri) -> Option<(&Path, &Document)> {
        let path = real(&crate::uri::path(uri)?);
        self.open.get_key_value(&path).map(|(path, document)| (path.as_path(), document))
    }

    /// How the editor calls the file at a path, if it is open.
    pub(crate) fn uri(&self, path: &Path) -> Option<Uri> {
        self.open.get(path).map(|document| document.uri.clone())
    }

    /// The files that are evaluated, by their paths.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &Path> {
        let paths = self.open.keys().map(PathBuf::as_path);
        paths.filter(|path| path.extension().is_some_and(|ending| ending == "star"))
    }

    /// Their texts.
    pub(crate) fn texts(&self) -> BTreeMap<PathBuf, String> {
        let text = |path: &Path| Some((path.to_owned(), self.open.get(path)?.text.clone()));
        self.paths().filter_map(text).collect()
    }
}

/// The directory of the project that a file is in.
fn project_of(path: &Path) -> Option<PathBuf> {
    // A project that is not saved yet is one all the same.
    if path.file_name().is_some_and(|name| name == PROJECT) {
        return path.parent().map(Path::to_owned);
    }
    path.ancestors().skip(1).find(|directory| directory.join(PROJECT).is_file()).map(Path::to_owned)
}

/// A path without links; of a file that is not there, that of its directory.
fn real(path: &Path) -> PathBuf {
    if let Ok(real) = path.canonicalize() {
        return real;
    }
    match (path.parent().and_then(|parent| parent.canonicalize().ok()), path.file_name()) {
        (Some(parent), Some(name)) => parent.join(name),
        _ => path.to_owned(),
    }
}
