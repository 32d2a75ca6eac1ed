//! Filling a place with content, as far as it is here.

use std::io;

use yoe_bundle::{Chunk, Chunking, chunks};

use super::plan::{Origin, Piece, Places, plan};
use super::receiver::is;
use crate::disk::Region;
use crate::error::UpdaterError;

/// Content and the place that it belongs into.
pub struct Fill<'a> {
    /// Its chunks, in order.
    pub wanted: &'a [Chunk],
    /// How it was cut.
    pub chunking: Chunking,
    /// The place.
    pub to: Region<'a>,
    /// Where else chunks may be found.
    pub others: Vec<Region<'a>>,
    /// Where chunks that had to be fetched were put ahead of time, each at its own offset.
    pub staged: Option<Region<'a>>,
    /// What people call the place.
    pub name: &'a str,
}

impl Fill<'_> {
    /// What has to be fetched: offset and chunk. Nothing is written.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn missing(&self) -> Result<Vec<(u64, Chunk)>, UpdaterError> {
        let pieces = self.plan().map_err(|error| self.failed(error))?;
        let missing = |piece: &Piece| piece.origin == Origin::Content && self.staged(piece).is_none();
        Ok(pieces.iter().filter(|piece| missing(piece)).map(|piece| (piece.at, piece.chunk)).collect())
    }

    /// Writes what is here and not in its place yet. What has to be fetched: offset and chunk.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn run(&self) -> Result<Vec<(u64, Chunk)>, UpdaterError> {
        let mut missing = Vec::new();
        for piece in self.plan().map_err(|error| self.failed(error))? {
            let bytes = match piece.origin {
                Origin::Own(from) => self.read(&self.to, from, &piece.chunk),
                Origin::Other(number, from) => self.read(&self.others[number], from, &piece.chunk),
                Origin::Content => None,
            };
            match bytes.or_else(|| self.staged(&piece)) {
                Some(bytes) => self.to.write_at(piece.at, &bytes).map_err(|error| self.failed(error))?,
                None => missing.push((piece.at, piece.chunk)),
            }
        }
        Ok(missing)
    }

    fn staged(&self, piece: &Piece) -> Option<Vec<u8>> {
        self.read(self.staged.as_ref()?, piece.at, &piece.chunk)
    }

    fn plan(&self) -> io::Result<Vec<Piece>> {
        let in_place = self.in_place();
        if in_place.iter().all(|in_place| *in_place) {
            return Ok(Vec::new());
        }
        let own = self.places(&self.to)?;
        let others: io::Result<Vec<Places>> = self.others.iter().map(|other| self.places(other)).collect();
        Ok(plan(self.wanted, &in_place, &own, &others?))
    }

    /// Which chunks are in their place already.
    fn in_place(&self) -> Vec<bool> {
        let mut at = 0;
        let check = |chunk: &Chunk| {
            at += u64::from(chunk.length);
            self.read(&self.to, at - u64::from(chunk.length), chunk).is_some()
        };
        self.wanted.iter().map(check).collect()
    }

    fn places(&self, region: &Region<'_>) -> io::Result<Places> {
        let mut places = Places::new();
        chunks(region.clone(), self.chunking, |at, chunk| {
            places.entry(chunk.sha256).or_insert(at);
            Ok(())
        })?;
        Ok(places)
    }

    /// The bytes of a chunk, if they are there.
    fn read(&self, region: &Region<'_>, at: u64, chunk: &Chunk) -> Option<Vec<u8>> {
        let mut bytes = vec![0; chunk.length as usize];
        region.read_exact_at(at, &mut bytes).ok()?;
        is(&bytes, chunk).then_some(bytes)
    }

    fn failed(&self, error: io::Error) -> UpdaterError {
        UpdaterError::file("filled", std::path::Path::new(self.name))(error)
    }
}
