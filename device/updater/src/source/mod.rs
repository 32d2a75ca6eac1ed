//! Where updates come from: a bundle or a directory, on this device or on a web server.

mod address;
mod bundle;
mod local;
mod tries;
mod web;

use std::ops::Range;
use std::time::Duration;

use yoe_bundle::archive::SUFFIX;

use crate::config::Network;
use crate::error::UpdaterError;
pub use address::Address;
use bundle::Bundle;
use local::{LocalDirectory, LocalFile};
pub use tries::Tries;
use web::{Web, WebDirectory, WebFile};

/// What to read of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// The part that is wanted.
    pub part: Range<u64>,
    /// The length of the whole file.
    pub whole: u64,
    /// How long the whole answer may take.
    pub time: Duration,
    /// Ask a server for this part, and not for all of the file.
    pub by_parts: bool,
    /// What proxies kept is not wanted: it was damaged.
    pub fresh: bool,
}

/// Some bytes of a file.
#[derive(Debug, Clone, Copy)]
pub struct Piece<'a> {
    /// Where they are in the file. Servers and proxies may begin before what was asked for, or after it.
    pub at: u64,
    /// The bytes.
    pub bytes: &'a [u8],
    /// They belong to an answer that goes on to the end of the file: this server does not know parts.
    pub whole: bool,
}

/// Takes what is read, piece by piece, as long as it says that it wants more.
pub type Sink<'a> = dyn FnMut(Piece<'_>) -> Result<bool, UpdaterError> + 'a;

/// A repository, wherever it is. Nothing that it gives is believed before it is verified.
pub trait Repository {
    /// The whole of a file of at most so many bytes; nothing when it is not there.
    ///
    /// # Errors
    /// When it is larger, or cannot be read.
    fn small(&self, path: &str, limit: u64) -> Result<Option<Vec<u8>>, UpdaterError>;

    /// One attempt to read a part of a file. The sink may get less than was asked for, and other parts of the file; what it
    /// got before an error is part of the file too.
    ///
    /// # Errors
    /// When it cannot be read, or is shorter; or with the sink's.
    fn read(&self, path: &str, ask: &Ask, sink: &mut Sink<'_>) -> Result<(), UpdaterError>;

    /// The length of a file, where it is known without asking a server.
    fn length(&self, path: &str) -> Option<u64>;

    /// Whether this brings one update alone: then a file that its list names may be missing.
    fn is_bundle(&self) -> bool {
        false
    }

    /// Whether somebody brought it: then no clock is trusted, and no second attempt is made.
    fn is_local(&self) -> bool;

    /// Bytes of all answers that came over a network so far; nothing when it is local.
    fn came(&self) -> Option<u64> {
        None
    }

    /// Whether a server answered with parts of different files of one name.
    fn was_replaced(&self) -> bool {
        false
    }

    /// What people call it.
    fn name(&self) -> &str;
}

/// A file that is read in pieces.
pub trait Pieces {
    /// This part of it, or what there is of it before the file's end.
    ///
    /// # Errors
    /// When it cannot be read.
    fn part(&self, part: Range<u64>) -> Result<Vec<u8>, UpdaterError>;

    /// See [`Repository::read`].
    ///
    /// # Errors
    /// When it cannot be read, or is shorter; or with the sink's.
    fn read(&self, ask: &Ask, sink: &mut Sink<'_>) -> Result<(), UpdaterError>;

    /// Its size in bytes, where it is known.
    fn size(&self) -> Option<u64>;

    /// What people call it.
    fn name(&self) -> &str;

    /// Whether it is on this device.
    fn is_local(&self) -> bool;

    /// See [`Repository::came`].
    fn came(&self) -> Option<u64> {
        None
    }

    /// See [`Repository::was_replaced`].
    fn was_replaced(&self) -> bool {
        false
    }
}

/// Opens a repository: a URL or a path, of a directory or of a bundle.
///
/// # Errors
/// When it is not there, or is not a bundle.
pub fn open(from: &str, network: &Network) -> Result<Box<dyn Repository>, UpdaterError> {
    match Address::parse(from)? {
        Address::Web(url) => {
            let web = Web::new(&url, network);
            let path = url.split(['?', '#']).next().unwrap_or_default();
            if path.ends_with(SUFFIX) {
                Ok(Box::new(Bundle::open(WebFile::new(web, &url))?))
            } else {
                Ok(Box::new(WebDirectory::new(web, &url)))
            }
        }
        Address::Path(path) => {
            let path = std::path::Path::new(&path);
            if path.is_dir() {
                return Ok(Box::new(LocalDirectory::new(path)));
            }
            Ok(Box::new(Bundle::open(LocalFile::open(path)?)?))
        }
    }
}
