//! The crates of all locks, checked by cargo-deny with RustSec's advisories.

mod answer;
mod archives;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::Checked;
use super::hole::{Hole, Kind};
use crate::device_crates;

/// Where RustSec's advisories are, for those who can reach it.
const PUBLIC: &str = "https://github.com/RustSec/advisory-db";
/// How long a check may take. A network that answers nothing must not hold a test run up.
const PATIENCE: Duration = Duration::from_secs(300);

/// Checks the crates of the host's lock, of the devices' own, and of others' programs on devices. `advisories` is a git repository of RustSec's database;
/// without one the public one is asked.
pub fn check(advisories: Option<&Path>) -> Result<Checked, String> {
    let scratch = Scratch::make()?;
    let config = scratch.0.join("deny.toml");
    write(&config, &configuration(&scratch.0))?;
    let mut manifests = vec![PathBuf::from("Cargo.toml")];
    for unit in device_crates::units() {
        let device = scratch.0.join(unit);
        device_crates::as_locked(unit, &device)?;
        manifests.push(device.join("Cargo.toml"));
    }
    let mut holes: Vec<Hole> = Vec::new();
    for manifest in manifests {
        holes.extend(answer::read(&run(&manifest, &config, advisories, &scratch.0)?)?);
    }
    for (archive, manifest) in archives::fetch(archives::of_units(Path::new("."))?, &scratch.0)? {
        let found = answer::read(&run(&manifest, &config, advisories, &scratch.0)?)?;
        holes.extend(found.into_iter().map(|hole| Hole { within: archive.name.clone(), ..hole }));
    }
    holes.sort();
    holes.dedup();
    for hole in holes.iter_mut().filter(|hole| hole.served.is_none()) {
        hole.served = hole.fixed.clone().filter(|fixed| is_served(&hole.module, fixed));
    }
    Ok(Checked { kind: Kind::Crate, database: database(&scratch.0, advisories)?, holes })
}

/// What cargo-deny is asked: everything is an error, and the database is a new one.
fn configuration(scratch: &Path) -> String {
    // The host's programs are linked with glibc, the devices' with musl.
    let libraries = |arch| ["gnu", "musl"].map(|library| format!("\"{arch}-unknown-linux-{library}\""));
    let targets = ["x86_64", "aarch64"].map(libraries).concat().join(", ");
    format!(
        "[graph]\ntargets = [{targets}]\n\n[advisories]\nversion = 2\nyanked = \"deny\"\nunmaintained = \"all\"\n\
         db-urls = [\"{PUBLIC}\"]\ndb-path = \"{}\"\n",
        scratch.join("databases").display()
    )
}

/// What cargo-deny said.
struct Printed {
    /// A report in the form of cargo-audit, for each database.
    stdout: Vec<u8>,
    /// Diagnostics, one a line.
    stderr: Vec<u8>,
}

fn run(manifest: &Path, config: &Path, advisories: Option<&Path>, scratch: &Path) -> Result<Printed, String> {
    let (out, err) = (scratch.join("stdout"), scratch.join("stderr"));
    let create =
        |path: &Path| std::fs::File::create(path).map_err(|error| format!("{}: {error}", path.display()));
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command
        .args(["deny", "--locked", "--format", "json", "--log-level", "error", "--manifest-path"])
        .arg(manifest)
        .arg("--config")
        .arg(config)
        .args(["check", "--audit-compatible-output", "advisories"]);
    if let Some(directory) = advisories {
        let directory =
            std::path::absolute(directory).map_err(|error| format!("{}: {error}", directory.display()))?;
        // git fetches from there whatever cargo-deny asks it for.
        command.env("GIT_CONFIG_COUNT", "1").env("GIT_CONFIG_VALUE_0", PUBLIC);
        command.env("GIT_CONFIG_KEY_0", format!("url.file://{}.insteadOf", directory.display()));
    }
    command.env("GIT_TERMINAL_PROMPT", "0").stdin(Stdio::null()).stdout(create(&out)?).stderr(create(&err)?);
    let mut child = command.spawn().map_err(|error| format!("cannot run cargo deny: {error}"))?;
    let begin = Instant::now();
    // What was found is in its answer; the exit code says only that something was.
    while child.try_wait().map_err(|error| error.to_string())?.is_none() {
        if begin.elapsed() > PATIENCE {
            let _ = child.kill();
            let _ = child.wait();
            return Err(format!("cargo deny did not end in {} seconds", PATIENCE.as_secs()));
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    let read = |path: &Path| std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()));
    Ok(Printed { stdout: read(&out)?, stderr: read(&err)? })
}

/// Whether the registry of crates serves a version.
fn is_served(name: &str, version: &str) -> bool {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    // Outside of the workspace, so that it is asked about the registry.
    command.args(["info", "--quiet", &format!("{name}@{version}")]).current_dir(std::env::temp_dir());
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

/// The database that was used, with its date.
fn database(scratch: &Path, advisories: Option<&Path>) -> Result<String, String> {
    let directory = scratch.join("databases");
    let entries =
        std::fs::read_dir(&directory).map_err(|error| format!("{}: {error}", directory.display()))?;
    let clone = entries.filter_map(|entry| Some(entry.ok()?.path())).find(|path| path.join(".git").exists());
    let clone = clone.ok_or("cargo deny fetched no database")?;
    let output = Command::new("git")
        .arg("-C")
        .arg(clone)
        .args(["log", "-1", "--format=%h of %cs"])
        .output()
        .map_err(|error| format!("cannot run git: {error}"))?;
    let commit = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    let from = advisories.map_or(PUBLIC.to_owned(), |directory| directory.display().to_string());
    Ok(format!("RustSec's advisory-db, commit {commit}, from {from}"))
}

/// A directory that goes afterwards.
struct Scratch(PathBuf);

impl Scratch {
    fn make() -> Result<Self, String> {
        let path = std::env::temp_dir().join(format!("yoe-holes-{}", std::process::id()));
        std::fs::create_dir_all(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(Self(path))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What is left of it is in the way of nobody.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    std::fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An advisory in the form of RustSec's database.
    const ADVISORY: &str = "```toml\n[advisory]\nid = \"RUSTSEC-2026-9999\"\npackage = \"serde_json\"\ndate = \"2026-01-01\"\n\
                            \n[versions]\npatched = [\">= 999.0.0\"]\n```\n\n# Invented\n\nFor a test.\n";

    fn git(directory: &Path, arguments: &[&str]) {
        let identity = ["-c", "user.name=test", "-c", "user.email=test@example.org"];
        let status = Command::new("git").arg("-C").arg(directory).args(identity).args(arguments).status();
        assert!(status.as_ref().is_ok_and(|status| status.success()), "git {arguments:?}: {status:?}");
    }

    #[test]
    fn cargo_deny_is_asked_with_the_database_that_is_named() {
        let scratch = tempfile::tempdir().expect("there is room");
        let (config, database) = (scratch.path().join("deny.toml"), scratch.path().join("advisories"));
        let advisories = database.join("crates/serde_json");
        std::fs::create_dir_all(&advisories).expect("there is room");
        std::fs::write(advisories.join("RUSTSEC-2026-9999.md"), ADVISORY).expect("there is room");
        git(&database, &["init", "--quiet", "--initial-branch=main"]);
        git(&database, &["add", "."]);
        git(&database, &["commit", "--quiet", "--message=one"]);
        write(&config, &configuration(scratch.path())).expect("there is room");
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
        let printed =
            run(&manifest, &config, Some(&database), scratch.path()).expect("cargo deny can be run");
        let holes = answer::read(&printed).expect("it checked");
        let hole =
            holes.iter().find(|hole| hole.id == "RUSTSEC-2026-9999").expect("serde_json is in the lock");
        assert_eq!((hole.within.as_str(), hole.fixed.as_deref()), ("serde_json", Some("999.0.0")));
        let described = super::database(scratch.path(), Some(&database)).expect("it was fetched");
        assert!(described.starts_with("RustSec's advisory-db, commit "), "{described}");
    }
}
