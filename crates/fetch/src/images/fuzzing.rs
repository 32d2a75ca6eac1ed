//! What the target in `fuzz/` reads.

use yoe_model::Arch;

use super::challenge;
use super::document::{self, Document};

/// Reads bytes as each document of an image.
pub(crate) fn documents(bytes: &[u8]) {
    if let Ok(Document::Index(entries)) = document::read(bytes) {
        assert!(!document::there(&entries).contains('\u{1b}'), "it is shown on terminals");
        Arch::ALL.iter().for_each(|arch| drop(document::choose(&entries, *arch)));
    }
    if let Ok(digests) = document::layer_digests(bytes) {
        assert!(document::architecture(bytes, digests.len() + 1).is_err());
    }
}

/// Reads a text as the value of `WWW-Authenticate`.
pub(crate) fn challenges(text: &str) {
    for challenge in challenge::read(&[text]) {
        assert!(!challenge.scheme.is_empty() && challenge.parameter("realm") != Some(""));
    }
}
