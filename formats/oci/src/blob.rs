//! Blobs: files named by the SHA-256 digest of their bytes.

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read as _, Write};
use std::path::Path;

use flate2::{Compression, GzBuilder};
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use yoe_notation::hex;

use crate::document::Descriptor;
use crate::error::OciError;

/// A blob that was written.
pub(crate) struct Blob {
    /// `sha256:` and the digest.
    pub digest: String,
    /// Bytes.
    pub size: u64,
}

impl Blob {
    /// What a document says of it.
    pub fn descriptor<'a>(&self, media_type: &'static str) -> Descriptor<'a> {
        let (digest, size) = (self.digest.clone(), self.size);
        Descriptor { media_type, digest, size, platform: None, annotations: [].into() }
    }
}

/// Writes a document as a blob into the directory.
pub(crate) fn json(
    directory: &Path,
    document: &'static str,
    value: &impl Serialize,
) -> Result<Blob, OciError> {
    let bytes = serde_json::to_vec(value).map_err(|source| OciError::Json { document, source })?;
    let digest = hex::encode(&Sha256::digest(&bytes));
    let path = directory.join(&digest);
    fs::write(&path, &bytes).map_err(OciError::io("write", &path))?;
    Ok(Blob { digest: format!("sha256:{digest}"), size: bytes.len() as u64 })
}

/// Compresses a tar into a blob in the directory. Gives the digest of the tar too, which names a layer whatever its
/// compression.
pub(crate) fn layer(directory: &Path, tar: &Path) -> Result<(Blob, String), OciError> {
    // Its name is known only at its end.
    let unnamed = directory.join("layer");
    let file = File::create(&unnamed).map_err(OciError::io("write", &unnamed))?;
    let mut whole = Sha256::new();
    let compressed = Counted { to: BufWriter::new(file), digest: Sha256::new(), size: 0 };
    // No time, no name, and an operating system that is nobody's (255): the header says nothing of this host.
    let mut gzip = GzBuilder::new().mtime(0).operating_system(255).write(compressed, Compression::best());
    copy(tar, &mut |bytes| {
        whole.update(bytes);
        gzip.write_all(bytes).map_err(OciError::io("write", &unnamed))
    })?;
    let finish = || {
        let mut counted = gzip.finish()?;
        counted.flush()?;
        Ok(counted)
    };
    let counted = finish().map_err(OciError::io("write", &unnamed))?;
    let name = hex::encode(&counted.digest.finalize());
    let path = directory.join(&name);
    fs::rename(&unnamed, &path).map_err(OciError::io("write", &path))?;
    let blob = Blob { digest: format!("sha256:{name}"), size: counted.size };
    Ok((blob, format!("sha256:{}", hex::encode(&whole.finalize()))))
}

fn copy(from: &Path, take: &mut dyn FnMut(&[u8]) -> Result<(), OciError>) -> Result<(), OciError> {
    let mut reader = BufReader::new(File::open(from).map_err(OciError::io("read", from))?);
    let mut buffer = vec![0; 128 << 10];
    loop {
        match reader.read(&mut buffer).map_err(OciError::io("read", from))? {
            0 => return Ok(()),
            count => take(&buffer[..count])?,
        }
    }
}

/// A writer that knows the digest and the size of what passed.
struct Counted<W> {
    to: W,
    digest: Sha256,
    size: u64,
}

impl<W: Write> Write for Counted<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.to.write(bytes)?;
        self.digest.update(&bytes[..count]);
        self.size += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}
