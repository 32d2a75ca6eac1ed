//! The index of a directory of packages: `APKINDEX.tar.gz`.

use std::fmt::Write as _;
use std::path::Path;

use crate::archive::ArchiveWriter;
use crate::read::{small_archive, verify};
use crate::write::{gzip, plain_entry, signature_member};
use crate::{Control, PackageError, PublicKey, Sha1, Signer, Written};

/// A package as the index lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// What it says of itself.
    pub control: Control,
    /// The SHA-1 of its control member.
    pub identity: Sha1,
    /// Bytes of its file.
    pub file_size: u64,
}

impl From<&Written> for Listed {
    fn from(written: &Written) -> Self {
        Self { control: written.control.clone(), identity: written.identity, file_size: written.file_size }
    }
}

impl Listed {
    /// Reads what the index says of a package file.
    ///
    /// # Errors
    /// As [`crate::Reader::open`].
    pub fn open(path: &Path, trusted: &[PublicKey]) -> Result<Self, PackageError> {
        let reader = crate::Reader::open(path, trusted)?;
        let file_size = std::fs::metadata(path).map_err(PackageError::io("look at", path))?.len();
        Ok(Self { identity: reader.identity(), control: reader.control().clone(), file_size })
    }
}

/// The bytes of a signed `APKINDEX.tar.gz` that lists these packages, sorted by name and version. `description` names
/// the repository, `date` (seconds since 1970) is that of its entries.
///
/// # Errors
/// When signing fails.
pub fn write(
    packages: &[Listed],
    description: &str,
    date: u64,
    signer: &Signer,
) -> Result<Vec<u8>, PackageError> {
    let mut packages: Vec<&Listed> = packages.iter().collect();
    packages.sort_by_key(|listed| (&listed.control.info.name, &listed.control.info.version));
    let text: String = packages.into_iter().map(stanza).collect();
    let in_memory = |source| PackageError::Io { doing: "pack", path: "APKINDEX".into(), source };
    let index = pack(&[("DESCRIPTION", description), ("APKINDEX", &text)], date).map_err(in_memory)?;
    let signature = signer.sign(&index).map_err(PackageError::Sign)?;
    let mut bytes = signature_member(&signer.entry_name(), &signature, date).map_err(in_memory)?;
    bytes.extend(index);
    Ok(bytes)
}

fn pack(files: &[(&str, &str)], date: u64) -> std::io::Result<Vec<u8>> {
    let mut archive = ArchiveWriter::new(gzip(Vec::new()));
    for (name, text) in files {
        archive.append(&plain_entry(name, text.len() as u64, date), &mut text.as_bytes())?;
    }
    archive.finish()?.finish()
}

/// The fields of a package in the index, ended by an empty line.
pub fn stanza(listed: &Listed) -> String {
    let Control { info, installed_size, .. } = &listed.control;
    let mut text = String::new();
    let mut line = |key: char, value: &str| {
        if !value.is_empty() {
            // Writing to a string does not fail.
            let _ = writeln!(text, "{key}:{value}");
        }
    };
    line('C', &listed.identity.q1());
    line('P', &info.name);
    line('V', &info.version);
    line('A', &info.arch);
    line('S', &listed.file_size.to_string());
    line('I', &installed_size.to_string());
    line('T', &info.description);
    line('U', &info.url);
    line('L', &info.license);
    line('o', &info.origin);
    line('t', &info.build_date.to_string());
    line('D', &info.depends.join(" "));
    line('p', &info.provides.join(" "));
    text.push('\n');
    text
}

/// Verifies an index and gives the text of its `APKINDEX`. `name` serves messages.
///
/// # Errors
/// When it is not an index, or none of the trusted keys signed it.
pub fn read(bytes: &[u8], name: &str, trusted: &[PublicKey]) -> Result<String, PackageError> {
    let malformed =
        |problem: &str| PackageError::Malformed { package: name.to_owned(), problem: problem.to_owned() };
    let (signature, signed) =
        crate::read::first_member(bytes).map_err(|_| malformed("its signature cannot be read"))?;
    verify(name, &signature, signed, trusted)?;
    let (content, rest) =
        crate::read::first_member(signed).map_err(|_| malformed("its list cannot be read"))?;
    if !rest.is_empty() {
        return Err(malformed("something follows its list"));
    }
    let files = small_archive(&content).map_err(|source| PackageError::Archive {
        package: name.to_owned(),
        member: "list",
        source,
    })?;
    let text = files.into_iter().find(|(path, _)| path == "APKINDEX").map(|(_, text)| text);
    let text = text.ok_or_else(|| malformed("it holds no APKINDEX"))?;
    String::from_utf8(text).map_err(|_| malformed("its APKINDEX is not UTF-8"))
}
