//! A bundle: one file that holds what one update needs.

use std::collections::BTreeMap;

use yoe_bundle::archive::{self, BLOCK};

use super::{Ask, Piece, Pieces, Repository, Sink};
use crate::error::UpdaterError;

/// Bytes from the beginning that are read at once: metadata and headers are there.
const HEAD: u64 = 64 << 10;
/// More members than any bundle has: six, and one for each time that keys were rotated. A web server is asked for a header that is
/// not in the head, so this bounds the requests too.
const MOST: usize = 256;
/// Bytes that lie before the content: a server cannot make up more to be skipped.
const FRONT: u64 = 32 << 20;
/// What the name of the last member ends with.
const LAST: &str = ".content";

/// A bundle in a file that is read in pieces.
pub struct Bundle<P> {
    file: P,
    head: Vec<u8>,
    /// Where each member is, and how long.
    members: BTreeMap<String, (u64, u64)>,
}

impl<P: Pieces> Bundle<P> {
    /// Reads where everything is. What lies behind the content is looked for in local files alone: a server that knows no parts
    /// would have to send all of the content for it.
    pub fn open(file: P) -> Result<Self, UpdaterError> {
        let head = file.part(0..HEAD)?;
        let mut bundle = Self { file, head, members: BTreeMap::new() };
        let mut at = 0;
        loop {
            let header = bundle.piece(at, BLOCK)?;
            let origin = || bundle.file.name().to_owned();
            let member = archive::parse(&header)
                .map_err(|source| UpdaterError::Archive { origin: origin(), source })?;
            let Some(member) = member else { return Ok(bundle) };
            let start = at + BLOCK;
            at = start.saturating_add(member.length).saturating_add(archive::padding(member.length % BLOCK));
            bundle.fits(at)?;
            let is_last = member.path.ends_with(LAST) && !bundle.file.is_local();
            if !bundle.file.is_local() && !is_last && at > FRONT {
                return Err(UpdaterError::Members {
                    origin: origin(),
                    problem: "too much before its content",
                });
            }
            if bundle.members.contains_key(&member.path) {
                return Err(UpdaterError::Members { origin: origin(), problem: "two members of one name" });
            }
            bundle.members.insert(member.path, (start, member.length));
            if is_last {
                return Ok(bundle);
            }
            if bundle.members.len() > MOST {
                return Err(UpdaterError::Members {
                    origin: origin(),
                    problem: "more members than a bundle has",
                });
            }
        }
    }

    /// The file goes as far as this.
    fn fits(&self, need: u64) -> Result<(), UpdaterError> {
        match self.file.size() {
            Some(have) if have < need => {
                Err(UpdaterError::Truncated { origin: self.file.name().to_owned(), have, need })
            }
            _ => Ok(()),
        }
    }

    fn piece(&self, start: u64, length: u64) -> Result<Vec<u8>, UpdaterError> {
        let end = start.saturating_add(length);
        if let Some(known) = self.head.get(start as usize..end as usize) {
            return Ok(known.to_vec());
        }
        self.fits(end)?;
        let piece = self.file.part(start..end)?;
        if (piece.len() as u64) < length {
            let have = start + piece.len() as u64;
            return Err(UpdaterError::Truncated { origin: self.file.name().to_owned(), have, need: end });
        }
        Ok(piece)
    }
}

impl<P: Pieces> Repository for Bundle<P> {
    fn small(&self, path: &str, limit: u64) -> Result<Option<Vec<u8>>, UpdaterError> {
        let Some((start, length)) = self.members.get(path) else { return Ok(None) };
        if *length > limit {
            return Err(UpdaterError::Oversized { origin: path.to_owned(), limit });
        }
        self.piece(*start, *length).map(Some)
    }

    fn read(&self, path: &str, ask: &Ask, sink: &mut Sink<'_>) -> Result<(), UpdaterError> {
        let missing = || UpdaterError::Missing { origin: path.to_owned() };
        let (place, have) = *self.members.get(path).ok_or_else(missing)?;
        if ask.part.end > have {
            return Err(UpdaterError::Truncated { origin: path.to_owned(), have, need: ask.part.end });
        }
        let end = place + have;
        let inside = Ask {
            part: place + ask.part.start..place + ask.part.end,
            whole: self.file.size().unwrap_or(end).min(end + 2 * BLOCK),
            ..ask.clone()
        };
        // Servers that do not know parts send the other members as well.
        self.file.read(&inside, &mut |piece| {
            let (from, to) = (piece.at.max(place), (piece.at + piece.bytes.len() as u64).min(end));
            if from >= to {
                return Ok(piece.at < end);
            }
            let bytes = &piece.bytes[(from - piece.at) as usize..(to - piece.at) as usize];
            sink(Piece { at: from - place, bytes, ..piece })
        })
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

    fn came(&self) -> Option<u64> {
        self.file.came()
    }

    fn was_replaced(&self) -> bool {
        self.file.was_replaced()
    }

    fn name(&self) -> &str {
        self.file.name()
    }
}
