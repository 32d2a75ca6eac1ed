//! Parsers of foreign bytes that are not public, for the targets in `fuzz/`. Nothing here does I/O.

use std::collections::BTreeSet;

use crate::debian::fuzzing as debian_parsers;
use crate::images::fuzzing as image_parsers;
use crate::unpack::fuzzing as unpack_parsers;

/// The first member of an ar archive whose name starts with `prefix`: its name and size.
pub fn ar_member(bytes: &[u8], prefix: &str) -> Option<(String, u64)> {
    unpack_parsers::ar_member(bytes, prefix)
}

/// Reads a text as each of Debian's indexes.
pub fn debian(text: &str) {
    debian_parsers::indexes(text);
}

/// Reads a clear-signed text and keys, and checks the one against the others.
pub fn openpgp(text: &[u8], keys: &[u8]) {
    debian_parsers::signed(text, keys, &BTreeSet::new());
}

/// Reads bytes as what registries of images answer.
pub fn registry(bytes: &[u8]) {
    image_parsers::documents(bytes);
    image_parsers::challenges(&String::from_utf8_lossy(bytes));
}
