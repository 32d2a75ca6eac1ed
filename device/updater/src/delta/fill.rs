//! Filling a place with content.

use std::io;
use std::ops::Range;
use std::time::Duration;

use ring::digest::{SHA256, digest};
use yoe_bundle::{Chunk, Chunking, chunks};

use super::plan::{Origin, Piece, Places, plan};
use super::ranges::ranges;
use crate::disk::Region;
use crate::problem::Problem;
use crate::source::Repository;

/// Attempts without any progress after which a network is given up.
const ATTEMPTS: u32 = 5;

/// Content and the place that it belongs into.
pub struct Fill<'a> {
    /// Its chunks, in order.
    pub wanted: &'a [Chunk],
    /// How it was cut.
    pub chunking: Chunking,
    /// The place.
    pub to: Region<'a>,
    /// Where chunks may be found besides.
    pub others: Vec<Region<'a>>,
    /// Where it can be fetched from.
    pub repository: &'a dyn Repository,
    /// Its file there.
    pub path: &'a str,
    /// Where in that file it starts.
    pub start: u64,
    /// What people call the place.
    pub name: &'a str,
}

/// What it took.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Bytes that came from the repository.
    pub fetched: u64,
    /// Bytes that were here already.
    pub reused: u64,
}

impl Fill<'_> {
    /// Writes what is not in its place yet. What was written by an earlier attempt is not fetched again.
    ///
    /// # Errors
    /// When the repository or the disk fails.
    pub fn run(&self, told: &mut dyn FnMut(Tally)) -> Result<Tally, Problem> {
        let size: u64 = self.wanted.iter().map(|chunk| u64::from(chunk.length)).sum();
        let pieces = self.plan().map_err(|error| self.failed(error))?;
        let mut missing = Vec::new();
        for piece in pieces {
            let bytes = match piece.origin {
                Origin::Own(from) => self.read(&self.to, from, &piece.chunk),
                Origin::Other(number, from) => self.read(&self.others[number], from, &piece.chunk),
                Origin::Content => None,
            };
            match bytes {
                Some(bytes) => self.to.write_at(piece.at, &bytes).map_err(|error| self.failed(error))?,
                None => missing.push(piece),
            }
        }
        missing.sort_by_key(|piece| piece.at);
        let needed: u64 = missing.iter().map(|piece| u64::from(piece.chunk.length)).sum();
        let mut tally = Tally { fetched: 0, reused: size - needed };
        told(tally);
        let parts = missing.iter().map(|piece| piece.at..piece.at + u64::from(piece.chunk.length));
        for range in ranges(parts) {
            self.fetch(range, &missing, &mut tally, told)?;
        }
        self.to.settle().map_err(|error| self.failed(error))?;
        Ok(tally)
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

    /// Fetches a range, from where it broke off as long as it gets on.
    fn fetch(
        &self,
        range: Range<u64>,
        missing: &[Piece],
        tally: &mut Tally,
        told: &mut dyn FnMut(Tally),
    ) -> Result<(), Problem> {
        let mut receiver =
            Receiver { fill: self, missing, at: range.start, done: range.start, buffer: Vec::new() };
        let mut attempts = 0;
        while receiver.done < range.end {
            let before = receiver.done;
            receiver.restart();
            let length = range.end - receiver.done;
            let result = self.repository.range(self.path, self.start + receiver.done, length, &mut |piece| {
                tally.fetched += piece.len() as u64;
                told(*tally);
                receiver.take(piece)
            });
            let Err(problem) = result else { return Ok(()) };
            attempts = if receiver.done > before { 0 } else { attempts + 1 };
            let again = matches!(problem, Problem::Fetch { .. }) && !self.repository.is_local();
            if !again || attempts >= ATTEMPTS {
                return Err(problem);
            }
            std::thread::sleep(Duration::from_secs(1 << attempts));
        }
        Ok(())
    }

    fn failed(&self, error: io::Error) -> Problem {
        Problem::file("filled", std::path::Path::new(self.name))(error)
    }
}

/// Takes bytes in order and writes each chunk that is whole.
struct Receiver<'a, 'b> {
    fill: &'a Fill<'b>,
    missing: &'a [Piece],
    /// Up to where bytes came.
    at: u64,
    /// Up to where nothing has to be asked for again.
    done: u64,
    buffer: Vec<u8>,
}

impl Receiver<'_, '_> {
    fn restart(&mut self) {
        self.at = self.done;
        self.buffer.clear();
    }

    fn take(&mut self, mut bytes: &[u8]) -> Result<(), Problem> {
        while !bytes.is_empty() {
            let next =
                self.missing.partition_point(|piece| piece.at + u64::from(piece.chunk.length) <= self.at);
            let Some(piece) = self.missing.get(next) else {
                // Nothing more of this is wanted.
                self.at += bytes.len() as u64;
                self.done = self.at;
                return Ok(());
            };
            let gap = piece.at.saturating_sub(self.at).min(bytes.len() as u64);
            bytes = &bytes[gap as usize..];
            self.at += gap;
            if self.at < piece.at {
                self.done = self.at;
                return Ok(());
            }
            let left = piece.chunk.length as usize - self.buffer.len();
            let (now, rest) = bytes.split_at(left.min(bytes.len()));
            self.buffer.extend_from_slice(now);
            bytes = rest;
            if self.buffer.len() == piece.chunk.length as usize {
                self.write(piece)?;
            }
        }
        Ok(())
    }

    fn write(&mut self, piece: &Piece) -> Result<(), Problem> {
        if !is(&self.buffer, &piece.chunk) {
            let origin = format!("{} in {}", self.fill.path, self.fill.repository.name());
            return Err(Problem::Damaged { origin });
        }
        self.fill.to.write_at(piece.at, &self.buffer).map_err(|error| self.fill.failed(error))?;
        self.buffer.clear();
        self.at = piece.at + u64::from(piece.chunk.length);
        self.done = self.at;
        Ok(())
    }
}

fn is(bytes: &[u8], chunk: &Chunk) -> bool {
    digest(&SHA256, bytes).as_ref() == chunk.sha256
}
