//! Writing a package.

use std::fs::File;
use std::io::{self, BufWriter, Read as _, Seek as _, Write};
use std::path::Path;

use flate2::{Compression, GzBuilder};

use crate::archive::{ArchiveWriter, Entry, Kind};
use crate::digest::{Hash, Hashing};
use crate::{Content, Control, Info, Node, PackageError, Sha1, Sha256, Signer, Tree, sonames};

/// A package that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// What it says of itself.
    pub control: Control,
    /// The SHA-1 of its control member: what the index calls it.
    pub identity: Sha1,
    /// Bytes of the file.
    pub file_size: u64,
    /// SHA-256 of the file.
    pub sha256: Sha256,
}

/// Writes `tree` as a package to the file `dest`, which appears whole or not at all.
///
/// Dependencies on shared libraries (`so:<soname>`) that the tree itself does not hold are added, as are those it provides.
///
/// # Errors
/// When a field cannot be carried, or a file cannot be read or written.
pub fn write(tree: &Tree, info: &Info, signer: &Signer, dest: &Path) -> Result<Written, PackageError> {
    info.validate()?;
    let info = with_sonames(tree, info)?;
    let directory = dest.parent().unwrap_or(Path::new("."));
    let mut out =
        tempfile::NamedTempFile::new_in(directory).map_err(PackageError::io("make a file in", directory))?;
    let mut data = tempfile::tempfile_in(directory).map_err(PackageError::io("make a file in", directory))?;
    let data_hash = write_data(tree, info.build_date, &mut data, dest)?;
    let control = Control { info, installed_size: tree.size(), data_hash };
    let date = control.info.build_date;
    let control_bytes =
        member(".PKGINFO", control.to_text().as_bytes(), date).map_err(PackageError::io("write", dest))?;
    let signature = signer.sign(&control_bytes).map_err(PackageError::Sign)?;
    let signature_bytes =
        signature_member(&signer.entry_name(), &signature, date).map_err(PackageError::io("write", dest))?;
    let mut whole = Hashing::new(out.as_file_mut(), Hash::sha256());
    let copied = whole
        .write_all(&signature_bytes)
        .and_then(|()| whole.write_all(&control_bytes))
        .and_then(|()| data.rewind())
        .and_then(|()| io::copy(&mut data, &mut whole));
    copied.map_err(PackageError::io("write", dest))?;
    let (file_size, sha256) = (whole.bytes, whole.hash.sha256_sum());
    publish(out, dest)?;
    Ok(Written { identity: Sha1::of(&control_bytes), control, file_size, sha256 })
}

fn publish(out: tempfile::NamedTempFile, dest: &Path) -> Result<(), PackageError> {
    use std::os::unix::fs::PermissionsExt as _;
    let readable = std::fs::Permissions::from_mode(0o644);
    out.as_file().set_permissions(readable).map_err(PackageError::io("write", dest))?;
    out.persist(dest).map_err(|error| PackageError::io("write", dest)(error.error))?;
    Ok(())
}

fn with_sonames(tree: &Tree, info: &Info) -> Result<Info, PackageError> {
    let found = sonames(tree)?;
    let mut info = info.clone();
    let missing = found.needed.iter().filter(|(name, _)| !found.held.contains(*name));
    info.depends.extend(missing.map(|(name, _)| format!("so:{name}")));
    info.provides.extend(found.provided.iter().map(|(name, version)| format!("so:{name}={version}")));
    for list in [&mut info.depends, &mut info.provides, &mut info.replaces] {
        list.sort();
        list.dedup();
    }
    Ok(info)
}

/// A gzip stream without time, name or operating system.
pub(crate) fn gzip<W: Write>(into: W) -> flate2::write::GzEncoder<W> {
    gzip_level(into, Compression::new(9))
}

fn gzip_level<W: Write>(into: W, level: Compression) -> flate2::write::GzEncoder<W> {
    GzBuilder::new().operating_system(255).write(into, level)
}

/// One file in a piece of tar that others follow, packed.
fn member(name: &str, content: &[u8], date: u64) -> io::Result<Vec<u8>> {
    member_level(name, content, date, Compression::new(9))
}

/// As [`member`], not compressed: a signature is random, and a package's size, which a root's package database holds,
/// must not depend on who signed it.
pub(crate) fn signature_member(name: &str, signature: &[u8], date: u64) -> io::Result<Vec<u8>> {
    member_level(name, signature, date, Compression::none())
}

fn member_level(name: &str, content: &[u8], date: u64, level: Compression) -> io::Result<Vec<u8>> {
    let entry = plain_entry(name, content.len() as u64, date);
    let mut archive = ArchiveWriter::new(gzip_level(Vec::new(), level));
    archive.append(&entry, &mut &*content)?;
    archive.cut().finish()
}

/// An entry of a file that root owns and all may read.
pub(crate) fn plain_entry(path: &str, size: u64, mtime: u64) -> Entry {
    Entry {
        path: path.to_owned(),
        kind: Kind::File,
        mode: 0o644,
        uid: 0,
        gid: 0,
        mtime,
        size,
        checksum: None,
    }
}

fn write_data(tree: &Tree, date: u64, into: &mut File, dest: &Path) -> Result<Sha256, PackageError> {
    let hashing = Hashing::new(BufWriter::new(into), Hash::sha256());
    let mut archive = ArchiveWriter::new(gzip(hashing));
    for (path, node) in tree.iter() {
        append(&mut archive, tree, path, node, date)?;
    }
    let finished = archive.finish().and_then(|packer| packer.finish()).and_then(|mut hashing| {
        hashing.flush()?;
        Ok(hashing.hash.sha256_sum())
    });
    finished.map_err(PackageError::io("write", dest))
}

fn append<W: Write>(
    archive: &mut ArchiveWriter<W>,
    tree: &Tree,
    path: &str,
    node: &Node,
    mtime: u64,
) -> Result<(), PackageError> {
    let on_disk = tree.on_disk(path);
    let mut entry = Entry { mode: node.mode, ..plain_entry(path, 0, mtime) };
    let reading = |error| PackageError::io("package", &on_disk)(error);
    match &node.content {
        Content::Directory => entry.kind = Kind::Directory,
        Content::Symlink(target) => {
            entry.checksum = Some(Sha1::of(target.as_bytes()));
            entry.kind = Kind::Symlink(target.clone());
        }
        Content::File(size) => {
            entry.size = *size;
            let mut file = File::open(&on_disk).map_err(reading)?;
            let mut hashing = Hashing::new(&mut file, Hash::sha1());
            let read = io::copy(&mut hashing, &mut io::sink()).map_err(reading)?;
            if read != *size {
                return Err(PackageError::Changed { path: path.to_owned() });
            }
            let first = hashing.hash.sha1_sum();
            entry.checksum = Some(first);
            file.rewind().map_err(reading)?;
            // The header is written before the content is read again: what changed in between must not pass.
            let mut again = Hashing::new(file.take(*size), Hash::sha1());
            archive.append(&entry, &mut again).map_err(reading)?;
            let same = again.hash.sha1_sum() == first;
            return if same { Ok(()) } else { Err(PackageError::Changed { path: path.to_owned() }) };
        }
    }
    archive.append(&entry, &mut io::empty()).map_err(reading)
}
