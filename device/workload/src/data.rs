//! What a workload's volumes hold, by the version of its form: a newer form is begun with a copy of the older one, which comes back with
//! the version that can read it.
//!
//! | below `/var/lib/yoe/workload-data/NAME` | holds |
//! |---|---|
//! | `version` | the number of the form that the volumes have; with `restores` before it, that they are to get from the copy |
//! | `copy-N/VOLUME` | what a volume held in form N, when a newer one began |

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use yoe_program::durable;
use yoe_workload_format::Record;

use crate::Report;
use crate::args::Places;
use crate::client::Client;
use crate::containers::containers;
use crate::error::WorkloadError;
use crate::root::names;

const VERSION: &str = "version";
const RESTORES: &str = "restores ";

/// Brings the volumes of a workload into a form that this version of it can read. A loss of power at any moment is taken up by the
/// next start.
///
/// # Errors
/// When they have a newer form and there is no copy of the older one, or something cannot be copied.
pub fn prepare(
    client: &Client,
    places: &Places,
    record: &Record,
    report: Report<'_>,
) -> Result<(), WorkloadError> {
    let Some(wanted) = record.data_version else { return Ok(()) };
    let data = Data { directory: places.data.join(&record.name), client, record };
    let Some(found) = data.found()? else { return data.set(&wanted.to_string()) };
    match found {
        Found::Has(has) if has == wanted => Ok(()),
        Found::Has(has) if has < wanted => {
            report(&format!("its volumes are copied before their form becomes {wanted} instead of {has}"));
            data.keep(has)?;
            data.set(&wanted.to_string())
        }
        Found::Has(has) => {
            if !data.copy(wanted).is_dir() {
                return Err(WorkloadError::Wrong(format!(
                    "the volumes of {} have form {has}, which this version cannot read (it has form {wanted}), and there is no copy of \
                     an older one; install a version that can, or remove the volumes",
                    record.name
                )));
            }
            data.set(&format!("{RESTORES}{wanted}"))?;
            data.restore(wanted, report)
        }
        Found::Restores(form) if form == wanted => data.restore(wanted, report),
        // Nothing of the copy was touched: it is as whole as before.
        Found::Restores(form) => {
            data.restore(form, report)?;
            prepare(client, places, record, report)
        }
    }
}

/// What is on record.
enum Found {
    /// The volumes have this form.
    Has(u32),
    /// They are to get this form from the copy.
    Restores(u32),
}

struct Data<'a> {
    directory: PathBuf,
    client: &'a Client,
    record: &'a Record,
}

impl Data<'_> {
    /// What is on record; nothing before the first start.
    fn found(&self) -> Result<Option<Found>, WorkloadError> {
        let path = self.directory.join(VERSION);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(WorkloadError::file("read", &path)(error)),
        };
        let text = text.trim();
        let found = match text.strip_prefix(RESTORES) {
            Some(form) => form.parse().map(Found::Restores),
            None => text.parse().map(Found::Has),
        };
        let wrong = |_| WorkloadError::file("parsed", &path)(std::io::ErrorKind::InvalidData.into());
        found.map(Some).map_err(wrong)
    }

    fn set(&self, text: &str) -> Result<(), WorkloadError> {
        Ok(durable(&self.directory.join(VERSION), format!("{text}\n").as_bytes())?)
    }

    fn copy(&self, form: u32) -> PathBuf {
        self.directory.join(format!("copy-{form}"))
    }

    /// Copies all volumes, which nobody writes to meanwhile; older copies go.
    fn keep(&self, form: u32) -> Result<(), WorkloadError> {
        self.stop()?;
        for name in names(&self.directory)?.into_iter().filter(|name| name != VERSION) {
            let path = self.directory.join(name);
            remove(&path)?;
        }
        let new = self.directory.join("copy.new");
        fs::create_dir_all(&new).map_err(WorkloadError::file("made", &new))?;
        for (volume, from) in self.volumes()? {
            self.copy_directory(&from, &new.join(volume))?;
        }
        let copy = self.copy(form);
        sync(&new).and_then(|()| fs::rename(&new, &copy)).map_err(WorkloadError::file("written", &copy))?;
        sync(&self.directory).map_err(WorkloadError::file("written", &self.directory))
    }

    /// Puts what was copied into the place of what is there.
    fn restore(&self, form: u32, report: Report<'_>) -> Result<(), WorkloadError> {
        report(&format!("its volumes get back what they held in form {form}"));
        self.stop()?;
        for (volume, to) in self.volumes()? {
            let from = self.copy(form).join(&volume);
            if !from.is_dir() {
                continue;
            }
            let (new, old) = (to.with_extension("new"), to.with_extension("old"));
            remove(&new)?;
            remove(&old)?;
            self.copy_directory(&from, &new)?;
            let replace = || {
                sync(&new)?;
                if to.exists() {
                    fs::rename(&to, &old)?;
                }
                fs::rename(&new, &to)
            };
            replace().map_err(WorkloadError::file("replaced", &to))?;
            remove(&old)?;
        }
        sync(&self.directory).map_err(WorkloadError::file("written", &self.directory))?;
        self.set(&form.to_string())?;
        remove(&self.copy(form))
    }

    fn stop(&self) -> Result<(), WorkloadError> {
        for container in containers(self.client, &self.record.name)? {
            if container.status == "running" {
                self.client.ask(&["stop", &container.id])?;
            }
        }
        Ok(())
    }

    /// The volumes that the engine has, and where each is.
    fn volumes(&self) -> Result<Vec<(String, PathBuf)>, WorkloadError> {
        let known = self.client.ask(&["volume", "ls", "--quiet"])?;
        let mut found = Vec::new();
        for volume in self.record.volumes.iter().filter(|volume| known.lines().any(|line| line == *volume)) {
            let place = self.client.ask(&["volume", "inspect", "--format", "{{.Mountpoint}}", volume])?;
            found.push((volume.clone(), PathBuf::from(place.trim())));
        }
        Ok(found)
    }

    /// With owners, modes, links and times.
    fn copy_directory(&self, from: &Path, to: &Path) -> Result<(), WorkloadError> {
        let (from, to) = (from.display().to_string(), to.display().to_string());
        self.client.other(Path::new("/bin/cp"), &["-a", &from, &to])
    }
}

fn sync(directory: &Path) -> std::io::Result<()> {
    let file = File::open(directory)?;
    rustix::fs::syncfs(&file).map_err(Into::into)
}

fn remove(path: &Path) -> Result<(), WorkloadError> {
    let removed = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    match removed {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(WorkloadError::file("removed", path)(error))
        }
        _ => Ok(()),
    }
}
