//! An image as an archive that engines read: a tar (POSIX.1-1988, ustar) of an OCI image layout, written as it is asked for, so
//! that no copy of it lies anywhere.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

use serde_json::json;
use yoe_workload_format::{Blob, Image};

use crate::error::WorkloadError;
use crate::root::Root;

const BLOCK: usize = 512;

/// Writes an image with the name that the engine is to give it.
///
/// # Errors
/// When a blob of the root cannot be read, or nobody reads the archive.
pub fn write(root: &Root, image: &Image, to: &mut dyn Write) -> Result<(), WorkloadError> {
    let writing = |error| WorkloadError::file("written", Path::new("the archive of an image"))(error);
    let files =
        [("oci-layout", r#"{"imageLayoutVersion":"1.0.0"}"#.to_owned()), ("index.json", index(image))];
    for (name, text) in files {
        entry(to, name, text.len() as u64, &mut text.as_bytes()).map_err(writing)?;
    }
    let mut written = BTreeSet::new();
    // A layer may be in an image twice.
    for blob in image.blobs().filter(|blob| written.insert(&blob.sha256)) {
        let path = root.blob(blob);
        let file = File::open(&path).map_err(WorkloadError::file("read", &path))?;
        entry(to, &format!("blobs/sha256/{}", blob.sha256), blob.size, &mut file.take(blob.size))
            .map_err(writing)?;
    }
    to.write_all(&[0; 2 * BLOCK]).and_then(|()| to.flush()).map_err(writing)
}

fn index(image: &Image) -> String {
    let Blob { sha256, size } = &image.manifest;
    let manifest = json!({
        "mediaType": image.media_type,
        "digest": format!("sha256:{sha256}"),
        "size": size,
        "platform": { "architecture": image.architecture, "os": "linux" },
        "annotations": { "io.containerd.image.name": image.name },
    });
    json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.index.v1+json",
        "manifests": [manifest],
    })
    .to_string()
}

/// Writes a file of exactly `size` bytes; fails when `content` has fewer.
fn entry(to: &mut dyn Write, name: &str, size: u64, content: &mut dyn Read) -> io::Result<()> {
    to.write_all(&header(name, size))?;
    let copied = io::copy(content, to)?;
    if copied != size {
        return Err(io::Error::new(
            io::ErrorKind::UnexpectedEof,
            format!("{name} has {copied} bytes instead of {size}"),
        ));
    }
    let over = (size % BLOCK as u64) as usize;
    if over > 0 { to.write_all(&[0; BLOCK][over..]) } else { Ok(()) }
}

fn header(name: &str, size: u64) -> [u8; BLOCK] {
    let mut block = [0; BLOCK];
    let mut put = |at: usize, text: &str| block[at..at + text.len()].copy_from_slice(text.as_bytes());
    put(0, name);
    put(100, "0000644\0");
    put(108, "0000000\0");
    put(116, "0000000\0");
    put(124, &format!("{size:011o}\0"));
    put(136, "00000000000\0");
    put(148, "        ");
    put(156, "0");
    put(257, "ustar\x0000");
    let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
    block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    block
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_as_tar_writes_it() {
        let mut out = Vec::new();
        entry(&mut out, "a", 3, &mut &b"xyz"[..]).unwrap();
        assert_eq!(out.len(), 2 * BLOCK);
        assert_eq!(&out[124..136], b"00000000003\0");
        let sum: u32 = out[..BLOCK]
            .iter()
            .enumerate()
            .map(|(at, byte)| if (148..156).contains(&at) { 32 } else { u32::from(*byte) })
            .sum();
        assert_eq!(&out[148..154], format!("{sum:06o}").as_bytes());
        assert_eq!(&out[BLOCK..BLOCK + 4], b"xyz\0");
        assert!(entry(&mut out, "a", 4, &mut &b"xyz"[..]).is_err());
    }
}
