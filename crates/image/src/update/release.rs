//! What the files of a built image amount to.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, copy};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use yoe_bundle::{CHUNKING, Index, Kernel, Manifest, Root, Time, sha256};
use yoe_disk::bootable::{self, BootableError, Expected};
use yoe_disk::signature::is_signed_copy;
use yoe_disk::verity::{BLOCK, TreeBuilder};
use yoe_model::Image;
use yoe_notation::hex;

use super::{Part, Publication, UpdateError};
use crate::disk::manifest_file;
use crate::{DiskManifest, FileRecord, VerifiedRecord};

/// An image that can be published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// What devices are told.
    pub manifest: Manifest,
    /// The machine that it was built for.
    pub machine: String,
    index: Vec<u8>,
    papers: BTreeMap<String, Vec<u8>>,
    content: String,
    root: PathBuf,
    kernel: PathBuf,
}

impl Release {
    /// Reads the directory of a built image, and checks that it is what its manifest says. `signed` is a signed copy of its
    /// kernel image, which is published instead.
    ///
    /// # Errors
    /// When it is not, the image has no second slot, the copy is of another kernel image or not signed, or the kernel would not
    /// start the root.
    pub fn open(
        directory: &Path,
        image: &Image,
        machine: &str,
        signed: Option<&Path>,
    ) -> Result<Self, UpdateError> {
        let DiskManifest { root: built, disk } = DiskManifest::open(&directory.join(manifest_file(image)))?;
        let verified = disk.verified.ok_or_else(|| UpdateError::OneSlot(image.name.clone()))?;
        let root = directory.join(&disk.root.file);
        let size = verified.data_blocks.saturating_mul(BLOCK as u64);
        check_root(&root, size, &verified)?;
        let (kernel, bytes) = kernel(directory, &disk.kernel, signed)?;
        let opened = open(&root)?.take(size);
        let index = Index::of(opened, &bytes[..], CHUNKING).map_err(UpdateError::io("read", &root))?;
        let manifest = Manifest {
            format: Manifest::format(),
            image: built.image,
            version: built.version,
            machines: vec![machine.to_owned()],
            arch: built.arch,
            time: Time(built.epoch),
            root: Root {
                size,
                data_blocks: verified.data_blocks,
                root_hash: verified.root_hash.to_string(),
                salt: verified.salt.to_string(),
                partition: verified.partuuid,
            },
            kernel: Kernel { size: bytes.len() as u64, sha256: sha256(&bytes), signed: signed.is_some() },
        };
        let mut release = Self {
            manifest,
            machine: machine.to_owned(),
            index: index.to_bytes(),
            papers: BTreeMap::new(),
            content: String::new(),
            root,
            kernel,
        };
        release.content = release.digest_content()?;
        check_kernel(&release.manifest, &bytes).map_err(|why| match why {
            Some(source) => UpdateError::NotBootable { path: release.kernel.clone(), source },
            None => UpdateError::Changed(directory.join(manifest_file(image))),
        })?;
        Ok(release)
    }

    /// Papers that go with it, by their names in it, such as `sbom.cdx.json`. Devices do without them.
    pub fn carry(&mut self, papers: BTreeMap<String, Vec<u8>>) {
        self.papers = papers;
    }

    /// Root file system without its hash tree, then the kernel image.
    fn read_content(&self) -> Result<impl Read + use<>, UpdateError> {
        Ok(open(&self.root)?.take(self.manifest.root.size).chain(open(&self.kernel)?))
    }

    fn digest_content(&self) -> Result<String, UpdateError> {
        let mut digest = Sha256::new();
        copy(&mut self.read_content()?, &mut digest).map_err(UpdateError::io("read", &self.root))?;
        Ok(hex::encode(&digest.finalize()))
    }
}

impl Publication for Release {
    fn what(&self) -> String {
        format!("image {:?}", self.manifest.image)
    }

    fn version(&self) -> &str {
        &self.manifest.version
    }

    fn name(&self, part: &str) -> String {
        Manifest::target(&self.manifest.image, &self.machine, &self.manifest.version, part)
    }

    /// What devices read comes first, the content last of it; papers are behind that, where they are in no device's way.
    fn parts(&self) -> Vec<Part<'_>> {
        let content = || Ok(Box::new(self.read_content()?) as Box<dyn Read>);
        let mut parts = vec![
            Part::manifest(self.manifest.to_text()),
            Part::bytes("index", &self.index),
            Part::content(self.manifest.content_length(), &self.content, content),
        ];
        parts.extend(self.papers.iter().map(|(part, bytes)| Part::bytes(part, bytes)));
        parts
    }

    /// Devices that run another root of this version would never take this one.
    fn is_same(&self, published: &[u8]) -> bool {
        Manifest::parse(published).is_ok_and(|old| old.root.root_hash == self.manifest.root.root_hash)
    }
}

/// The kernel image that is published: the built one, or its signed copy.
fn kernel(
    directory: &Path,
    built: &FileRecord,
    signed: Option<&Path>,
) -> Result<(PathBuf, Vec<u8>), UpdateError> {
    let path = directory.join(&built.file);
    let bytes = read(&path)?;
    if sha256(&bytes) != built.sha256.to_string() {
        return Err(UpdateError::Changed(path));
    }
    let Some(signed) = signed else { return Ok((path, bytes)) };
    let copy = read(signed)?;
    match is_signed_copy(&bytes, &copy) {
        Ok(true) => Ok((signed.to_owned(), copy)),
        Ok(false) | Err(_) => Err(UpdateError::NotSigned(signed.to_owned())),
    }
}

/// Whether the kernel starts this root: one that names another would use up its tries on every device. Without a reason, the
/// manifest itself is wrong.
fn check_kernel(manifest: &Manifest, kernel: &[u8]) -> Result<(), Option<BootableError>> {
    let root = yoe_disk::verity::Root {
        partition: manifest.root.partition.parse().map_err(|_| None)?,
        data_blocks: manifest.root.data_blocks,
        root_hash: hex::array(&manifest.root.root_hash).ok_or(None)?,
        salt: hex::decode(&manifest.root.salt).ok_or(None)?,
    };
    // What devices would refuse is not published.
    Manifest::parse(manifest.to_text().as_bytes()).map_err(|_| None)?;
    let expected = Expected { root: &root, arch: &manifest.arch, version: &manifest.version };
    bootable::check(kernel, &expected).map_err(Some)
}

fn read(path: &Path) -> Result<Vec<u8>, UpdateError> {
    let mut bytes = Vec::new();
    open(path)?.read_to_end(&mut bytes).map_err(UpdateError::io("read", path))?;
    Ok(bytes)
}

fn open(path: &Path) -> Result<File, UpdateError> {
    // Tools of a container left it: a link would put a file of this machine into the update.
    yoe_tree::regular(path).map_err(UpdateError::io("read", path))
}

/// The root file system has the root hash that the kernel will be told.
fn check_root(path: &Path, size: u64, verified: &VerifiedRecord) -> Result<(), UpdateError> {
    let mut tree = TreeBuilder::new(verified.salt.as_bytes());
    let mut reader = open(path)?.take(size);
    let mut buffer = vec![0; 1 << 20];
    loop {
        match reader.read(&mut buffer).map_err(UpdateError::io("read", path))? {
            0 => break,
            count => tree.update(&buffer[..count]),
        }
    }
    let tree = tree.finish().filter(|tree| {
        tree.data_blocks == verified.data_blocks && tree.root_hash == *verified.root_hash.as_bytes()
    });
    tree.map(drop).ok_or_else(|| UpdateError::Changed(path.to_owned()))
}
