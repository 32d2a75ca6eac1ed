//! The patches that a Debian source package carries: `debian/patches/series` and what it names, by the rules of quilt(1) as
//! dpkg-source(1) applies them ("Format: 3.0 (quilt)").
//!
//! Only read here: the program that applies them lives in a build environment.

mod error;
mod names;
mod series;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::io::BufRead;

use yoe_model::DebianPatches;

use crate::unpack::{Found, files_below};
pub use error::PatchesError;

/// The directory of a source package's changes that holds its patches.
const DIRECTORY: &str = "debian/patches";

/// Where the order of the patches stands; the first that is there counts, as dpkg-source(1) says.
const SERIES: [&str; 2] = ["debian.series", "series"];

/// Bytes that all patches of a source package may have together. Those of the kernel have one million.
const LIMIT: u64 = 256 << 20;

/// One patch of a series.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Patch {
    /// Its name in the series, a path below `debian/patches`.
    pub name: String,
    /// How many directories at the front of each path it names are left off: the `-p` of patch(1).
    pub strip: u8,
    /// Its text.
    pub content: Vec<u8>,
}

/// The patches of a source package, in the order in which they are applied.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Series {
    /// In order.
    pub patches: Vec<Patch>,
}

impl Series {
    /// Reads the series of the file that holds Debian's changes to a source, `NAME_VERSION.debian.tar.*`. Without a series
    /// there are no patches.
    ///
    /// # Errors
    /// When the file is damaged, when the series has a line that is not understood or names what is not there, and when a
    /// patch names a path outside of the source tree.
    pub fn read(changes: impl BufRead + Send, archive: &str) -> Result<Self, PatchesError> {
        let mut files = files_below(changes, archive, DIRECTORY, LIMIT)?;
        let Some(file) = SERIES.iter().find(|name| files.contains_key(**name)) else {
            return Ok(Self::default());
        };
        let at = format!("{DIRECTORY}/{file}");
        let text = match files.remove(*file) {
            Some(Found::File(bytes)) => String::from_utf8_lossy(&bytes).into_owned(),
            _ => return Err(PatchesError::Link { archive: archive.to_owned(), path: at }),
        };
        let wrong = |(line, problem)| PatchesError::Series {
            archive: archive.to_owned(),
            series: at.clone(),
            line,
            problem,
        };
        let entries = series::parse(&text).map_err(wrong)?;
        let patches = entries.into_iter().map(|entry| patch(entry, &mut files, archive, &at));
        Ok(Self { patches: patches.collect::<Result<_, _>>()? })
    }

    /// The patches that a definition asks for, in the order of the series.
    ///
    /// # Errors
    /// A name that the series does not have.
    pub fn chosen(self, wanted: &DebianPatches, archive: &str) -> Result<Vec<Patch>, PatchesError> {
        match wanted {
            DebianPatches::Unsaid | DebianPatches::None => Ok(Vec::new()),
            DebianPatches::Series => Ok(self.patches),
            DebianPatches::Named(names) => {
                let missing = names.iter().find(|name| self.patches.iter().all(|patch| patch.name != **name));
                if let Some(name) = missing {
                    let there = self.patches.iter().map(|patch| patch.name.clone()).collect();
                    let (archive, name) = (archive.to_owned(), name.clone());
                    return Err(PatchesError::Unknown { archive, name, there });
                }
                Ok(self.patches.into_iter().filter(|patch| names.contains(&patch.name)).collect())
            }
        }
    }
}

fn patch(
    series::Entry { name, strip, line }: series::Entry,
    files: &mut BTreeMap<String, Found>,
    archive: &str,
    series: &str,
) -> Result<Patch, PatchesError> {
    let content = match files.get(&name) {
        Some(Found::File(content)) => content.clone(),
        Some(Found::Link) => {
            let path = format!("{DIRECTORY}/{name}");
            return Err(PatchesError::Link { archive: archive.to_owned(), path });
        }
        None => {
            let (archive, series) = (archive.to_owned(), series.to_owned());
            return Err(PatchesError::Missing { archive, series, line, name });
        }
    };
    match names::outside(&content) {
        Some((line, path)) => Err(PatchesError::Outside { archive: archive.to_owned(), name, line, path }),
        None => Ok(Patch { name, strip, content }),
    }
}

impl Patch {
    /// The holes that it speaks of, in its name or above its first changed file, each once.
    pub fn cves(&self) -> Vec<String> {
        let text = String::from_utf8_lossy(&self.content);
        let above = text.lines().take_while(|line| !names::begins(line)).flat_map(cves);
        let mut all = Vec::new();
        for name in cves(&self.name).into_iter().chain(above) {
            if !all.contains(&name) {
                all.push(name);
            }
        }
        all
    }
}

/// Names of CVE records in a text.
fn cves(text: &str) -> Vec<String> {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let names = text.match_indices("CVE-").filter_map(|(at, _)| {
        let rest = &text[at + 4..];
        let year = digits(rest);
        let number = rest.get(year..)?.strip_prefix('-').map(digits)?;
        (year == 4 && number >= 4).then(|| text[at..at + 4 + year + 1 + number].to_owned())
    });
    names.collect()
}
