//! A suite: its release file, which is believed only after its signature was checked, and its indexes.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufReader, Read};
use std::rc::Rc;

use pgp::composed::SignedPublicKey;
use yoe_model::{Digest, LockedSuite, Mirrors};

use super::control;
use super::error::DebianError;
use super::index::Index;
use super::openpgp::{self, Signed};
use super::release::{Listed, Release};
use crate::client::{Client, Progress, Remote, addresses};
use crate::unpack::{Bounded, Compression, Limits, read_file};

/// What decides whether a suite is believed.
pub(crate) struct Trust<'a> {
    /// Fingerprints of the primary keys that may sign it.
    pub(crate) keys: &'a BTreeSet<String>,
    /// Whether a suite past its end is accepted.
    pub(crate) accept_expired: bool,
    /// Key files, which are read before archives' keyring packages.
    pub(crate) keyrings: &'a [Vec<u8>],
    /// The time, in seconds since 1970.
    pub(crate) now: u64,
}

/// How archives are reached.
pub(crate) struct Access<'a> {
    pub(crate) client: &'a Client,
    pub(crate) mirrors: &'a Mirrors,
    /// Debian's name of the architecture whose packages are taken.
    pub(crate) architecture: &'static str,
}

/// Called with a file's name and the download's progress.
pub(crate) type Report<'a> = &'a mut dyn FnMut(&str, Progress<'_>);

/// A suite as an archive serves it. Nothing of it is believed.
pub(crate) struct Suite {
    archive: String,
    suite: String,
    raw: Digest,
    signed: Signed,
    release: Release,
    // What was read already. The release file vouches for the indexes, so they are as good as it is.
    packages: BTreeMap<String, Rc<Index>>,
    sources: Option<Rc<str>>,
    /// Indexes as they were fetched to look for the keyring, by their path, until they are read as a whole.
    fetched: BTreeMap<String, (Vec<u8>, Compression)>,
    /// The archive's keyring, and where it was found; `None` until it was looked for.
    keyring: Option<Option<(String, Vec<u8>)>>,
}

/// Files of an archive that are larger are not read into memory, compressed or not.
const LARGEST_INDEX: u64 = 1 << 30;
const LARGEST_RELEASE: u64 = 2 << 20;

/// How far, in seconds, the clock of an archive may be ahead of this machine's.
const CLOCKS_DIFFER: u64 = 86_400;

/// What is read before a signature was checked may come from anybody, so it has narrower bounds: an index, as it is fetched
/// and as it reads (which is looked through, and not kept); the keyring's package, as it is fetched and as it unpacks.
const UNSIGNED_INDEX: u64 = 64 << 20;
const UNSIGNED_TEXT: u64 = 256 << 20;
const UNSIGNED_PACKAGE: u64 = 16 << 20;
const UNSIGNED_CONTENT: u64 = 64 << 20;
/// Files of that package. It has some twenty.
const UNSIGNED_ENTRIES: u64 = 1000;

/// The package that holds the archive's keys, and where they are in it.
const KEYRING_PACKAGE: &str = "debian-archive-keyring";
const KEYRING_FILES: [&str; 2] =
    ["usr/share/keyrings/debian-archive-keyring.gpg", "usr/share/keyrings/debian-archive-keyring.pgp"];

impl Suite {
    /// Fetches the release file.
    pub(crate) fn open(access: &Access<'_>, archive: &str, suite: &str) -> Result<Self, DebianError> {
        let name = format!("{archive}/{suite}");
        let urls = addresses(access.mirrors, archive, &format!("dists/{suite}/InRelease"))?;
        let raw =
            access.client.fetch_small(&format!("the release file of {name}"), &urls, LARGEST_RELEASE)?;
        let signed =
            Signed::parse(&raw).map_err(|problem| DebianError::Signature { suite: name.clone(), problem })?;
        let release = Release::parse(signed.text(), &name)?;
        Ok(Self {
            archive: archive.to_owned(),
            suite: suite.to_owned(),
            raw: Digest::of(&raw),
            signed,
            release,
            packages: BTreeMap::new(),
            sources: None,
            fetched: BTreeMap::new(),
            keyring: None,
        })
    }

    /// As messages and the lock name it.
    pub(crate) fn name(&self) -> String {
        format!("{}/{}", self.archive, self.suite)
    }

    /// Checks that the release file is signed by one of these keys, that it is that of this suite, and that it holds now.
    pub(crate) fn verify(
        &mut self,
        keys: &[SignedPublicKey],
        trust: &Trust<'_>,
    ) -> Result<Verified<'_>, DebianError> {
        let signed_by = self.signed.verified_by(keys, trust.now).ok_or_else(|| DebianError::Untrusted {
            suite: self.name(),
            accepted: list(trust.keys),
            found: list(&self.signed.issuers()),
        })?;
        if !self.release.names.contains(&self.suite) {
            let names = self.release.names.join(", ");
            return Err(DebianError::OtherSuite { suite: self.name(), names });
        }
        // It would be the date of what is built, and no later release file would be taken for newer.
        if self.release.date > trust.now.saturating_add(CLOCKS_DIFFER) {
            return Err(DebianError::Future { suite: self.name(), date: self.release.date, now: trust.now });
        }
        match self.release.valid_until {
            Some(until) if until < trust.now && !trust.accept_expired => {
                Err(DebianError::Expired { suite: self.name(), until, now: trust.now })
            }
            _ => Ok(Verified {
                locked: LockedSuite { date: self.release.date, release: self.raw, signed_by },
                suite: self,
            }),
        }
    }

    /// Whether the release file is signed by one of these keys.
    pub(crate) fn is_signed_by(&self, keys: &[SignedPublicKey], now: u64) -> bool {
        self.signed.verified_by(keys, now).is_some()
    }

    /// Those of the keys with these fingerprints that are in the archive's keyring package; `None` when there is no such
    /// package. It comes from the archive itself, which is not believed yet: the fingerprints are known.
    pub(crate) fn keys(
        &mut self,
        access: &Access<'_>,
        fingerprints: &BTreeSet<String>,
        report: Report<'_>,
    ) -> Result<Option<Vec<SignedPublicKey>>, DebianError> {
        let keyring = self.keyring(access, report)?;
        keyring.map(|(name, keyring)| read_keys(name, keyring, fingerprints)).transpose()
    }

    /// The keyring of the archive's keyring package, and where it is in it; `None` when there is no such package or file.
    fn keyring(
        &mut self,
        access: &Access<'_>,
        report: Report<'_>,
    ) -> Result<Option<&(String, Vec<u8>)>, DebianError> {
        if self.keyring.is_none() {
            self.keyring = Some(self.fetch_keyring(access, report)?);
        }
        Ok(self.keyring.iter().flatten().next())
    }

    fn fetch_keyring(
        &mut self,
        access: &Access<'_>,
        report: Report<'_>,
    ) -> Result<Option<(String, Vec<u8>)>, DebianError> {
        let index = self.keyring_package(access, &mut *report)?;
        let Some(package) = index.versions(KEYRING_PACKAGE).first() else { return Ok(None) };
        let remote = Remote {
            urls: addresses(access.mirrors, &self.archive, &package.path)?,
            size: Some(package.size.min(UNSIGNED_PACKAGE)),
            sha256: package.sha256,
            name: KEYRING_PACKAGE.to_owned(),
        };
        let deb = access.client.fetch(&remote, &mut |progress| report(KEYRING_PACKAGE, progress))?;
        let cancel = access.client.cancel().clone();
        let limits = Limits { bytes: UNSIGNED_CONTENT, entries: UNSIGNED_ENTRIES, cancel };
        for file in KEYRING_FILES {
            if let Some(keys) = read_file(&deb, KEYRING_PACKAGE, file, &limits)? {
                return Ok(Some((format!("{file} of {KEYRING_PACKAGE}"), keys)));
            }
        }
        Ok(None)
    }

    /// What the index says of the keyring's package alone. The rest of it is not believed, and so not read either.
    fn keyring_package(&mut self, access: &Access<'_>, report: Report<'_>) -> Result<Index, DebianError> {
        let path = packages_path(access.architecture);
        let (bytes, compression) = self.fetch_index(access, &path, UNSIGNED_INDEX, report)?;
        let text = Bounded::new(compression.reader(bytes.as_slice()), UNSIGNED_TEXT, access.client.cancel());
        let found = control::stanzas_of(BufReader::new(text), KEYRING_PACKAGE);
        let found = found.map_err(|error| self.unreadable(&path, error.to_string()))?;
        let index = Index::parse(&found).map_err(|problem| self.unreadable(&path, problem))?;
        self.fetched.insert(path, (bytes, compression));
        Ok(index)
    }

    fn packages(
        &mut self,
        access: &Access<'_>,
        architecture: &str,
        report: Report<'_>,
    ) -> Result<Rc<Index>, DebianError> {
        if let Some(index) = self.packages.get(architecture) {
            return Ok(Rc::clone(index));
        }
        let path = packages_path(architecture);
        let text = self.index(access, &path, report)?;
        let index = Rc::new(Index::parse(&text).map_err(|problem| self.unreadable(&path, problem))?);
        self.packages.insert(architecture.to_owned(), Rc::clone(&index));
        Ok(index)
    }

    fn sources(&mut self, access: &Access<'_>, report: Report<'_>) -> Result<Rc<str>, DebianError> {
        if let Some(text) = &self.sources {
            return Ok(Rc::clone(text));
        }
        let text: Rc<str> = self.index(access, "main/source/Sources", report)?.into();
        self.sources = Some(Rc::clone(&text));
        Ok(text)
    }

    /// The text of an index, which the release file lists under this path, compressed or not.
    fn index(&mut self, access: &Access<'_>, path: &str, report: Report<'_>) -> Result<String, DebianError> {
        let (bytes, compression) = match self.fetched.remove(path) {
            Some(fetched) => fetched,
            None => self.fetch_index(access, path, LARGEST_INDEX, report)?,
        };
        let mut text = String::new();
        Bounded::new(compression.reader(bytes.as_slice()), LARGEST_INDEX, access.client.cancel())
            .read_to_string(&mut text)
            .map_err(|error| self.unreadable(path, error.to_string()))?;
        Ok(text)
    }

    /// An index as the archive serves it, of at most `limit` bytes.
    fn fetch_index(
        &self,
        access: &Access<'_>,
        path: &str,
        limit: u64,
        report: Report<'_>,
    ) -> Result<(Vec<u8>, Compression), DebianError> {
        let (listed_as, listed, compression) = [("xz", Compression::Xz), ("gz", Compression::Gzip)]
            .into_iter()
            .map(|(suffix, compression)| (format!("{path}.{suffix}"), compression))
            .chain([(path.to_owned(), Compression::None)])
            .find_map(|(path, compression)| {
                self.release.files.get(&path).map(|listed| (path.clone(), *listed, compression))
            })
            .ok_or_else(|| DebianError::NoIndex { suite: self.name(), index: path.to_owned() })?;
        if listed.size > limit {
            let problem = format!("it has {} bytes, more than the accepted {limit}", listed.size);
            return Err(self.unreadable(&listed_as, problem));
        }
        let remote = self.remote(access, &listed_as, listed)?;
        let bytes = access.client.fetch(&remote, &mut |progress| report(&remote.name, progress))?;
        Ok((bytes, compression))
    }

    /// Where an index can be fetched: by its digest where the archive offers that, because a name may stand for the next
    /// version already; then by its name.
    fn remote(&self, access: &Access<'_>, path: &str, listed: Listed) -> Result<Remote, DebianError> {
        let directory = format!("dists/{}", self.suite);
        let by_name = addresses(access.mirrors, &self.archive, &format!("{directory}/{path}"))?;
        let mut urls = Vec::new();
        if self.release.by_hash
            && let Some((parent, _)) = path.rsplit_once('/')
        {
            let path = format!("{directory}/{parent}/by-hash/SHA256/{}", listed.sha256);
            urls = addresses(access.mirrors, &self.archive, &path)?;
        }
        urls.extend(by_name);
        let name = format!("{path} of {}", self.name());
        Ok(Remote { urls, size: Some(listed.size), sha256: listed.sha256, name })
    }

    fn unreadable(&self, path: &str, problem: String) -> DebianError {
        DebianError::Index { suite: self.name(), index: path.to_owned(), problem }
    }
}

/// A suite whose release file was checked. What it lists is as its signers said.
pub(crate) struct Verified<'a> {
    suite: &'a mut Suite,
    locked: LockedSuite,
}

impl Verified<'_> {
    pub(crate) fn name(&self) -> String {
        self.suite.name()
    }

    /// Checks that the suite does not go back behind what a lock has seen: nothing else tells the newest state from an
    /// old one that someone serves again.
    pub(crate) fn is_not_older_than(&self, seen: Option<&LockedSuite>) -> Result<(), DebianError> {
        match seen.map(|seen| seen.date) {
            Some(locked) if locked > self.locked.date => {
                Err(DebianError::Older { suite: self.name(), date: self.locked.date, locked })
            }
            _ => Ok(()),
        }
    }

    /// What the lock keeps of it.
    pub(crate) fn locked(&self) -> &LockedSuite {
        &self.locked
    }

    /// The binary packages of an architecture.
    pub(crate) fn packages(
        &mut self,
        access: &Access<'_>,
        architecture: &str,
        report: Report<'_>,
    ) -> Result<Rc<Index>, DebianError> {
        self.suite.packages(access, architecture, report)
    }

    /// The text of the index of source packages.
    pub(crate) fn sources(
        &mut self,
        access: &Access<'_>,
        report: Report<'_>,
    ) -> Result<Rc<str>, DebianError> {
        self.suite.sources(access, report)
    }
}

/// Where a suite lists the packages of an architecture.
fn packages_path(architecture: &str) -> String {
    format!("main/binary-{architecture}/Packages")
}

/// Those of the keys with these fingerprints that are in key files.
pub(crate) fn keys_of_files(trust: &Trust<'_>) -> Result<Vec<SignedPublicKey>, DebianError> {
    let mut keys = Vec::new();
    for keyring in trust.keyrings {
        keys.extend(read_keys("a key file", keyring, trust.keys)?);
    }
    Ok(keys)
}

fn read_keys(
    name: &str,
    keys: &[u8],
    fingerprints: &BTreeSet<String>,
) -> Result<Vec<SignedPublicKey>, DebianError> {
    openpgp::pinned(keys, fingerprints)
        .map_err(|problem| DebianError::Keys { name: name.to_owned(), problem })
}

fn list(names: &BTreeSet<String>) -> String {
    if names.is_empty() {
        return "none".to_owned();
    }
    names.iter().map(String::as_str).collect::<Vec<_>>().join(", ")
}
