//! Where updates come from: a bundle or a folder, on this device or on a web server.

mod bundle;
mod local;
mod web;

use yoe_bundle::archive::SUFFIX;

use crate::problem::Problem;
use bundle::Bundle;
use local::{Folder, LocalFile};
use web::{Web, WebFile, WebFolder};

/// Takes what is read, piece by piece.
pub type Sink<'a> = dyn FnMut(&[u8]) -> Result<(), Problem> + 'a;

/// A repository, wherever it is. Nothing that it gives is believed before it is verified.
pub trait Repository {
    /// The whole of a file of at most so many bytes; nothing when it is not there.
    ///
    /// # Errors
    /// When it is larger, or cannot be read.
    fn small(&self, path: &str, limit: u64) -> Result<Option<Vec<u8>>, Problem>;

    /// A part of a file. What the sink got before an error is part of it.
    ///
    /// # Errors
    /// When it cannot be read, or is shorter.
    fn range(&self, path: &str, start: u64, length: u64, sink: &mut Sink<'_>) -> Result<(), Problem>;

    /// The length of a file, where it is known without asking a server.
    fn length(&self, path: &str) -> Option<u64>;

    /// Whether this brings one update alone: then a file that its list names may be missing.
    fn is_bundle(&self) -> bool {
        false
    }

    /// Whether somebody brought it: then no clock is trusted, and no second attempt is made.
    fn is_local(&self) -> bool;

    /// What people call it.
    fn name(&self) -> &str;
}

/// A file that is read in pieces.
pub trait Pieces {
    /// A part of it.
    ///
    /// # Errors
    /// When it cannot be read, or is shorter.
    fn range(&self, start: u64, length: u64, sink: &mut Sink<'_>) -> Result<(), Problem>;

    /// Its size in bytes.
    ///
    /// # Errors
    /// When it cannot be known.
    fn size(&self) -> Result<u64, Problem>;

    /// What people call it.
    fn name(&self) -> &str;

    /// Whether it is on this device.
    fn is_local(&self) -> bool;
}

/// Opens a repository: a URL or a path, of a folder or of a bundle.
///
/// # Errors
/// When it is not there, or is no bundle.
pub fn open(from: &str) -> Result<Box<dyn Repository>, Problem> {
    if from.starts_with("http://") || from.starts_with("https://") {
        let web = Web::new();
        let path = from.split(['?', '#']).next().unwrap_or_default();
        return if path.ends_with(SUFFIX) {
            Ok(Box::new(Bundle::open(WebFile::open(web, from)?)?))
        } else {
            Ok(Box::new(WebFolder::new(web, from)))
        };
    }
    let path = std::path::Path::new(from);
    if path.is_dir() {
        return Ok(Box::new(Folder::new(path)));
    }
    Ok(Box::new(Bundle::open(LocalFile::open(path)?)?))
}
