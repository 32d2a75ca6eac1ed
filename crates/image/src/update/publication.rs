//! What can be published, as targets of a repository.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use yoe_bundle::{TargetFile, path, sha256};

use super::UpdateError;

/// The part that says what it is.
const MANIFEST: &str = "manifest.json";

/// Something that can be published: a version of the system, or of a workload.
pub trait Publication {
    /// What people call it.
    fn what(&self) -> String;

    /// Its version.
    fn version(&self) -> &str;

    /// The name of the target that is this part of it.
    fn name(&self, part: &str) -> String;

    /// What it consists of, in the order in which it lies in a bundle.
    fn parts(&self) -> Vec<Part<'_>>;

    /// Whether what was published as its manifest is of the same.
    fn is_same(&self, published: &[u8]) -> bool;

    /// Names and digests of its targets.
    fn targets(&self) -> BTreeMap<String, TargetFile> {
        let target = |part: Part<'_>| (self.name(&part.part), TargetFile::of(part.length, &part.sha256));
        self.parts().into_iter().map(target).collect()
    }

    /// Where a part of it is in a repository.
    fn path(&self, part: &Part<'_>) -> String {
        path::target(&self.name(&part.part), &part.sha256)
    }

    /// The name of the target that says what it is.
    fn manifest_name(&self) -> String {
        self.name(MANIFEST)
    }
}

type Open<'a> = Box<dyn Fn() -> Result<Box<dyn Read>, UpdateError> + 'a>;

/// A part of what is published.
pub struct Part<'a> {
    /// Which one: `manifest.json`, `index`, `content`, or the name of a paper.
    part: Cow<'a, str>,
    /// In bytes.
    pub length: u64,
    sha256: String,
    open: Open<'a>,
}

impl<'a> Part<'a> {
    /// The manifest.
    pub(super) fn manifest(text: String) -> Self {
        Self::bytes(MANIFEST, text.into_bytes())
    }

    /// One that is at hand.
    pub(super) fn bytes(part: impl Into<Cow<'a, str>>, bytes: impl Into<Cow<'a, [u8]>>) -> Self {
        let bytes = bytes.into();
        let (length, sha256) = (bytes.len() as u64, sha256(&bytes));
        let open: Open<'a> = Box::new(move || Ok(Box::new(Cursor::new(bytes.to_vec()))));
        Self { part: part.into(), length, sha256, open }
    }

    /// The content, which is read when it is needed.
    pub(super) fn content(
        length: u64,
        sha256: &str,
        open: impl Fn() -> Result<Box<dyn Read>, UpdateError> + 'a,
    ) -> Self {
        Self { part: "content".into(), length, sha256: sha256.to_owned(), open: Box::new(open) }
    }

    /// Opens it.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn open(&self) -> Result<Box<dyn Read>, UpdateError> {
        (self.open)()
    }
}
