//! `cargo xtask house`: how large files and functions are, how much of the public API has a docstring, and which modules
//! import each other in a circle. It prints figures and judges nothing.

mod circles;
mod read;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use read::Read;

/// Where crates are.
const PARTS: [&str; 4] = ["crates", "formats", "device", "xtask"];

fn main() -> ExitCode {
    match report(Path::new(".")) {
        Ok(text) => {
            println!("{text}");
            ExitCode::SUCCESS
        }
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::FAILURE
        }
    }
}

/// The figures of the project below `root`, as lines.
///
/// # Errors
/// When a source file cannot be read or is not Rust.
fn report(root: &Path) -> Result<String, String> {
    let mut files = Vec::new();
    for part in PARTS {
        sources(&root.join(part), &mut files)?;
    }
    files.sort();
    let read = files.iter().map(|file| Read::file(file)).collect::<Result<Vec<_>, _>>()?;
    let functions: Vec<usize> = read.iter().flat_map(|file| file.functions.iter().copied()).collect();
    // What nobody outside can import needs no docstring.
    let library = |file: &&Read| !file.path.starts_with(root.join("xtask")) && !file.is_test();
    let items = read.iter().filter(library).map(|file| file.items);
    let (documented, public) = items.fold((0, 0), |sum, item| (sum.0 + item.documented, sum.1 + item.public));
    let mut lines = vec![
        line("files", read.iter().map(|file| file.lines).collect()),
        line("functions", functions),
        format!("public items with a docstring: {documented} of {public} ({})", share(documented, public)),
    ];
    for package in packages(&files) {
        let modules: Vec<_> = read.iter().filter(|file| file.path.starts_with(&package)).collect();
        for circle in circles::find(&package, &modules) {
            let name = package.strip_prefix(root).unwrap_or(&package);
            lines.push(format!("circle in {}: {}", name.display(), circle.join(", ")));
        }
    }
    Ok(lines.join("\n"))
}

/// The `src` directories.
fn packages(files: &[PathBuf]) -> Vec<PathBuf> {
    let roots = files.iter().filter(|file| file.ends_with("src/lib.rs") || file.ends_with("src/main.rs"));
    let mut packages: Vec<PathBuf> = roots.filter_map(|file| file.parent().map(Path::to_path_buf)).collect();
    packages.dedup();
    packages
}

fn sources(directory: &Path, found: &mut Vec<PathBuf>) -> Result<(), String> {
    let failed = |error| format!("{} cannot be read: {error}", directory.display());
    for entry in fs::read_dir(directory).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.is_dir() {
            if !path.ends_with("target") {
                sources(&path, found)?;
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    Ok(())
}

/// Count, median, 90th percentile and maximum, in lines.
fn line(what: &str, mut sizes: Vec<usize>) -> String {
    sizes.sort_unstable();
    let at = |percent: usize| {
        let index = sizes.len().saturating_sub(1) * percent / 100;
        sizes.get(index).copied().unwrap_or_default()
    };
    format!("{what}: {}; lines: median {}, 90 % up to {}, most {}", sizes.len(), at(50), at(90), at(100))
}

fn share(part: usize, whole: usize) -> String {
    let tenths = (part * 1000).checked_div(whole).unwrap_or(1000);
    format!("{}.{} %", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_house_is_measured() {
        let root = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        for part in PARTS {
            fs::create_dir_all(root.path().join(part)).unwrap();
        }
        write(
            "crates/a/src/lib.rs",
            "mod one;\nmod two;\nmod three;\n/// Said.\npub struct A {\n    pub bare: u8,\n}\n",
        );
        write("crates/a/src/one.rs", "use crate::two::f;\npub(crate) fn g() {\n    f();\n}\n");
        write("crates/a/src/two.rs", "pub(crate) fn f() { crate::one::g() }\n");
        write(
            "crates/a/src/three.rs",
            "use crate::one::g;\n#[cfg(test)]\nmod tests {\n    use crate::two;\n}\n",
        );
        write("crates/a/target/x.rs", "not rust");
        let output = report(root.path()).unwrap();
        assert_eq!(
            output,
            "files: 4; lines: median 4, 90 % up to 5, most 7\n\
             functions: 2; lines: median 1, 90 % up to 1, most 3\n\
             public items with a docstring: 1 of 2 (50.0 %)\n\
             circle in crates/a/src: one, two"
        );
        write("crates/a/src/three.rs", "fn (");
        assert!(report(root.path()).unwrap_err().contains("three.rs is not Rust"));
    }

    #[test]
    fn a_circle_is_one_however_its_paths_are_written() {
        let root = tempfile::tempdir().unwrap();
        for part in PARTS {
            fs::create_dir_all(root.path().join(part)).unwrap();
        }
        let source = root.path().join("crates/a/src/deep");
        fs::create_dir_all(&source).unwrap();
        for (file, text) in [
            ("../lib.rs", "mod deep;\n"),
            ("mod.rs", "mod one;\nmod two;\nmod leaf;\nuse leaf::g;\n"),
            ("one.rs", "use super::two::f;\npub fn g() {}\nmod inner {\n    use super::super::leaf::h;\n}\n"),
            ("two.rs", "pub fn f() { super::one::g() }\n"),
            ("leaf.rs", "#[cfg(test)]\nmod tests {\n    use super::super::one;\n}\n"),
        ] {
            fs::write(source.join(file), text).unwrap();
        }
        let output = report(root.path()).unwrap();
        assert!(output.ends_with("\ncircle in crates/a/src: deep::one, deep::two"), "{output}");
    }
}
