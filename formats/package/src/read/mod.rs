//! Reading a package: first who signed it, then what it says of itself, then its files.

mod member;

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use flate2::bufread::GzDecoder;

use self::member::{Bounded, Tap};
use crate::archive::{ArchiveReader, Entry, Kind};
use crate::digest::{Hash, Hashing};
use crate::key::SIGNATURE_PREFIX;
use crate::{ArchiveError, Control, PackageError, PublicKey, Sha1};

/// How much a package may unpack to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the data archive, headers included.
    pub unpacked: u64,
    /// Number of entries.
    pub entries: u64,
}

impl Default for Limits {
    /// 8 GiB and a million entries.
    fn default() -> Self {
        Self { unpacked: 8 << 30, entries: 1_000_000 }
    }
}

/// Most bytes of the signature and of the control member, packed and unpacked.
const LARGEST_MEMBER: u64 = 4 << 20;

/// A package whose signature was verified; its files are still to be read.
pub struct Reader<R> {
    tap: Tap<R>,
    package: String,
    control: Control,
    identity: Sha1,
    limits: Limits,
}

/// What reading to the end found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Summary {
    /// Number of entries.
    pub entries: u64,
    /// Sum of the sizes of the files, in bytes.
    pub files_size: u64,
}

impl Reader<File> {
    /// Opens a package file and verifies its signature. The file's name serves messages.
    ///
    /// # Errors
    /// When it cannot be read, is not a package, or none of the trusted keys signed it.
    pub fn open(path: &Path, trusted: &[PublicKey]) -> Result<Self, PackageError> {
        let file = File::open(path).map_err(PackageError::io("read", path))?;
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
        Self::new(file, &name, trusted)
    }
}

impl<R: Read> Reader<R> {
    /// Reads the first two members from any reader; `package` names it in messages.
    ///
    /// # Errors
    /// As [`Reader::open`].
    pub fn new(from: R, package: &str, trusted: &[PublicKey]) -> Result<Self, PackageError> {
        let mut tap = Tap::new(from);
        let malformed = |problem: String| PackageError::Malformed { package: package.to_owned(), problem };
        let (signatures, _) =
            tap.member(LARGEST_MEMBER).map_err(|error| malformed(cut("signature", &error)))?;
        let (control, signed) =
            tap.member(LARGEST_MEMBER).map_err(|error| malformed(cut("control part", &error)))?;
        verify(package, &signatures, &signed, trusted)?;
        let control = Control::parse(&pkginfo(package, &control)?).map_err(malformed)?;
        let identity = Sha1::of(&signed);
        Ok(Self { tap, package: package.to_owned(), control, identity, limits: Limits::default() })
    }

    /// Sets other limits than the default ones.
    #[cfg(feature = "testing")]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// What the package says of itself; signed.
    pub fn control(&self) -> &Control {
        &self.control
    }

    /// The SHA-1 of the control member: what the index and the installed database call the package.
    pub fn identity(&self) -> Sha1 {
        self.identity
    }

    /// Gives each entry and its content to `visit`, in order, and verifies checksums on the way.
    ///
    /// That the files are those that were signed is certain only once this returns `Ok`: until then, keep what was read apart.
    ///
    /// # Errors
    /// Those of `visit`, and [`PackageError`] for damaged, hostile or oversized archives.
    pub fn read<E: From<PackageError>>(
        mut self,
        mut visit: impl FnMut(&Entry, &mut dyn Read) -> Result<(), E>,
    ) -> Result<Summary, E> {
        self.tap.restart(Hash::sha256());
        let limits = self.limits;
        let exceeded = std::cell::Cell::new(false);
        let unpacked = Bounded::new(GzDecoder::new(&mut self.tap), limits.unpacked, &exceeded);
        let mut archive = ArchiveReader::new(unpacked);
        let package = self.package.as_str();
        let broken = |source| match exceeded.get() {
            true => limit(package, "unpacks to more bytes than are allowed"),
            false => PackageError::Archive { package: package.to_owned(), member: "data part", source },
        };
        let mut summary = Summary { entries: 0, files_size: 0 };
        while let Some(entry) = archive.next_entry().map_err(broken)? {
            summary.entries += 1;
            summary.files_size = summary.files_size.saturating_add(entry.size);
            if summary.entries > limits.entries {
                return Err(limit(package, "holds more entries than are allowed").into());
            }
            let mut content = Hashing::new(&mut archive, Hash::sha1());
            visit(&entry, &mut content)?;
            io::copy(&mut content, &mut io::sink()).map_err(|error| broken(error.into()))?;
            check_file(package, &entry, content.hash.sha1_sum())?;
        }
        self.finish()?;
        Ok(summary)
    }

    fn finish(mut self) -> Result<(), PackageError> {
        let ended = self.tap.at_end().map_err(|error| PackageError::Archive {
            package: self.package.clone(),
            member: "data part",
            source: error.into(),
        })?;
        if !ended {
            let problem = "something follows its data part".to_owned();
            return Err(PackageError::Malformed { package: self.package, problem });
        }
        let found = self.tap.sum();
        if found == self.control.data_hash {
            return Ok(());
        }
        let promised = self.control.data_hash.to_string();
        Err(PackageError::DataHash { package: self.package, found: found.to_string(), promised })
    }
}

fn cut(member: &str, error: &io::Error) -> String {
    format!("its {member} is not a gzip member that can be read ({error})")
}

fn limit(package: &str, problem: &'static str) -> PackageError {
    PackageError::Limit { package: package.to_owned(), problem }
}

fn check_file(package: &str, entry: &Entry, found: Sha1) -> Result<(), PackageError> {
    let expected = match &entry.kind {
        Kind::File => found,
        Kind::Symlink(target) => Sha1::of(target.as_bytes()),
        Kind::Directory | Kind::HardLink(_) => return Ok(()),
    };
    // Others' packages may leave out the checksum of a link, never that of a file.
    let matches = entry.checksum.map_or(entry.kind != Kind::File, |promised| promised == expected);
    let wrong = || PackageError::FileChecksum { package: package.to_owned(), path: entry.path.clone() };
    if matches { Ok(()) } else { Err(wrong()) }
}

/// Every entry of a small archive with its content.
pub(crate) fn small_archive(bytes: &[u8]) -> Result<Vec<(String, Vec<u8>)>, ArchiveError> {
    let mut archive = ArchiveReader::new(bytes);
    let mut entries = Vec::new();
    while let Some(entry) = archive.next_entry()? {
        let mut content = Vec::new();
        archive.read_to_end(&mut content)?;
        entries.push((entry.path, content));
    }
    Ok(entries)
}

/// Passes when one of the trusted keys signed these bytes.
pub(crate) fn verify(
    package: &str,
    signatures: &[u8],
    signed: &[u8],
    trusted: &[PublicKey],
) -> Result<(), PackageError> {
    let entries = small_archive(signatures).map_err(|source| PackageError::Archive {
        package: package.to_owned(),
        member: "signature",
        source,
    })?;
    let mut signers = Vec::new();
    for (entry, signature) in &entries {
        let Some(file) = entry.strip_prefix(SIGNATURE_PREFIX) else { continue };
        if let Some(key) = trusted.iter().find(|key| key.file_name() == file) {
            let wrong =
                || PackageError::Signature { package: package.to_owned(), key: key.name().to_owned() };
            return if key.verifies(signed, signature) { Ok(()) } else { Err(wrong()) };
        }
        signers.push(file.to_owned());
    }
    let trusted = trusted.iter().map(PublicKey::file_name).collect();
    Err(PackageError::Untrusted {
        package: package.to_owned(),
        signed_by: list(signers),
        trusted: list(trusted),
    })
}

fn list(names: Vec<String>) -> String {
    if names.is_empty() { "nobody".to_owned() } else { names.join(", ") }
}

fn pkginfo(package: &str, control: &[u8]) -> Result<String, PackageError> {
    let member = "control part";
    let entries = small_archive(control).map_err(|source| PackageError::Archive {
        package: package.to_owned(),
        member,
        source,
    })?;
    let text = entries.into_iter().find(|(path, _)| path == ".PKGINFO").map(|(_, content)| content);
    let malformed =
        |problem: &str| PackageError::Malformed { package: package.to_owned(), problem: problem.to_owned() };
    let text = text.ok_or_else(|| malformed("it has no .PKGINFO"))?;
    String::from_utf8(text).map_err(|_| malformed("its .PKGINFO is not UTF-8"))
}

/// Unpacks the first gzip member of some bytes: its content, and the bytes after it.
pub(crate) fn first_member(bytes: &[u8]) -> io::Result<(Vec<u8>, &[u8])> {
    /// An index of every package that exists is far smaller.
    const LARGEST: u64 = 256 << 20;
    let mut decoder = GzDecoder::new(bytes);
    let mut content = Vec::new();
    decoder.by_ref().take(LARGEST + 1).read_to_end(&mut content)?;
    if content.len() as u64 > LARGEST {
        return Err(io::ErrorKind::InvalidData.into());
    }
    Ok((content, decoder.into_inner()))
}
