//! The part of an archive that is unpacked.

use std::cell::{Cell, RefCell};

use super::error::UnpackError;

/// Paths below an archive's single top directory, and which of them were seen.
pub(super) struct Part<'a> {
    only: &'a [String],
    seen: Vec<Cell<bool>>,
    top: RefCell<Option<Vec<u8>>>,
    several: Cell<bool>,
}

impl<'a> Part<'a> {
    /// No paths stand for the whole archive.
    pub(super) fn new(only: &'a [String]) -> Self {
        let seen = only.iter().map(|_| Cell::new(false)).collect();
        Self { only, seen, top: RefCell::new(None), several: Cell::new(false) }
    }

    /// Whether an entry of this cleaned name is taken.
    pub(super) fn takes(&self, name: &[u8]) -> bool {
        let end = name.iter().position(|byte| *byte == b'/');
        let (top, below) = end.map_or((name, &b""[..]), |end| (&name[..end], &name[end + 1..]));
        match &*self.top.borrow() {
            Some(known) if known != top => self.several.set(true),
            _ => (),
        }
        self.top.borrow_mut().get_or_insert_with(|| top.to_owned());
        let mut taken = false;
        for (path, seen) in self.only.iter().zip(&self.seen) {
            let rest = below.strip_prefix(path.trim_end_matches('/').as_bytes());
            if rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/")) {
                seen.set(true);
                taken = true;
            }
        }
        taken
    }

    /// Whether the archive was such that paths below its top directory make sense, and had something at each.
    pub(super) fn check(&self, archive: &str) -> Result<(), UnpackError> {
        if self.several.get() {
            return Err(UnpackError::NoTop { archive: archive.to_owned() });
        }
        match self.only.iter().zip(&self.seen).find(|(_, seen)| !seen.get()) {
            Some((path, _)) => Err(UnpackError::NoPart { archive: archive.to_owned(), path: path.clone() }),
            None => Ok(()),
        }
    }
}
