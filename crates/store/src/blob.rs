//! Blobs: files named by their SHA-256.

use std::fs::{self, File, Permissions};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;
use rustix::io::Errno;
use yoe_model::Digest;

use crate::error::{At, Result, StoreError};
use crate::layout::make_directory;
use crate::tree::FileHasher;
use crate::{Kind, Object, Store};

impl Store {
    /// Where this blob lies, if the store has it; marks it as used. Its modification time says when it was last
    /// used, and nothing of its content.
    pub fn blob(&self, digest: &Digest) -> Result<Option<PathBuf>> {
        self.find(Object::new(Kind::Blob, digest))
    }

    /// Where the download of this blob is to be written, and what was fetched of it before lies. Its directory exists.
    /// Have [`Store::lock_blob`] as long as you write there.
    pub fn partial(&self, digest: &Digest) -> Result<PathBuf> {
        let object = Object::new(Kind::Partial, digest);
        let _gate = self.layout.enter()?;
        self.list_in_sessions(object)?;
        Ok(self.layout.path(object))
    }

    /// Checks the SHA-256 of a file, reading it once, and moves it into the store; gives its path there.
    ///
    /// The file must lie on the store's file system: at [`Store::partial`] or in a [`Scratch`](crate::Scratch).
    ///
    /// # Errors
    ///
    /// [`StoreError::WrongDigest`] carries both digests; the file was removed. After another error it is where it was.
    pub fn adopt_blob(&self, path: &Path, expected: &Digest) -> Result<PathBuf> {
        let file = open_regular(path)?;
        let found = FileHasher::default().digest(&file).at("read", path)?;
        if found != *expected {
            fs::remove_file(path).at("remove", path)?;
            return Err(StoreError::WrongDigest { path: path.to_owned(), expected: *expected, found });
        }
        let object = Object::new(Kind::Blob, expected);
        let to = self.layout.path(object);
        to.parent().map_or(Ok(()), make_directory)?;
        let _gate = self.layout.enter()?;
        // Over one that is there already: it has the same bytes, or it is damaged.
        fs::rename(path, &to).map_err(|error| self.cannot_move(path, error))?;
        // Not before: a download that we are killed over must stay one that can be written to.
        file.set_permissions(Permissions::from_mode(0o444)).at("set the mode of", &to)?;
        self.mark(object)?;
        Ok(to)
    }

    pub(crate) fn cannot_move(&self, path: &Path, source: std::io::Error) -> StoreError {
        if Errno::from_io_error(&source) == Some(Errno::XDEV) {
            return StoreError::OtherFileSystem { path: path.to_owned(), root: self.root().to_owned() };
        }
        StoreError::io("move into the store", path, source)
    }
}

fn open_regular(path: &Path) -> Result<File> {
    // Not waiting for a writer, should it be a named pipe.
    let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits();
    let wrong = || StoreError::WrongKind { path: path.to_owned(), expected: "regular file" };
    if !path.symlink_metadata().at("inspect", path)?.is_file() {
        return Err(wrong());
    }
    let flags = i32::try_from(flags).map_err(|_| wrong())?;
    File::options().read(true).custom_flags(flags).open(path).at("open", path)
}
