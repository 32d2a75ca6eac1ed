//! A layout as one file: a tar with its files in a fixed order.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write as _};
use std::path::Path;

use tar::{Builder, EntryType, Header};

use crate::error::OciError;

/// Writes the layout as a tar.
pub(crate) fn write(layout: &Path, archive: &Path, mtime: u64) -> Result<(), OciError> {
    let names = names(layout).map_err(OciError::io("read", layout))?;
    let writing = |error| OciError::io("write", archive)(error);
    let file = File::create(archive).map_err(writing)?;
    let mut builder = Builder::new(BufWriter::new(file));
    for name in names {
        append(&mut builder, layout, &name, mtime).map_err(writing)?;
    }
    builder.into_inner().and_then(|mut file| file.flush()).map_err(writing)
}

/// The files and directories, each directory before what it holds. Readers that stream want the small documents first.
fn names(layout: &Path) -> io::Result<Vec<String>> {
    let blobs = fs::read_dir(layout.join("blobs/sha256"))?;
    let mut blobs = blobs
        .map(|entry| Ok(format!("blobs/sha256/{}", entry?.file_name().to_string_lossy())))
        .collect::<io::Result<Vec<_>>>()?;
    blobs.sort();
    let first = ["oci-layout", "index.json", "blobs/", "blobs/sha256/"].map(str::to_owned);
    Ok(first.into_iter().chain(blobs).collect())
}

fn append(builder: &mut Builder<BufWriter<File>>, layout: &Path, name: &str, mtime: u64) -> io::Result<()> {
    let mut header = Header::new_ustar();
    header.set_mtime(mtime);
    header.set_uid(0);
    header.set_gid(0);
    if name.ends_with('/') {
        header.set_entry_type(EntryType::Directory);
        header.set_mode(0o755);
        header.set_size(0);
        return builder.append_data(&mut header, name, io::empty());
    }
    let file = File::open(layout.join(name))?;
    header.set_entry_type(EntryType::Regular);
    header.set_mode(0o644);
    header.set_size(file.metadata()?.len());
    builder.append_data(&mut header, name, file)
}
