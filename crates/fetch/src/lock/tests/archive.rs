//! A small archive: one suite, a few packages, signed.

use std::collections::BTreeMap;

use pgp::packet::Signature;
use yoe_model::Digest;

use super::signer::{Signer, clear_signed};
use super::test_archive::{Tar, deb, xz};
use crate::test_server::{Reply, Server};

/// The Date of the release file.
pub const DATE: u64 = 1_764_547_200;

#[derive(Clone)]
pub struct Archive {
    /// What is served, by path.
    pub files: BTreeMap<String, Vec<u8>>,
    packages: String,
    name: String,
    more: String,
    by_hash: bool,
    /// Debian's changes to musl 1.2.5-3.
    changes: Vec<u8>,
}

const CHANGES: &str = "pool/musl/musl_1.2.5-3.debian.tar.xz";

const SOURCES: &str = "Package: musl\nVersion: 1.2.5-3\nDirectory: pool/musl\nChecksums-Sha256:\n \
    SUM 1 musl_1.2.5-3.dsc\n SUM 2 musl_1.2.5.orig-extra.tar.xz\n SUM 3 musl_1.2.5.orig.tar.gz\n \
    SUM 4 musl_1.2.5.orig.tar.gz.asc\n CHANGES musl_1.2.5-3.debian.tar.xz\n\n\
    Package: musl\nVersion: 1.2.5-1\n\n\
    Package: empty\nVersion: 1\nDirectory: pool/empty\nChecksums-Sha256:\n SUM 1 empty_1.dsc\n\n\
    Package: old\nVersion: 1-2\nDirectory: pool/old\nChecksums-Sha256:\n SUM 1 old_1-2.dsc\n SUM 2 old_1.orig.tar.gz\n \
    SUM 3 old_1-2.diff.gz\n\n\
    Package: native\nVersion: 7\nDirectory: pool/native\nChecksums-Sha256:\n SUM 1 native_7.dsc\n SUM 6 native_7.tar.xz\n";

impl Archive {
    /// An archive whose keyring package holds these keys, signed by the first of them.
    pub fn new(keys: &[&Signer]) -> Self {
        let keyring: Vec<u8> = keys.iter().flat_map(|key| key.binary()).collect();
        let archive = Self::with_keyring(&keyring);
        match keys.first() {
            Some(first) => archive.sign(&[first]),
            None => archive,
        }
    }

    /// An archive whose keyring package holds these bytes; not signed.
    pub fn with_keyring(keyring: &[u8]) -> Self {
        let mut archive = Self {
            files: BTreeMap::new(),
            packages: String::new(),
            name: "trixie".to_owned(),
            more: String::new(),
            by_hash: false,
            changes: xz(&Tar::default().file("debian/changelog", "text").end()),
        }
        .package("clang", "1", "Depends: libc (>= 2)")
        .package("libc", "2", "Priority: optional")
        .package("dash", "1", "Essential: yes")
        .package("broken", "1", "Depends: gone (>= 1)");
        if !keyring.is_empty() {
            let path = b"./usr/share/keyrings/debian-archive-keyring.gpg";
            let package = deb(Tar::default().entry(b'0', path, b"", 0o644, keyring));
            archive.add("debian-archive-keyring", "1", "", "pool/debian-archive-keyring_1.deb", &package);
        }
        archive
    }

    pub fn package(mut self, name: &str, version: &str, field: &str) -> Self {
        self.add(name, version, field, &format!("pool/{name}_{version}.deb"), name.as_bytes());
        self
    }

    /// A package whose file lies at this path.
    pub fn at(mut self, name: &str, version: &str, path: &str) -> Self {
        self.add(name, version, "", path, name.as_bytes());
        self
    }

    fn add(&mut self, name: &str, version: &str, field: &str, path: &str, bytes: &[u8]) {
        let field = if field.is_empty() { String::new() } else { format!("{field}\n") };
        self.packages += &format!(
            "Package: {name}\nVersion: {version}\n{field}Filename: {path}\nSize: {}\nSHA256: {}\n\n",
            bytes.len(),
            Digest::of(bytes)
        );
        self.files.insert(path.to_owned(), bytes.to_vec());
    }

    /// The suite calls itself this.
    pub fn named(mut self, name: &str) -> Self {
        self.name = name.to_owned();
        self
    }

    pub fn valid_until(mut self, date: &str) -> Self {
        self.more += &format!("Valid-Until: {date}\n");
        self
    }

    /// Indexes can be asked for by their digest.
    pub fn by_hash(mut self) -> Self {
        self.by_hash = true;
        self.more += "Acquire-By-Hash: yes\n";
        self
    }

    /// Debian's changes to musl 1.2.5-3 are these files, by their paths.
    pub fn changes(self, files: &[(&str, &str)]) -> Self {
        let tar = files.iter().fold(Tar::default(), |tar, (path, text)| tar.file(path, text));
        Self { changes: xz(&tar.end()), ..self }.sign(&[super::ed25519()])
    }

    /// The file with Debian's changes to musl is listed and not served.
    pub fn without_changes(mut self) -> Self {
        self.files.remove(CHANGES);
        self
    }

    /// In place of the file with Debian's changes to musl, these bytes are served.
    pub fn other_changes(mut self, bytes: &[u8]) -> Self {
        self.files.insert(CHANGES.to_owned(), bytes.to_vec());
        self
    }

    pub fn sign(self, signers: &[&Signer]) -> Self {
        self.release(|text| signers.iter().map(|signer| signer.signature(text)).collect())
    }

    pub fn sign_by_subkey(self, signer: &Signer) -> Self {
        self.release(|text| vec![signer.signature_by_subkey(text)])
    }

    fn release(mut self, signatures: impl Fn(&str) -> Vec<Signature>) -> Self {
        let foreign = self.packages.replace(".deb\n", "_arm64.deb\n");
        // It is for all architectures.
        let foreign = foreign.replace("keyring_1_arm64.deb", "keyring_1.deb");
        let changes = format!("{} {}", Digest::of(&self.changes), self.changes.len());
        let sources = SOURCES.replace("SUM", &Digest::of(b"").to_string()).replace("CHANGES", &changes);
        self.files.insert(CHANGES.to_owned(), self.changes.clone());
        let mut listed = String::new();
        for (directory, name, text) in [
            ("main/binary-amd64", "Packages", self.packages.clone()),
            ("main/binary-arm64", "Packages", foreign),
            ("main/source", "Sources", sources),
        ] {
            let bytes = xz(text.as_bytes());
            let digest = Digest::of(&bytes);
            listed += &format!(" {digest} {} {directory}/{name}.xz\n", bytes.len());
            if self.by_hash {
                self.files.insert(format!("dists/trixie/{directory}/by-hash/SHA256/{digest}"), bytes.clone());
            }
            self.files.insert(format!("dists/trixie/{directory}/{name}.xz"), bytes);
        }
        let Self { name, more, .. } = &self;
        let text = format!(
            "Origin: here\nCodename: {name}\nDate: Mon, 01 Dec 2025 00:00:00 UTC\n{more}SHA256:\n{listed}"
        );
        self.files.insert("dists/trixie/InRelease".to_owned(), clear_signed(&text, signatures));
        self
    }

    /// Changes the text of a file.
    pub fn change(&mut self, path: &str, from: &str, to: &str) {
        let text = String::from_utf8(self.files[path].clone()).unwrap();
        assert!(text.contains(from), "{text}");
        self.files.insert(path.to_owned(), text.replacen(from, to, 1).into_bytes());
    }

    pub fn serve(&self) -> Server {
        let files = self.files.clone();
        Server::new(move |request| match files.get(&request.path) {
            Some(bytes) => Reply::Bytes(bytes.clone()),
            None => Reply::Status(404),
        })
    }
}
