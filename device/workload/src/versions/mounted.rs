//! Versions as they are mounted.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use yoe_workload_format::Record;
use yoe_workload_format::generations::{Generations, WHOLE};

use crate::args::Places;
use crate::error::WorkloadError;
use crate::root::{Root, names};

/// Where the files of a version are; mounted, if they are not yet.
pub(super) fn directory(places: &Places, name: &str, version: &str) -> Result<PathBuf, WorkloadError> {
    if version.contains('/') || version.starts_with('.') {
        return Err(WorkloadError::Usage(format!("{version:?} is not a version")));
    }
    let at = mounted_at(places, name, version);
    if at.join(name).is_dir() {
        return Ok(at);
    }
    let file = places.versions.join(name).join(format!("{version}.{WHOLE}"));
    fs::metadata(&file).map_err(WorkloadError::file("read", &file))?;
    fs::create_dir_all(&at).map_err(WorkloadError::file("made", &at))?;
    let mut mount = program(&places.mount);
    mount.args(["-t", "erofs", "-o", "loop,ro,nodev,nosuid"]).arg(&file).arg(&at);
    match mount.output() {
        Ok(output) if output.status.success() => Ok(at),
        Ok(output) => {
            let printed = String::from_utf8_lossy(&output.stderr).trim().replace('\n', ", ");
            Err(WorkloadError::Failed { command: format!("mount {}", file.display()), printed })
        }
        Err(source) => Err(WorkloadError::Client(places.mount.clone(), source)),
    }
}

fn mounted_at(places: &Places, name: &str, version: &str) -> PathBuf {
    places.run.join("workloads").join(name).join(version)
}

fn program(path: &Path) -> Command {
    let mut command = Command::new(path);
    command.env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").stdin(Stdio::null());
    command
}

/// Removes versions that no generation needs.
pub(super) fn sweep(places: &Places, record: &Generations) -> Result<(), WorkloadError> {
    for name in names(&places.versions)? {
        let name = &name;
        let directory = places.versions.join(name);
        if !directory.is_dir() {
            continue;
        }
        for file in names(&directory)? {
            let Some((version, WHOLE)) = file.rsplit_once('.') else { continue };
            if record.needs(name, version) {
                continue;
            }
            let at = mounted_at(places, name, version);
            let _ = program(&places.unmount).arg(&at).status();
            let _ = fs::remove_dir(&at);
            let path = directory.join(&file);
            fs::remove_file(&path).map_err(WorkloadError::file("removed", &path))?;
        }
    }
    Ok(())
}

/// What a version says of itself, if that is what it should be.
pub(super) fn check(at: &Path, name: &str, version: &str) -> Result<Record, WorkloadError> {
    let record = Root::read(at)?.workloads.into_iter().find(|record| record.name == name);
    match record {
        Some(record) if record.version.as_deref() == Some(version) => Ok(record),
        _ => Err(WorkloadError::file("used", at)(ErrorKind::InvalidData.into())),
    }
}
