//! Where downloaded bytes go, hashed on the way.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use sha2::{Digest as _, Sha256};
use yoe_model::Digest;

/// A file or a buffer that grows at its end, with the SHA-256 of all that it holds.
pub(super) struct Sink {
    target: Target,
    hash: Sha256,
    len: u64,
}

enum Target {
    File(File),
    Memory(Vec<u8>),
}

impl Sink {
    pub(super) fn memory() -> Self {
        Self { target: Target::Memory(Vec::new()), hash: Sha256::new(), len: 0 }
    }

    /// Opens or creates a file; what it holds already counts as downloaded.
    pub(super) fn file(path: &Path) -> io::Result<Self> {
        let mut file = File::options().read(true).write(true).create(true).truncate(false).open(path)?;
        let mut hash = Sha256::new();
        let mut buffer = vec![0; 64 * 1024];
        let mut len = 0;
        loop {
            match file.read(&mut buffer)? {
                0 => break,
                count => {
                    hash.update(&buffer[..count]);
                    len += count as u64;
                }
            }
        }
        Ok(Self { target: Target::File(file), hash, len })
    }

    pub(super) fn len(&self) -> u64 {
        self.len
    }

    pub(super) fn digest(&self) -> Digest {
        Digest::from_bytes(self.hash.clone().finalize().into())
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match &mut self.target {
            Target::File(file) => file.write_all(bytes)?,
            Target::Memory(buffer) => buffer.extend_from_slice(bytes),
        }
        self.hash.update(bytes);
        self.len += bytes.len() as u64;
        Ok(())
    }

    /// Forgets all bytes.
    pub(super) fn reset(&mut self) -> io::Result<()> {
        match &mut self.target {
            Target::File(file) => {
                file.set_len(0)?;
                file.seek(SeekFrom::Start(0))?;
            }
            Target::Memory(buffer) => buffer.clear(),
        }
        self.hash = Sha256::new();
        self.len = 0;
        Ok(())
    }

    /// The bytes of a buffer; empty for a file.
    pub(super) fn into_memory(self) -> Vec<u8> {
        match self.target {
            Target::File(_) => Vec::new(),
            Target::Memory(buffer) => buffer,
        }
    }
}
