//! Copying to a medium, and reading back.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use rustix::fs::{Advice, fadvise};
use yoe_disk::gpt::Medium;

use super::used::{Range, STEP};

/// How much of the medium's end is emptied: a partition table's second copy, of sectors of any size, in bytes.
const END: u64 = 1 << 20;

/// What is written to.
pub trait Writable {
    /// Writes all of it at this offset.
    fn write_all_at(&self, bytes: &[u8], offset: u64) -> io::Result<()>;
    /// Fills the buffer from this offset.
    fn read_exact_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<()>;
    /// Makes what was written durable, and forgets what is known of it, so that what is read comes from the medium.
    fn settle(&self) -> io::Result<()>;
}

impl Writable for File {
    fn write_all_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        FileExt::write_all_at(self, bytes, offset)
    }

    fn read_exact_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<()> {
        FileExt::read_exact_at(self, bytes, offset)
    }

    fn settle(&self) -> io::Result<()> {
        self.sync_all()?;
        Ok(fadvise(self, 0, None, Advice::DontNeed)?)
    }
}

/// A file that was just made: what is not written is zero already, and takes no room.
pub struct NewFile(pub File);

/// What a file is made of, in bytes.
const BLOCK: usize = 64 << 10;

impl Writable for NewFile {
    fn write_all_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        for (at, block) in bytes.chunks(BLOCK).enumerate() {
            if block.iter().any(|byte| *byte != 0) {
                FileExt::write_all_at(&self.0, block, offset + (at * BLOCK) as u64)?;
            }
        }
        Ok(())
    }

    fn read_exact_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<()> {
        FileExt::read_exact_at(&self.0, bytes, offset)
    }

    fn settle(&self) -> io::Result<()> {
        Writable::settle(&self.0)
    }
}

/// Hears how far it is.
pub trait Meter {
    /// Another part begins, of this many bytes.
    fn begin(&self, what: &'static str, bytes: u64);
    /// So many bytes more are done; whether to go on.
    fn step(&self, bytes: u64) -> bool;
}

/// Why a medium does not hold what it should.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The image failed.
    #[error("the image cannot be read")]
    Source(#[source] io::Error),
    /// The medium failed to be written.
    #[error("the medium cannot be written at byte {offset}")]
    Write {
        /// Where.
        offset: u64,
        /// Why.
        source: io::Error,
    },
    /// The medium failed to be read.
    #[error("the medium cannot be read back at byte {offset}")]
    Read {
        /// Where.
        offset: u64,
        /// Why.
        source: io::Error,
    },
    /// It could not be made durable.
    #[error("what was written did not reach the medium")]
    Settle(#[source] io::Error),
    /// The user ended it.
    #[error("ended; the medium holds a part of the image")]
    Ended,
    /// It holds something else.
    #[error("the medium does not hold what was written to it: byte {0} differs")]
    Differs(u64),
}

/// Writes these ranges of a disk to a medium of `room` bytes, then reads all of them back.
///
/// # Errors
/// [`WriteError`]. The medium holds a part of the disk then.
pub fn write(
    disk: &dyn Medium,
    ranges: &[Range],
    to: &dyn Writable,
    room: u64,
    meter: &dyn Meter,
) -> Result<(), WriteError> {
    let size = disk.size().map_err(WriteError::Source)?;
    // Where an older table's second copy may be, behind the image.
    let end = Range { start: size.max(room.saturating_sub(END)), end: room.max(size) };
    // The image's ranges, then what is emptied.
    let steps = || {
        let of_disk = ranges.iter().flat_map(|range| range.steps()).map(|step| (step, true));
        of_disk.chain(end.steps().map(|step| (step, false)))
    };
    let content = |(step, of_disk): (Range, bool), into: &mut Vec<u8>| {
        into.clear();
        into.resize(length(step), 0);
        if of_disk { disk.read_at(step.start, into).map_err(WriteError::Source) } else { Ok(()) }
    };
    let total = ranges.iter().map(|range| range.size()).sum::<u64>() + end.size();
    let (mut expected, mut found) = (Vec::new(), Vec::new());
    meter.begin("writing", total);
    for step in steps() {
        content(step, &mut expected)?;
        let offset = step.0.start;
        to.write_all_at(&expected, offset).map_err(|source| WriteError::Write { offset, source })?;
        if !meter.step(step.0.size()) {
            return Err(WriteError::Ended);
        }
    }
    to.settle().map_err(WriteError::Settle)?;
    meter.begin("reading back", total);
    for step in steps() {
        content(step, &mut expected)?;
        found.resize(expected.len(), 0);
        let offset = step.0.start;
        to.read_exact_at(&mut found, offset).map_err(|source| WriteError::Read { offset, source })?;
        if let Some(at) = expected.iter().zip(&found).position(|(one, other)| one != other) {
            return Err(WriteError::Differs(offset + at as u64));
        }
        if !meter.step(step.0.size()) {
            return Err(WriteError::Ended);
        }
    }
    Ok(())
}

fn length(step: Range) -> usize {
    // A step is a few MiB.
    usize::try_from(step.size().min(STEP)).unwrap_or_default()
}

#[cfg(test)]
mod tests;
