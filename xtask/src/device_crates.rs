//! The crates of devices' programs. Each program's unit builds it with a workspace and a lock of its own, which has no
//! crate of the host in it; both are made of the repository's, so that tests and devices run the same code.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use serde::Deserialize;

/// A program of devices.
struct Program {
    /// Its unit.
    unit: &'static str,
    /// The packages that it is built from.
    packages: &'static [&'static str],
    /// The file that lists its crates, and what the list is called there.
    list: (&'static str, &'static str),
}

const PROGRAMS: [Program; 4] = [
    Program {
        unit: "updater",
        packages: &[
            "formats/notation",
            "formats/disk",
            "formats/bundle",
            "formats/workload",
            "device/program",
            "device/updater",
        ],
        list: ("classes/device_crates.star", "DEVICE_CRATES"),
    },
    Program {
        unit: "supervisor",
        packages: &["formats/notation", "device/program", "device/supervisor"],
        list: ("classes/supervisor_crates.star", "SUPERVISOR_CRATES"),
    },
    Program {
        unit: "workload",
        packages: &["formats/notation", "formats/workload", "device/program", "device/workload"],
        list: ("classes/workload_crates.star", "WORKLOAD_CRATES"),
    },
    Program {
        unit: "image-policy",
        packages: &["formats/policy", "formats/workload", "device/program", "device/image-policy"],
        list: ("classes/image_policy_crates.star", "IMAGE_POLICY_CRATES"),
    },
];

/// The crates of somebody else's program: its archive's lock, with newer crates where an older one has a known hole.
struct Foreign {
    /// Next to its unit, which puts it into the place of the archive's own.
    lock: &'static str,
    /// As of [`Program`].
    list: (&'static str, &'static str),
}

const FOREIGN: [Foreign; 2] = [
    Foreign {
        lock: "modules/units-core/units/net/aardvark-dns/Cargo.lock",
        list: ("modules/units-core/classes/aardvark_crates.star", "AARDVARK_CRATES"),
    },
    Foreign {
        lock: "modules/units-core/units/net/netavark/Cargo.lock",
        list: ("modules/units-core/classes/netavark_crates.star", "NETAVARK_CRATES"),
    },
];

impl Program {
    fn manifest(&self) -> String {
        format!("units/core/{}/workspace.toml", self.unit)
    }

    fn lock(&self) -> String {
        format!("units/core/{}/workspace.lock", self.unit)
    }
}

/// `name@version` and the SHA-256 digest of the archive.
type Crates = BTreeMap<String, String>;

/// Makes locks and lists anew from the repository's lock.
pub fn update() -> Result<String, String> {
    let mut summaries = Vec::new();
    for program in &PROGRAMS {
        let root =
            std::env::temp_dir().join(format!("device-crates-{}-{}", program.unit, std::process::id()));
        let made = workspace(program, &root).and_then(|()| resolve(&root));
        // What is left of it is in the way of nobody.
        let _ = std::fs::remove_dir_all(&root);
        let lock = made?;
        write(program.lock(), &lock)?;
        let crates = parse(&lock)?;
        write(program.list.0, &list(&program.lock(), program.list.1, &crates))?;
        summaries.push(format!("device-crates: {} of {}", crates.len(), program.unit));
    }
    for Foreign { lock, list: (file, name) } in &FOREIGN {
        let crates = parse(&read(lock)?)?;
        write(file, &list(lock, name, &crates))?;
        summaries.push(format!("device-crates: {} of {lock}", crates.len()));
    }
    Ok(summaries.join("\n"))
}

/// Whether locks and lists are what [`update`] would make of the versions in the repository's lock.
pub fn check() -> Result<String, String> {
    let ours = parse(&read("Cargo.lock")?)?;
    let mut summaries = Vec::new();
    for program in &PROGRAMS {
        let crates = parse(&read(program.lock())?)?;
        differs(program, &ours, &crates, &read(program.list.0)?)
            .map_err(|problem| format!("device-crates: {problem}; run `cargo xtask device-crates`"))?;
        summaries.push(format!("device-crates: {} of {}, as in Cargo.lock", crates.len(), program.unit));
    }
    for Foreign { lock, list: (file, name) } in &FOREIGN {
        let crates = parse(&read(lock)?)?;
        if list(lock, name, &crates) != read(file)? {
            return Err(format!(
                "device-crates: {file} is not what {lock} says; run `cargo xtask device-crates`"
            ));
        }
        summaries.push(format!("device-crates: {} of {lock}", crates.len()));
    }
    Ok(summaries.join("\n"))
}

/// The units of devices' programs.
pub fn units() -> impl Iterator<Item = &'static str> {
    PROGRAMS.iter().map(|program| program.unit)
}

/// Makes the workspace of a unit's program in a directory, with its own lock: for those who look at its crates.
pub fn as_locked(unit: &str, root: &Path) -> Result<(), String> {
    let program = PROGRAMS.iter().find(|program| program.unit == unit);
    let program = program.ok_or_else(|| format!("{unit} is not the unit of a device program"))?;
    workspace(program, root)?;
    write(root.join("Cargo.lock"), &read(program.lock())?)
}

fn differs(program: &Program, ours: &Crates, crates: &Crates, text: &str) -> Result<(), String> {
    let other = crates.iter().find(|(name, digest)| ours.get(*name) != Some(digest));
    match other {
        Some((name, _)) => Err(format!("{} has {name}, which Cargo.lock has not", program.lock())),
        None if list(&program.lock(), program.list.1, crates) != text => {
            Err(format!("{} is not what {} says", program.list.0, program.lock()))
        }
        None => Ok(()),
    }
}

/// A copy of the manifests, with a source file for each target that they name.
fn workspace(program: &Program, root: &Path) -> Result<(), String> {
    for package in program.packages {
        let manifest = without_dev_dependencies(&read(format!("{package}/Cargo.toml"))?);
        let sources = root.join(package).join("src");
        std::fs::create_dir_all(&sources).map_err(|error| format!("{}: {error}", sources.display()))?;
        write(root.join(package).join("Cargo.toml"), &manifest)?;
        write(sources.join("lib.rs"), "")?;
        write(sources.join("main.rs"), "fn main() {}")?;
    }
    write(root.join("Cargo.toml"), &read(program.manifest())?)?;
    write(root.join("Cargo.lock"), &read("Cargo.lock")?)
}

/// A manifest without the table `dev-dependencies`: devices run no tests.
fn without_dev_dependencies(manifest: &str) -> String {
    let mut taken = true;
    let kept = manifest.lines().filter(|line| {
        if line.starts_with('[') {
            taken = !line.starts_with("[dev-dependencies");
        }
        taken
    });
    kept.map(|line| format!("{line}\n")).collect()
}

fn resolve(root: &Path) -> Result<String, String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .args(["update", "--quiet", "--offline", "--workspace"])
        .current_dir(root)
        .status()
        .map_err(|error| format!("cannot run cargo update: {error}"))?;
    if status.success() {
        read(root.join("Cargo.lock"))
    } else {
        Err(format!("cargo update ended with {status}"))
    }
}

/// What is read of a Cargo.lock.
#[derive(Deserialize)]
struct CargoLock {
    package: Vec<LockedCrate>,
}

#[derive(Deserialize)]
struct LockedCrate {
    name: String,
    version: String,
    /// Absent for what comes from no registry.
    checksum: Option<String>,
}

/// The crates of a Cargo.lock that come from a registry.
fn parse(lock: &str) -> Result<Crates, String> {
    let lock: CargoLock = toml::from_str(lock).map_err(|error| format!("Cargo.lock: {error}"))?;
    let read = |LockedCrate { name, version, checksum }| Some((format!("{name}@{version}"), checksum?));
    Ok(lock.package.into_iter().filter_map(read).collect())
}

fn list(lock: &str, name: &str, crates: &Crates) -> String {
    let lines = crates.iter().map(|(name, digest)| format!("    {name:?}: {digest:?},\n"));
    format!(
        "# Made of {lock} by `cargo xtask device-crates`; not to be edited.\n\n{name} = {{\n{}}}\n",
        lines.collect::<String>()
    )
}

fn read(path: impl AsRef<Path>) -> Result<String, String> {
    let path = path.as_ref();
    std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

fn write(path: impl AsRef<Path>, text: &str) -> Result<(), String> {
    let path = path.as_ref();
    std::fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCKED: &str = "version = 4\n\n[[package]]\nname = \"a\"\nversion = \"1.0\"\nsource = \"registry\"\nchecksum = \"ab\"\n\n\
                          [[package]]\nname = \"ours\"\nversion = \"0.1.0\"\n";

    #[test]
    fn crates_of_a_registry_are_listed() {
        let crates = parse(LOCKED).unwrap();
        assert_eq!(crates, [("a@1.0".to_owned(), "ab".to_owned())].into());
        assert!(
            list("lock", "DEVICE_CRATES", &crates)
                .ends_with("DEVICE_CRATES = {\n    \"a@1.0\": \"ab\",\n}\n")
        );
    }

    #[test]
    fn what_follows_the_dependencies_of_tests_stays() {
        let manifest = "[package]\nname = \"a\"\n[dev-dependencies]\nb = \"1\"\n[dev-dependencies.c]\nversion = \"1\"\n[lints]\nworkspace = true\n";
        let kept = "[package]\nname = \"a\"\n[lints]\nworkspace = true\n";
        assert_eq!(without_dev_dependencies(manifest), kept);
    }

    #[test]
    fn what_differs_is_told() {
        let crates = parse(LOCKED).unwrap();
        let list = |crates| list(&PROGRAMS[0].lock(), PROGRAMS[0].list.1, crates);
        assert_eq!(differs(&PROGRAMS[0], &crates, &crates, &list(&crates)), Ok(()));
        let newer = parse(&LOCKED.replace("1.0\"", "1.1\"")).unwrap();
        assert!(
            differs(&PROGRAMS[0], &newer, &crates, &list(&crates))
                .unwrap_err()
                .contains("a@1.0, which Cargo.lock has not")
        );
        assert!(differs(&PROGRAMS[0], &crates, &crates, "").unwrap_err().contains("is not what"));
    }
}
