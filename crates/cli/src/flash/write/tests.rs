use std::cell::{Cell, RefCell};
use std::path::Path;
use std::process::Command;

use super::super::source::Source;
use super::super::used::used;
use super::*;

const MIB: u64 = 1 << 20;

/// What a medium does that was sold as larger, or that wore out.
#[derive(Default)]
struct Stick {
    holds: RefCell<Vec<u8>>,
    /// A byte that comes back as another one.
    bad: Cell<Option<u64>>,
    /// Where it ends, whatever it says.
    real: Cell<Option<u64>>,
    written: Cell<u64>,
    settled: Cell<bool>,
}

impl Stick {
    /// One that was used before.
    fn of(size: u64) -> Self {
        let this = Self::default();
        this.holds.borrow_mut().resize(usize::try_from(size).unwrap(), 0xaa);
        this
    }
}

impl Writable for Stick {
    fn write_all_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        if self.real.get().is_some_and(|real| offset + bytes.len() as u64 > real) {
            return Err(io::Error::other("no such sector"));
        }
        let start = usize::try_from(offset).unwrap();
        self.holds.borrow_mut()[start..start + bytes.len()].copy_from_slice(bytes);
        self.written.set(self.written.get() + bytes.len() as u64);
        self.settled.set(false);
        Ok(())
    }

    fn read_exact_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<()> {
        assert!(self.settled.get(), "read back before it reached the medium");
        let start = usize::try_from(offset).unwrap();
        bytes.copy_from_slice(&self.holds.borrow()[start..start + bytes.len()]);
        if let Some(at) =
            self.bad.get().and_then(|bad| bad.checked_sub(offset)).and_then(|at| usize::try_from(at).ok())
            && let Some(byte) = bytes.get_mut(at)
        {
            *byte ^= 1;
        }
        Ok(())
    }

    fn settle(&self) -> io::Result<()> {
        self.settled.set(true);
        Ok(())
    }
}

#[derive(Default)]
struct Steps(RefCell<Vec<(&'static str, u64)>>, Option<usize>);

impl Meter for Steps {
    fn begin(&self, what: &'static str, bytes: u64) {
        self.0.borrow_mut().push((what, bytes));
    }

    fn step(&self, bytes: u64) -> bool {
        let mut parts = self.0.borrow_mut();
        parts.last_mut().unwrap().1 -= bytes;
        self.1 != Some(parts.len())
    }
}

/// A disk with two slots: an ESP that ends with zeros, a root of 3 MiB and a bit, an empty slot.
fn image(directory: &Path) -> Source {
    let path = directory.join("disk.img");
    let file = File::create_new(&path).unwrap();
    file.set_len(40 * MIB).unwrap();
    let table = "label: gpt\nfirst-lba: 2048\nstart=2048, size=16384, name=\"esp\", type=U\n\
                 start=18432, size=20480, name=\"root-a\", type=L\nstart=38912, size=20480, name=\"root-b\", type=L\n";
    std::fs::write(directory.join("table"), table).unwrap();
    let made = Command::new("sfdisk")
        .args(["--quiet", "--no-reread"])
        .arg(&path)
        .stdin(File::open(directory.join("table")).unwrap())
        .output()
        .expect("this machine has sfdisk");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    FileExt::write_all_at(&file, &[7; 5000], MIB).unwrap();
    FileExt::write_all_at(&file, &vec![9; 3 << 20], 9 * MIB).unwrap();
    FileExt::write_all_at(&file, &[1], 12 * MIB + 100).unwrap();
    Source::open(&path).unwrap()
}

fn flash(stick: &Stick, disk: &Source) -> Result<Vec<(&'static str, u64)>, WriteError> {
    let ranges = used(disk).unwrap();
    let (room, steps) = (stick.holds.borrow().len() as u64, Steps::default());
    write(disk, &ranges, stick, room, &steps)?;
    Ok(steps.0.take())
}

#[test]
fn what_says_something_is_written_and_read_back() {
    let scratch = tempfile::tempdir().unwrap();
    let disk = image(scratch.path());
    let starts: Vec<_> = used(&disk).unwrap().iter().map(|range| (range.start, range.end)).collect();
    // Table and ESP, the root rounded up, and what is behind the partitions: the table's second copy.
    assert_eq!(starts, [(0, 13 * MIB), (29 * MIB, 40 * MIB)]);
    let stick = Stick::of(64 * MIB);
    assert_eq!(flash(&stick, &disk).unwrap(), [("writing", 0), ("reading back", 0)], "all of it was counted");
    assert_eq!(stick.written.get(), 13 * MIB + 11 * MIB + MIB);
    let holds = stick.holds.borrow();
    let byte = |at: u64| holds[usize::try_from(at).unwrap()];
    assert_eq!([byte(MIB), byte(MIB + 5000), byte(12 * MIB + 100)], [7, 0, 1], "zeros of the ESP count");
    assert_eq!([byte(20 * MIB), byte(50 * MIB)], [0xaa, 0xaa], "the empty slot and the rest stay");
    assert_eq!(byte(64 * MIB - 512), 0, "an older table's second copy is gone");
}

#[test]
fn a_wrong_byte_is_found_wherever_it_is() {
    let scratch = tempfile::tempdir().unwrap();
    let disk = image(scratch.path());
    for bad in [0, 512, 9 * MIB + 77, 12 * MIB + 100, 40 * MIB - 1, 64 * MIB - 1] {
        let stick = Stick::of(64 * MIB);
        stick.bad.set(Some(bad));
        let error = flash(&stick, &disk).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("the medium does not hold what was written to it: byte {bad} differs")
        );
    }
}

#[test]
fn a_medium_that_is_smaller_than_it_says_is_found_out() {
    let scratch = tempfile::tempdir().unwrap();
    let stick = Stick::of(64 * MIB);
    stick.real.set(Some(60 * MIB));
    let error = flash(&stick, &image(scratch.path())).unwrap_err();
    assert_eq!(error.to_string(), format!("the medium cannot be written at byte {}", 63 * MIB));
}

#[test]
fn a_user_can_end_it() {
    let scratch = tempfile::tempdir().unwrap();
    let disk = image(scratch.path());
    let stick = Stick::of(64 * MIB);
    for part in [1, 2] {
        let ended =
            write(&disk, &used(&disk).unwrap(), &stick, 64 * MIB, &Steps(RefCell::default(), Some(part)));
        assert_eq!(ended.unwrap_err().to_string(), "ended; the medium holds a part of the image");
    }
}

#[test]
fn what_is_no_gpt_disk_is_written_whole() {
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("plain");
    std::fs::write(&path, vec![0; 3 << 20]).unwrap();
    let ranges = used(&Source::open(&path).unwrap()).unwrap();
    assert_eq!(ranges.iter().map(|range| range.size()).sum::<u64>(), 3 * MIB);
}

#[test]
fn a_new_file_takes_room_for_what_is_there() {
    use std::os::unix::fs::MetadataExt as _;

    let scratch = tempfile::tempdir().unwrap();
    let disk = image(scratch.path());
    let file =
        File::options().create_new(true).read(true).write(true).open(scratch.path().join("out")).unwrap();
    file.set_len(40 * MIB).unwrap();
    let file = NewFile(file);
    write(&disk, &used(&disk).unwrap(), &file, 40 * MIB, &Steps::default()).unwrap();
    let read = |path: &str| std::fs::read(scratch.path().join(path)).unwrap();
    assert!(read("out") == read("disk.img"));
    assert!(file.0.metadata().unwrap().blocks() * 512 < 6 * MIB);
}
