//! The crates of devices' programs. The unit `updater` builds them with a workspace and a lock of its own, which has no
//! crate of the host in it; both are made of the repository's, so that tests and devices run the same code.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

/// The packages that go into devices.
const PACKAGES: [&str; 3] = ["formats/disk", "formats/bundle", "device/updater"];
const MANIFEST: &str = "units/core/updater/workspace.toml";
const LOCK: &str = "units/core/updater/workspace.lock";
const LIST: &str = "classes/device_crates.star";

/// `name@version` and the SHA-256 digest of the archive.
type Crates = BTreeMap<String, String>;

/// Makes lock and list anew from the repository's lock.
pub fn update() -> Result<String, String> {
    let root = std::env::temp_dir().join(format!("device-crates-{}", std::process::id()));
    let made = workspace(&root).and_then(|()| resolve(&root));
    // What is left of it is in the way of nobody.
    let _ = std::fs::remove_dir_all(&root);
    let lock = made?;
    write(LOCK, &lock)?;
    let crates = parse(&lock);
    write(LIST, &list(&crates))?;
    Ok(format!("device-crates: {} crates", crates.len()))
}

/// Whether lock and list are what [`update`] would make of the versions in the repository's lock.
pub fn check() -> Result<String, String> {
    let (ours, lock) = (parse(&read("Cargo.lock")?), read(LOCK)?);
    let crates = parse(&lock);
    differs(&ours, &crates, &read(LIST)?)
        .map(|()| format!("device-crates: {} crates, as in Cargo.lock", crates.len()))
        .map_err(|problem| format!("device-crates: {problem}; run `cargo xtask device-crates`"))
}

/// Makes the workspace of devices' programs in a directory, with its own lock: for those who look at its crates.
pub fn as_locked(root: &Path) -> Result<(), String> {
    workspace(root)?;
    write(root.join("Cargo.lock"), &read(LOCK)?)
}

fn differs(ours: &Crates, crates: &Crates, text: &str) -> Result<(), String> {
    let other = crates.iter().find(|(name, digest)| ours.get(*name) != Some(digest));
    match other {
        Some((name, _)) => Err(format!("{LOCK} has {name}, which Cargo.lock has not")),
        None if list(crates) != text => Err(format!("{LIST} is not what {LOCK} says")),
        None => Ok(()),
    }
}

/// A copy of the manifests, with a source file for each target that they name.
fn workspace(root: &Path) -> Result<(), String> {
    for package in PACKAGES {
        let manifest = read(format!("{package}/Cargo.toml"))?;
        // Devices run no tests.
        let manifest = manifest.split("[dev-dependencies]").next().unwrap_or_default().to_owned();
        let sources = root.join(package).join("src");
        std::fs::create_dir_all(&sources).map_err(|error| format!("{}: {error}", sources.display()))?;
        write(root.join(package).join("Cargo.toml"), &manifest)?;
        write(sources.join("lib.rs"), "")?;
        write(sources.join("main.rs"), "fn main() {}")?;
    }
    write(root.join("Cargo.toml"), &read(MANIFEST)?)?;
    write(root.join("Cargo.lock"), &read("Cargo.lock")?)
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

/// The crates of a Cargo.lock that come from a registry.
fn parse(lock: &str) -> Crates {
    let field = |block: &str, name: &str| {
        let line = block.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(" = \""));
        line.and_then(|value| value.strip_suffix('"')).map(str::to_owned)
    };
    let read = |block: &str| {
        let name = format!("{}@{}", field(block, "name")?, field(block, "version")?);
        Some((name, field(block, "checksum")?))
    };
    lock.split("[[package]]").filter_map(read).collect()
}

fn list(crates: &Crates) -> String {
    let lines = crates.iter().map(|(name, digest)| format!("    {name:?}: {digest:?},\n"));
    format!(
        "# Made of {LOCK} by `cargo xtask device-crates`; not to be edited.\n\nDEVICE_CRATES = {{\n{}}}\n",
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
        let crates = parse(LOCKED);
        assert_eq!(crates, [("a@1.0".to_owned(), "ab".to_owned())].into());
        assert!(list(&crates).ends_with("DEVICE_CRATES = {\n    \"a@1.0\": \"ab\",\n}\n"));
    }

    #[test]
    fn what_differs_is_told() {
        let crates = parse(LOCKED);
        assert_eq!(differs(&crates, &crates, &list(&crates)), Ok(()));
        let newer = parse(&LOCKED.replace("1.0\"", "1.1\""));
        assert!(
            differs(&newer, &crates, &list(&crates)).unwrap_err().contains("a@1.0, which Cargo.lock has not")
        );
        assert!(differs(&crates, &crates, "").unwrap_err().contains("is not what"));
    }
}
