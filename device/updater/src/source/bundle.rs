//! A bundle: one file that holds what one update needs.

use std::collections::BTreeMap;

use yoe_bundle::archive::{self, BLOCK};

use super::{Pieces, Repository, Sink};
use crate::problem::Problem;

/// Bytes from the beginning that are read at once: metadata and headers are there.
const HEAD: u64 = 64 << 10;
/// More members than any bundle has.
const MOST: usize = 10_000;

/// A bundle in a file that is read in pieces.
pub struct Bundle<P> {
    file: P,
    head: Vec<u8>,
    /// Where each member is, and how long.
    members: BTreeMap<String, (u64, u64)>,
}

impl<P: Pieces> Bundle<P> {
    /// Reads where everything is.
    pub fn open(file: P) -> Result<Self, Problem> {
        let size = file.size()?;
        let mut head = Vec::new();
        file.range(0, size.min(HEAD), &mut |piece| {
            head.extend_from_slice(piece);
            Ok(())
        })?;
        let mut bundle = Self { file, head, members: BTreeMap::new() };
        let mut at = 0;
        loop {
            let need = at + BLOCK;
            if need > size {
                return Err(bundle.truncated(size, need));
            }
            let header = bundle.piece(at, BLOCK)?;
            let origin = || bundle.file.name().to_owned();
            let member =
                archive::parse(&header).map_err(|source| Problem::Archive { origin: origin(), source })?;
            let Some(member) = member else { return Ok(bundle) };
            let start = at + BLOCK;
            at = start.saturating_add(member.length).saturating_add(archive::padding(member.length % BLOCK));
            if at > size {
                return Err(bundle.truncated(size, at));
            }
            bundle.members.insert(member.path, (start, member.length));
            if bundle.members.len() > MOST {
                return Err(Problem::Damaged { origin: origin() });
            }
        }
    }

    fn truncated(&self, have: u64, need: u64) -> Problem {
        Problem::Truncated { origin: self.file.name().to_owned(), have, need }
    }

    fn piece(&self, start: u64, length: u64) -> Result<Vec<u8>, Problem> {
        if let Some(known) = self.head.get(start as usize..(start + length) as usize) {
            return Ok(known.to_vec());
        }
        let mut all = Vec::new();
        self.file.range(start, length, &mut |piece| {
            all.extend_from_slice(piece);
            Ok(())
        })?;
        Ok(all)
    }
}

impl<P: Pieces> Repository for Bundle<P> {
    fn small(&self, path: &str, limit: u64) -> Result<Option<Vec<u8>>, Problem> {
        let Some((start, length)) = self.members.get(path) else { return Ok(None) };
        if *length > limit {
            return Err(Problem::Damaged { origin: path.to_owned() });
        }
        self.piece(*start, *length).map(Some)
    }

    fn range(&self, path: &str, start: u64, length: u64, sink: &mut Sink<'_>) -> Result<(), Problem> {
        let missing = || Problem::Missing { origin: path.to_owned() };
        let (place, have) = *self.members.get(path).ok_or_else(missing)?;
        let end = start.saturating_add(length);
        if end > have {
            return Err(Problem::Truncated { origin: path.to_owned(), have, need: end });
        }
        self.file.range(place + start, length, sink)
    }

    fn length(&self, path: &str) -> Option<u64> {
        self.members.get(path).map(|(_, length)| *length)
    }

    fn is_bundle(&self) -> bool {
        true
    }

    fn is_local(&self) -> bool {
        self.file.is_local()
    }

    fn name(&self) -> &str {
        self.file.name()
    }
}
