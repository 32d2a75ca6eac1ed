//! Hashing a tree's files on all cores.

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use sha2::{Digest as _, Sha256};
use yoe_model::Digest;

use super::walk::{Entry, Tree};
use crate::error::{At, Result};

/// Fits the second level cache, and makes the cost of a system call small against that of hashing.
const BUFFER: usize = 256 * 1024;

/// Below this, starting a thread costs more than it saves.
const ENTRIES_PER_THREAD: usize = 32;

/// Hashes files, one after the other, with one buffer.
pub(crate) struct FileHasher {
    buffer: Vec<u8>,
}

impl Default for FileHasher {
    fn default() -> Self {
        Self { buffer: vec![0; BUFFER] }
    }
}

impl FileHasher {
    /// The SHA-256 of what is read from here to the end.
    pub(crate) fn digest(&mut self, mut file: &File) -> io::Result<Digest> {
        let mut hash = Sha256::new();
        loop {
            match file.read(&mut self.buffer) {
                Ok(0) => return Ok(Digest::from_bytes(hash.finalize().into())),
                Ok(count) => hash.update(&self.buffer[..count]),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

/// What is done with a file before it is read.
pub(crate) type OnOpen<'a> = &'a (dyn Fn(&Tree, &Entry, &File) -> Result<()> + Sync);

/// For each entry the digest of its bytes, if it is a file. Each file is opened once.
pub(crate) fn files(tree: &Tree, on_open: OnOpen<'_>) -> Result<Vec<Option<Digest>>> {
    let next = AtomicUsize::new(0);
    let work = || {
        let result = share(tree, &next, on_open);
        if result.is_err() {
            // Nobody needs to go on.
            next.store(tree.entries.len(), Ordering::Relaxed);
        }
        result
    };
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let threads = cores.min(tree.entries.len() / ENTRIES_PER_THREAD).max(1);
    let shares = thread::scope(|scope| {
        // A thread that the system refuses is one less; this one works in any case.
        let start = |_| thread::Builder::new().spawn_scoped(scope, work).ok();
        let others: Vec<_> = (1..threads).filter_map(start).collect();
        let mut shares = vec![work()];
        for other in others {
            shares.push(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        shares
    });
    let mut digests = vec![None; tree.entries.len()];
    for share in shares {
        for (at, digest) in share? {
            digests[at] = Some(digest);
        }
    }
    Ok(digests)
}

/// What one thread does of the whole: the next file that no thread has taken, until there is none.
fn share(tree: &Tree, next: &AtomicUsize, on_open: OnOpen<'_>) -> Result<Vec<(usize, Digest)>> {
    let mut hasher = FileHasher::default();
    let mut done = Vec::new();
    loop {
        let at = next.fetch_add(1, Ordering::Relaxed);
        let Some(entry) = tree.entries.get(at) else { return Ok(done) };
        if entry.node.inode().is_some() {
            let file = tree.open(entry)?;
            on_open(tree, entry, &file)?;
            let digest = hasher.digest(&file).at("read", &tree.whole(&entry.path))?;
            done.push((at, digest));
        }
    }
}
