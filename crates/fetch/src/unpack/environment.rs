//! A whole build environment from Debian packages.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, Read, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use super::error::UnpackError;
use super::root::{Name, Refusal, Root, set_time};
use super::{Limits, deb, empty_directory};
use crate::Cancel;

/// Directories that a build has no use for.
const LEFT_OUT: [&[u8]; 5] =
    [b"usr/share/doc", b"usr/share/man", b"usr/share/info", b"usr/share/locale", b"usr/share/lintian"];

/// Old names of directories that moved below /usr. They are made first, so that a package that still uses an old name ends
/// in the one tree, in whatever order packages come.
const MERGED: [&str; 4] = ["bin", "lib", "lib64", "sbin"];

/// Users and groups that base-passwd's script would have written; a build runs as one user.
const FILES: [(&str, &str); 2] = [
    (
        "etc/passwd",
        "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n",
    ),
    ("etc/group", "root:x:0:\nnogroup:x:65534:\n"),
];

/// When files that are not from a package were last changed: the first of January 1980, so that it is always the same.
const TIME: u64 = 315_532_800;

/// Threads that decompress at the same time.
const THREADS: usize = 4;
const CHUNK: usize = 256 * 1024;
/// Chunks of one package that wait to be written: 32 MiB.
const WAITING: usize = 128;

/// Lays the files of `packages` into a directory that is made, or is empty; then the minimal `/etc/passwd` and `/etc/group`,
/// then `links` (absolute path to target) and `files` (absolute path to text), each in the place of what was there. None
/// of the packages' scripts run. Documentation, manuals and translations are left out. Where two packages have the same
/// file, that of the later one stays.
///
/// Packages are decompressed side by side and written one after the other, in order.
///
/// # Errors
/// As [`super::archive`], and when cancelled.
pub fn environment(
    packages: &[PathBuf],
    links: &BTreeMap<String, String>,
    files: &BTreeMap<String, String>,
    into: &Path,
    cancel: &Cancel,
) -> Result<(), UnpackError> {
    empty_directory(into)?;
    let mut root = Root::open(into)?;
    let mut author = Author { root: &mut root, archive: "the base of the environment" };
    for name in MERGED {
        author.directory(&format!("usr/{name}"))?;
        author.link(name, &format!("usr/{name}"))?;
    }
    unpack(packages, &mut root, &Limits { cancel: cancel.clone(), ..Limits::default() })?;
    let mut author = Author { root: &mut root, archive: "the base of the environment" };
    for (path, text) in FILES {
        author.file(path, text)?;
    }
    let mut author = Author { root: &mut root, archive: "the container's links and files" };
    links.iter().try_for_each(|(path, target)| author.link(path, target))?;
    files.iter().try_for_each(|(path, text)| author.file(path, text))
}

fn taken(path: &[u8]) -> bool {
    !LEFT_OUT.iter().any(|directory| {
        path.strip_prefix(*directory).is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
    })
}

/// Chunks of one package's tar stream, or why there are no more.
type Chunk = io::Result<Vec<u8>>;

fn unpack(packages: &[PathBuf], root: &mut Root, limits: &Limits) -> Result<(), UnpackError> {
    let (senders, receivers): (Vec<_>, Vec<_>) =
        packages.iter().map(|_| sync_channel::<Chunk>(WAITING)).unzip();
    let queue = Mutex::new(packages.iter().zip(senders));
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(THREADS);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some((package, sender)) = queue.lock().ok().and_then(|mut queue| queue.next()) {
                    if limits.cancel.is_cancelled() || !decompress(package, &sender) {
                        return;
                    }
                }
            });
        }
        // Dropping the receivers on an error ends the threads.
        packages.iter().zip(receivers).try_for_each(|(package, receiver)| {
            let name = deb::display_name(package);
            let data = Chunks { receiver, chunk: io::Cursor::default() };
            let done = deb::unpack(data, &name, root, &taken, limits);
            // A thread that ended early leaves an archive that looks damaged.
            if limits.cancel.is_cancelled() { Err(UnpackError::Cancelled) } else { done }
        })
    })
}

/// Sends a package's tar stream; `false` when nobody listens any more.
fn decompress(package: &Path, sender: &SyncSender<Chunk>) -> bool {
    let opened = File::open(package).and_then(|file| deb::data(BufReader::with_capacity(CHUNK, file)));
    let mut data = match opened {
        Ok(data) => data,
        Err(error) => return sender.send(Err(error)).is_ok(),
    };
    loop {
        let mut chunk = Vec::with_capacity(CHUNK);
        match data.by_ref().take(CHUNK as u64).read_to_end(&mut chunk) {
            Ok(0) => return true,
            Ok(_) => {
                if sender.send(Ok(chunk)).is_err() {
                    // The writer may have seen the end of the archive, which lies before the end of the stream.
                    return true;
                }
            }
            Err(error) => return sender.send(Err(error)).is_ok(),
        }
    }
}

/// Reads what a thread sends.
struct Chunks {
    receiver: Receiver<Chunk>,
    chunk: io::Cursor<Vec<u8>>,
}

impl Read for Chunks {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.chunk.read(buffer)? {
                0 if buffer.is_empty() => return Ok(0),
                0 => match self.receiver.recv() {
                    Ok(chunk) => self.chunk = io::Cursor::new(chunk?),
                    Err(_) => return Ok(0),
                },
                count => return Ok(count),
            }
        }
    }
}

/// Writes what is not from a package.
struct Author<'a> {
    root: &'a mut Root,
    archive: &'static str,
}

impl Author<'_> {
    fn directory(&mut self, path: &str) -> Result<(), UnpackError> {
        self.make(path, |root, name| root.directory(name, 0o755))
    }

    fn link(&mut self, path: &str, target: &str) -> Result<(), UnpackError> {
        self.make(path, |root, name| root.symlink(name, target.as_bytes()))
    }

    fn file(&mut self, path: &str, text: &str) -> Result<(), UnpackError> {
        self.make(path, |root, name| {
            let mut file = root.file(name, 0o644)?;
            file.write_all(text.as_bytes())?;
            Ok(set_time(&file, TIME)?)
        })
    }

    fn make(
        &mut self,
        path: &str,
        write: impl FnOnce(&mut Root, &Name) -> Result<(), Refusal>,
    ) -> Result<(), UnpackError> {
        let name = Name::new(path.trim_start_matches('/').as_bytes()).map_err(Refusal::Entry);
        let done = name.and_then(|name| write(self.root, &name));
        let (archive, entry) = (self.archive.to_owned(), path.to_owned());
        done.map_err(|refusal| match refusal {
            Refusal::Entry(problem) => UnpackError::Entry { archive, entry, problem },
            Refusal::System(source) => UnpackError::Write { archive, entry, source },
        })
    }
}
