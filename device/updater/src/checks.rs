//! What must hold for a version to be good.

use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::config::{Check, Config};

/// How often a program that runs is looked at.
const LOOK: Duration = Duration::from_millis(50);
/// How much of what a program says is kept, in bytes.
const KEPT: usize = 300;

/// Makes every check, and gives what those that did not pass say. `before` is called before each of them, and never while
/// one is at work.
pub fn run(config: &Config, mut before: impl FnMut()) -> Vec<String> {
    let failed = |check: &Check| {
        before();
        let result = match check {
            Check::Command { command, timeout, .. } => program(command, Duration::from_secs(*timeout)),
            Check::Mounted { path, types, .. } => mounted(&config.paths.mounts, path, types),
        };
        result.err().map(|problem| format!("{}: {problem}", check.name()))
    };
    config.checks.iter().filter_map(failed).collect()
}

fn program(command: &[String], patience: Duration) -> Result<(), String> {
    let (program, arguments) = command.split_first().ok_or("it names no program")?;
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("{program} does not start: {error}"))?;
    let (out, err) = (listen(child.stdout.take()), listen(child.stderr.take()));
    let end = finish(&mut child, patience);
    match end {
        Ok(true) => Ok(()),
        Ok(false) => {
            let printed = [captured(err), captured(out)].concat();
            let printed = printed.trim();
            Err(if printed.is_empty() { format!("{program} failed") } else { printed.replace('\n', ", ") })
        }
        // Who does not end may leave children that hold the pipes, so what it said is not waited for.
        Err(problem) => Err(format!("{program} {problem}")),
    }
}

/// Whether it ended well, in time.
fn finish(child: &mut Child, patience: Duration) -> Result<bool, String> {
    let start = Instant::now();
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Ok(status.success()),
            Ok(None) if start.elapsed() < patience => std::thread::sleep(LOOK),
            Ok(None) => {
                // It may have ended by itself at this very moment.
                let _ = child.kill();
                let _ = child.wait();
                return Err(format!("did not end within {} s", patience.as_secs()));
            }
            Err(error) => return Err(format!("is lost: {error}")),
        }
    }
}

/// Reads in the background, so that a program that says much does not wait for us.
fn listen(from: Option<impl Read + Send + 'static>) -> Option<std::thread::JoinHandle<String>> {
    let mut from = from?;
    Some(std::thread::spawn(move || {
        let mut kept = Vec::new();
        let mut buffer = [0; 4096];
        while let Ok(count @ 1..) = from.read(&mut buffer) {
            kept.extend_from_slice(&buffer[..count.min(KEPT.saturating_sub(kept.len()))]);
        }
        String::from_utf8_lossy(&kept).into_owned()
    }))
}

fn captured(listener: Option<std::thread::JoinHandle<String>>) -> String {
    listener.and_then(|listener| listener.join().ok()).unwrap_or_default()
}

fn mounted(mounts: &Path, path: &Path, types: &[String]) -> Result<(), String> {
    let table = std::fs::read_to_string(mounts).map_err(|error| format!("{}: {error}", mounts.display()))?;
    let place = path.display().to_string();
    // What was mounted last is on top.
    let line = table.lines().rev().map(|line| line.split(' ').collect::<Vec<_>>());
    let found = line.into_iter().find(|fields| fields.get(1) == Some(&place.as_str()));
    let kind =
        found.as_ref().and_then(|fields| fields.get(2)).ok_or_else(|| format!("{place} is not mounted"))?;
    if !types.is_empty() && !types.iter().any(|wanted| wanted == kind) {
        return Err(format!("{place} is a {kind}; expected {}", types.join(" or ")));
    }
    let probe = path.join(".updater-probe");
    let write = || {
        std::fs::write(&probe, b"probe")?;
        std::fs::File::open(&probe)?.sync_all()?;
        std::fs::remove_file(&probe)
    };
    write().map_err(|error| format!("{place} cannot be written to: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command(words: &[&str], seconds: u64) -> Result<(), String> {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        program(&words, Duration::from_secs(seconds))
    }

    #[test]
    fn programs_are_judged_by_how_they_end() {
        assert_eq!(command(&["true"], 5), Ok(()));
        assert_eq!(command(&["false"], 5), Err("false failed".to_owned()));
        assert_eq!(command(&["sh", "-c", "echo web starting; exit 1"], 5), Err("web starting".to_owned()));
        assert_eq!(command(&["sleep", "100"], 0), Err("sleep did not end within 0 s".to_owned()));
        assert!(command(&["/nowhere/program"], 5).unwrap_err().contains("does not start"));
        assert_eq!(command(&["sh", "-c", "yes | head -c 1000000"], 20), Ok(()));
    }

    #[test]
    fn mounts_must_be_there_and_writable() {
        let directory = tempfile::tempdir().unwrap();
        let (mounts, data) = (directory.path().join("mounts"), directory.path().join("data"));
        let check = |types: &[&str]| {
            let types: Vec<String> = types.iter().map(|kind| (*kind).to_owned()).collect();
            mounted(&mounts, &data, &types)
        };
        assert!(check(&[]).is_err(), "no table");
        std::fs::write(&mounts, "/dev/vda4 /elsewhere ext4 rw 0 0\n").unwrap();
        assert!(check(&[]).unwrap_err().contains("is not mounted"));
        let table = format!("/dev/vda4 {0} ext4 rw 0 0\ntmpfs {0} tmpfs rw 0 0\n", data.display());
        std::fs::write(&mounts, table).unwrap();
        assert!(check(&["ext4"]).unwrap_err().contains("is a tmpfs; expected ext4"));
        assert!(check(&["tmpfs"]).unwrap_err().contains("cannot be written to"), "no such directory");
        std::fs::create_dir(&data).unwrap();
        assert_eq!(check(&["tmpfs"]), Ok(()));
        assert_eq!(std::fs::read_dir(&data).unwrap().count(), 0);
    }
}
