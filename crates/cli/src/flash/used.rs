//! Which parts of a disk say something. The rest of the medium keeps what it holds: nothing on the device reads it before it is
//! written.

use std::io;

use yoe_disk::gpt::{Gpt, GptError, Medium, Partition};
use yoe_disk::partition::Slot;

/// How much is looked at or copied at once, in bytes.
pub const STEP: u64 = 4 << 20;
/// What a trailing part is rounded to, in bytes.
const ALIGN: u64 = 1 << 20;

/// A stretch of a disk, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// Where it begins.
    pub start: u64,
    /// Where the next byte is not its own.
    pub end: u64,
}

impl Range {
    /// Its size.
    pub fn size(self) -> u64 {
        self.end - self.start
    }

    /// Its parts of at most [`STEP`] bytes.
    pub fn steps(self) -> impl Iterator<Item = Range> {
        let count = self.size().div_ceil(STEP);
        (0..count).map(move |at| {
            let start = self.start + at * STEP;
            Range { start, end: (start + STEP).min(self.end) }
        })
    }
}

/// The parts that have to be written, in order. What is no GPT disk is written whole.
///
/// A slot's root ends with its hash tree, so the zeros behind it are nobody's; an empty slot has no root. Of any other partition a
/// zero may count as much as another byte: in FAT an empty cluster is one, and a file may end with them.
pub fn used(disk: &dyn Medium) -> io::Result<Vec<Range>> {
    let size = disk.size()?;
    let partitions = match Gpt::read(disk) {
        Ok(table) => table.partitions(),
        Err(GptError::Read(error)) => return Err(error),
        Err(_) => return Ok(vec![Range { start: 0, end: size }]),
    };
    let mut found = Vec::new();
    let first = partitions.iter().map(|partition| partition.start).min().unwrap_or(size);
    let last = partitions.iter().map(|partition| partition.start + partition.size).max().unwrap_or(0);
    found.push(Range { start: 0, end: first.min(size) });
    for partition in &partitions {
        found.extend(of_partition(disk, partition, size)?);
    }
    // The table's second copy.
    found.push(Range { start: last.min(size), end: size });
    Ok(joined(found))
}

fn of_partition(disk: &dyn Medium, partition: &Partition, size: u64) -> io::Result<Option<Range>> {
    let whole = Range { start: partition.start.min(size), end: (partition.start + partition.size).min(size) };
    if ![Slot::A, Slot::B].iter().any(|slot| partition.name == slot.partition()) {
        return Ok(Some(whole));
    }
    let (mut end, mut buffer) = (whole.start, Vec::new());
    for step in whole.steps() {
        buffer.resize(usize::try_from(step.size()).map_err(io::Error::other)?, 0);
        disk.read_at(step.start, &mut buffer)?;
        if let Some(at) = buffer.iter().rposition(|byte| *byte != 0) {
            end = step.start + at as u64 + 1;
        }
    }
    let rounded = end.next_multiple_of(ALIGN).min(whole.end);
    Ok((end > whole.start).then_some(Range { start: whole.start, end: rounded }))
}

/// Ranges in their order, those that touch as one, and none that is empty.
fn joined(mut ranges: Vec<Range>) -> Vec<Range> {
    ranges.retain(|range| range.start < range.end);
    ranges.sort_by_key(|range| range.start);
    let mut joined: Vec<Range> = Vec::new();
    for range in ranges {
        match joined.last_mut().filter(|last| last.end >= range.start) {
            Some(last) => last.end = last.end.max(range.end),
            None => joined.push(range),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(start: u64, end: u64) -> Range {
        Range { start, end }
    }

    #[test]
    fn ranges_that_touch_are_one() {
        let given = vec![range(8, 9), range(0, 4), range(4, 6), range(5, 5), range(3, 5)];
        assert_eq!(joined(given), [range(0, 6), range(8, 9)]);
    }

    #[test]
    fn steps_cover_a_range() {
        let steps: Vec<Range> = range(5, 5 + STEP + 1).steps().collect();
        assert_eq!(steps, [range(5, 5 + STEP), range(5 + STEP, 6 + STEP)]);
        assert_eq!(range(5, 5).steps().count(), 0);
    }
}
