//! The target of `yoe flash`, opened, written and reported.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

use yoe_model::Cancel;

use super::unreadable;
use crate::error::{CommandError, Kind};
use crate::flash::{self, NewFile, Source, Target, Writable, used};
use crate::{interrupt, ui};

/// Writes a disk of this size to the target, and says so.
pub fn write(source: &Source, size: u64, target: &Target, shown: &str) -> Result<(), CommandError> {
    let ranges = used(source).map_err(|error| unreadable(shown, error))?;
    let began = Instant::now();
    let meter = ui::Meter::new(Cancel::from_flag(interrupt::flag()?));
    let (name, result) = match target {
        Target::File(path) => {
            let made = new_file(path, size);
            let (file, part) = made.map_err(|error| {
                CommandError::user(format!("{} cannot be written", path.display())).because(error)
            })?;
            let written = write_to(source, &ranges, &NewFile(file), size, &meter);
            let placed = written.and_then(|()| {
                fs::rename(&part, path).map_err(|error| {
                    CommandError::user(format!("{} cannot be replaced", path.display())).because(error)
                })
            });
            if placed.is_err() {
                // What is left of it is in nobody's way.
                let _ = fs::remove_file(&part);
            }
            (path.display().to_string(), placed)
        }
        Target::Disk(disk, path) => {
            // Fails as long as somebody else uses the disk (open(2)).
            let options = rustix::fs::OFlags::EXCL.bits();
            let file = File::options().read(true).write(true).custom_flags(options.cast_signed()).open(path);
            let file = file.map_err(|error| cannot_open(path, error))?;
            (disk.name.clone(), write_to(source, &ranges, &file, disk.bytes, &meter))
        }
    };
    drop(meter);
    result?;
    let written: u64 = ranges.iter().map(|range| range.size()).sum();
    ui::note(&format!(
        "{name}: {shown} was written and read back, {} of {} in {} s",
        ui::bytes(written),
        ui::bytes(size),
        began.elapsed().as_secs()
    ));
    Ok(())
}

/// A file of this size next to `path`, in whose place it comes once it is whole.
fn new_file(path: &Path, size: u64) -> io::Result<(File, PathBuf)> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    let part = path.with_file_name(name);
    let file = File::options().create(true).truncate(true).read(true).write(true).open(&part)?;
    file.set_len(size)?;
    Ok((file, part))
}

fn write_to(
    source: &Source,
    ranges: &[flash::Range],
    to: &dyn Writable,
    room: u64,
    meter: &ui::Meter,
) -> Result<(), CommandError> {
    use flash::WriteError as E;
    flash::write(source, ranges, to, room, meter).map_err(|error| match error {
        E::Ended => CommandError::new(Kind::Interrupted, error.to_string()),
        E::Differs(_) | E::Read { .. } => CommandError::of(Kind::User, error)
            .hint("the medium is worn out, or smaller than it says: use another one"),
        _ => CommandError::of(Kind::User, error),
    })
}

fn cannot_open(path: &Path, error: io::Error) -> CommandError {
    let denied = error.kind() == io::ErrorKind::PermissionDenied;
    let busy = error.kind() == io::ErrorKind::ResourceBusy;
    let error = CommandError::user(format!("{} cannot be opened", path.display())).because(error);
    match (denied, busy) {
        (true, _) => error.hint(format!(
            "sudo setfacl -m u:$USER:rw {0}, or sudo chown $USER {0}: both last until the medium is taken out",
            path.display()
        )),
        (_, true) => error.hint("some program uses it; `lsblk` and `fuser` tell which"),
        _ => error,
    }
}
