//! The project's Go programs, with their symbols: the images' own are stripped, and of such a program nobody can tell which
//! functions it has. They are built in a copy of the project, whose class leaves the symbols in; all else stays the same, so that
//! compiled packages come from the cache.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Where units are defined.
const UNITS: [&str; 2] = ["units", "modules/units-core/units"];

/// A yoe to use instead of the one that cargo would compile.
const YOE: &str = "YOE";

/// The class that builds Go programs, and what its linker is told there and in the copy.
const CLASS: &str = "modules/units-core/classes/go.star";
const STRIPPED: &str = "_STRIP = \"-s -w\"";
const WITH_SYMBOLS: &str = "_STRIP = \"-w\"";

/// Makes a copy of the project in which Go programs keep their symbols.
pub fn copy(into: &Path) -> Result<(), String> {
    let failed = |path: &Path| {
        let path = path.display().to_string();
        move |error: std::io::Error| format!("{path}: {error}")
    };
    if into.exists() {
        std::fs::remove_dir_all(into).map_err(failed(into))?;
    }
    for file in files()? {
        let to = into.join(&file);
        let parent = to.parent().unwrap_or(into);
        std::fs::create_dir_all(parent).map_err(failed(parent))?;
        // What was removed and not committed yet is still listed.
        if file.is_file() {
            std::fs::copy(&file, &to).map_err(failed(&to))?;
        }
    }
    let class = into.join(CLASS);
    let text = std::fs::read_to_string(&class).map_err(failed(&class))?;
    std::fs::write(&class, unstripped(&text)?).map_err(failed(&class))
}

/// The files of the repository that git knows, or would.
fn files() -> Result<Vec<PathBuf>, String> {
    let output = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .output()
        .map_err(|error| format!("cannot run git ls-files: {error}"))?;
    if !output.status.success() {
        return Err(format!("git ls-files: {}", String::from_utf8_lossy(&output.stderr).trim()));
    }
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(text.split('\0').filter(|path| !path.is_empty()).map(PathBuf::from).collect())
}

fn unstripped(class: &str) -> Result<String, String> {
    match class.matches(STRIPPED).count() {
        1 => Ok(class.replace(STRIPPED, WITH_SYMBOLS)),
        count => Err(format!("{CLASS}: expected one line {STRIPPED}, found {count}")),
    }
}

/// The names of all units that the class `go_binary` makes.
pub fn units(root: &Path) -> Result<Vec<String>, String> {
    let mut names = Vec::new();
    for file in unit_files(root)? {
        let text = std::fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
        names.extend(named(&text).map_err(|problem| format!("{}: {problem}", file.display()))?);
    }
    names.sort();
    match names.is_empty() {
        true => Err("no unit of the class go_binary was found".to_owned()),
        false => Ok(names),
    }
}

/// The files that define units.
pub fn unit_files(root: &Path) -> Result<Vec<PathBuf>, String> {
    let mut files = Vec::new();
    for directory in UNITS {
        for category in entries(&root.join(directory))?.iter().filter(|category| category.is_dir()) {
            let all = entries(category)?.into_iter();
            files.extend(all.filter(|file| file.extension().is_some_and(|end| end == "star")));
        }
    }
    Ok(files)
}

fn entries(directory: &Path) -> Result<Vec<PathBuf>, String> {
    let unreadable = |error| format!("{}: {error}", directory.display());
    let entries = std::fs::read_dir(directory).map_err(unreadable)?;
    entries.map(|entry| entry.map(|entry| entry.path()).map_err(unreadable)).collect()
}

/// The names that a file's calls of `go_binary` give.
fn named(text: &str) -> Result<Vec<String>, String> {
    let calls = text.split("\ngo_binary(").skip(1);
    calls
        .map(|call| {
            let line = call.lines().find_map(|line| line.trim().strip_prefix("name = \""));
            let name = line.and_then(|rest| rest.split('"').next());
            name.map(str::to_owned).ok_or_else(|| "go_binary() has no line `name = \"…\"`".to_owned())
        })
        .collect()
}

/// Builds a unit of a project and unpacks its package into `into`, which is made anew.
pub fn unpack(project: &Path, unit: &str, into: &Path) -> Result<(), String> {
    let package = build(project, unit)?;
    let failed = |error: std::io::Error| format!("{}: {error}", into.display());
    if into.exists() {
        std::fs::remove_dir_all(into).map_err(failed)?;
    }
    std::fs::create_dir_all(into).map_err(failed)?;
    let tar = Command::new("tar")
        .arg("-xzf")
        .arg(&package)
        .args(["--warning=no-unknown-keyword", "-C"])
        .arg(into)
        .status()
        .map_err(|error| format!("cannot run tar: {error}"))?;
    if tar.success() { Ok(()) } else { Err(format!("tar -xzf {}: {tar}", package.display())) }
}

/// Builds a target; gives where it is: the package of a unit, the directory of a container.
pub fn build(project: &Path, unit: &str) -> Result<PathBuf, String> {
    let mut command = match std::env::var_os(YOE) {
        Some(yoe) => Command::new(yoe),
        None => {
            let manifest =
                std::path::absolute("Cargo.toml").map_err(|error| format!("Cargo.toml: {error}"))?;
            let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
            cargo
                .args(["run", "--quiet", "--release", "--package", "yoe", "--manifest-path"])
                .arg(manifest)
                .arg("--");
            cargo
        }
    };
    let output = command
        .args(["build", "--print-path", unit])
        .current_dir(project)
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("cannot run yoe: {error}"))?;
    if !output.status.success() {
        return Err(format!("yoe build {unit} ended with {}", output.status));
    }
    let text = String::from_utf8_lossy(&output.stdout);
    text.lines().last().map(PathBuf::from).ok_or_else(|| format!("yoe build {unit} gave no path"))
}

/// The ELF programs below a directory.
pub fn elves(directory: &Path) -> Result<Vec<PathBuf>, String> {
    let (mut found, mut open) = (Vec::new(), vec![directory.to_owned()]);
    while let Some(directory) = open.pop() {
        for path in entries(&directory)? {
            let metadata = path.symlink_metadata().map_err(|error| format!("{}: {error}", path.display()))?;
            if metadata.is_dir() {
                open.push(path);
            } else if metadata.is_file() && is_elf(&path) {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

fn is_elf(path: &Path) -> bool {
    use std::io::Read;
    let mut magic = [0; 4];
    std::fs::File::open(path).and_then(|mut file| file.read_exact(&mut magic)).is_ok() && &magic == b"\x7fELF"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_flagships_programs_are_found() {
        let found = units(&Path::new(env!("CARGO_MANIFEST_DIR")).join("..")).expect("they are there");
        for name in ["cni-plugins", "containerd", "containerd-ctr", "nerdctl", "runc"] {
            assert!(found.iter().any(|unit| unit == name), "{name} is not among {found:?}");
        }
    }

    #[test]
    fn no_unit_builds_go_programs_in_another_way() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        // The toolchain itself, of which nothing is shipped, and a shell script.
        let known = ["go.star", "moby-check.star"];
        for category in
            UNITS.iter().flat_map(|directory| entries(&root.join(directory)).expect("it is there"))
        {
            for file in entries(&category).unwrap_or_default() {
                let text = std::fs::read_to_string(&file).unwrap_or_default();
                let takes_go = text.contains("go_module(") || text.contains("\"go\"");
                let name = file.file_name().and_then(std::ffi::OsStr::to_str).unwrap_or_default();
                let is_checked = text.contains("\ngo_binary(") || known.contains(&name);
                assert!(!takes_go || is_checked, "{} is not checked for known holes", file.display());
            }
        }
    }

    #[test]
    fn the_class_has_the_line_that_is_changed_in_a_copy() {
        let class = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(CLASS);
        let text = std::fs::read_to_string(class).expect("it is there");
        let changed = unstripped(&text).expect("the line is there once");
        assert!(changed.contains(WITH_SYMBOLS) && !changed.contains(STRIPPED));
        assert!(unstripped("").is_err() && unstripped(&text.repeat(2)).is_err());
    }

    #[test]
    fn names_are_those_of_the_calls() {
        let text = "load(\"x\", \"go_binary\")\n\ngo_binary(\n    name = \"a\",\n)\n\ngo_binary(\n    name = \"b\",\n)\n";
        assert_eq!(named(text), Ok(vec!["a".to_owned(), "b".to_owned()]));
        assert!(named("\ngo_binary(\n    version = \"1\",\n)\n").is_err());
        assert_eq!(named("unit(name = \"c\")"), Ok(Vec::new()));
    }
}
