//! `cargo xtask fuzz [TARGET…] [--seconds N] [--input FILE]`: the parsers of foreign bytes, given what they were not made for.
//!
//! The targets are programs of fuzz/, a workspace of its own, linked with LLVM's libFuzzer. They are compiled by the
//! repository's own toolchain: coverage counters need no other one, and a sanitizer would find little in code that has no
//! `unsafe`. What is asked for is what must hold: no panic, no overflow, no loop, no more memory than the limit.

mod arguments;
mod report;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use arguments::Arguments;
use report::Ran;

const DIRECTORY: &str = "fuzz";

/// Coverage counters (LLVM's SanitizerCoverage), as cargo-fuzz asks for them.
const FLAGS: [&str; 6] = [
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "-Ccodegen-units=1",
];

/// Limits of one input: memory of the whole program in MiB, seconds, bytes.
const LIMITS: [&str; 3] = ["-rss_limit_mb=1024", "-timeout=10", "-max_len=32768"];

/// Runs the named targets, or all; ends with an error that names every input that was found.
pub fn run(arguments: &[String]) -> Result<String, String> {
    let all = targets(Path::new("."))?;
    let arguments = Arguments::parse(arguments, &all)?;
    build(&arguments.targets)?;
    if let Some(input) = &arguments.input {
        return one_input(&arguments.targets[0], input);
    }
    let scratch = Scratch::make()?;
    let (mut lines, mut found) = (Vec::new(), Vec::new());
    for target in &arguments.targets {
        let ran = fuzz(target, arguments.seconds, &scratch)?;
        crate::write(&mut std::io::stderr(), &ran.to_string());
        found.extend(ran.found.iter().map(|input| report::reproduce(target, input)));
        lines.push(ran.to_string());
    }
    match found.as_slice() {
        [] => Ok(format!("{}\nxtask fuzz: {} targets, nothing was found", lines.join("\n"), lines.len())),
        _ => Err(format!(
            "{}\nxtask fuzz: {} inputs were found:\n{}",
            lines.join("\n"),
            found.len(),
            found.join("\n")
        )),
    }
}

/// Whether all targets still fit the crates that they are for, by their own lock. Nothing is linked, so libFuzzer is not compiled:
/// its build script gets the path of a library that is not there.
pub fn check() -> Result<(), String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["check", "--locked", "--bins", "--manifest-path", "fuzz/Cargo.toml"]);
    command.args(["--target-dir", "target"]).env("CUSTOM_LIBFUZZER_PATH", "none/libfuzzer.a");
    let status = command.status().map_err(|error| format!("cannot run cargo check: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("fuzz targets: cargo check ended with {status}")) }
}

/// The names of all targets.
fn targets(root: &Path) -> Result<Vec<String>, String> {
    let directory = root.join(DIRECTORY).join("fuzz_targets");
    let entries =
        std::fs::read_dir(&directory).map_err(|error| format!("{}: {error}", directory.display()))?;
    let mut names: Vec<String> = entries
        .filter_map(|entry| {
            entry.ok()?.file_name().into_string().ok()?.strip_suffix(".rs").map(str::to_owned)
        })
        .collect();
    names.sort();
    Ok(names)
}

/// What this machine's programs are built for. Naming it keeps the counters out of what only runs while compiling.
fn triple() -> String {
    format!("{}-unknown-linux-gnu", std::env::consts::ARCH)
}

fn program(target: &str) -> PathBuf {
    Path::new(DIRECTORY).join("target").join(triple()).join("debug").join(target)
}

fn build(targets: &[String]) -> Result<(), String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["build", "--manifest-path", "fuzz/Cargo.toml", "--target-dir", "fuzz/target"]);
    command.args(["--target", &triple()]).env("RUSTFLAGS", FLAGS.join(" "));
    command.args(targets.iter().flat_map(|target| ["--bin", target]));
    let status = command.status().map_err(|error| format!("cannot run cargo build: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("fuzz: cargo build ended with {status}")) }
}

/// A target's own directory below `fuzz/`: `corpus` holds what reached new code, `artifacts` what broke something.
fn directory(kind: &str, target: &str) -> Result<PathBuf, String> {
    let path = Path::new(DIRECTORY).join(kind).join(target);
    std::fs::create_dir_all(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(path)
}

fn fuzz(target: &str, seconds: u32, scratch: &Scratch) -> Result<Ran, String> {
    let (corpus, artifacts) = (directory("corpus", target)?, directory("artifacts", target)?);
    let start = |error| format!("cannot run {}: {error}", program(target).display());
    let seeds = Command::new(program(target)).env("YOE_FUZZ_SEEDS", &corpus).status().map_err(start)?;
    if !seeds.success() {
        return Err(format!("{target}: its seeds could not be written: {seeds}"));
    }
    let before = report::inputs(&artifacts)?;
    let log = artifacts.with_extension("log");
    let file = std::fs::File::create(&log).map_err(|error| format!("{}: {error}", log.display()))?;
    let status = Command::new(program(target))
        .args(LIMITS)
        .args([format!("-max_total_time={seconds}"), format!("-artifact_prefix={}/", artifacts.display())])
        .args(["-print_final_stats=1", &corpus.display().to_string()])
        .env("TMPDIR", &scratch.0)
        .stdout(Stdio::null())
        .stderr(file)
        .status()
        .map_err(start)?;
    let text = std::fs::read(&log).map_err(|error| format!("{}: {error}", log.display()))?;
    let mut ran = Ran::read(target, &String::from_utf8_lossy(&text));
    ran.found = report::inputs(&artifacts)?.into_iter().filter(|input| !before.contains(input)).collect();
    if !status.success() && ran.found.is_empty() {
        return Err(format!("{target} ended with {status} and left no input; see {}", log.display()));
    }
    Ok(ran)
}

fn one_input(target: &str, input: &Path) -> Result<String, String> {
    let scratch = Scratch::make()?;
    let status = Command::new(program(target))
        .args(LIMITS)
        .arg(input)
        .env("TMPDIR", &scratch.0)
        .env("RUST_BACKTRACE", "1")
        .status()
        .map_err(|error| format!("cannot run {}: {error}", program(target).display()))?;
    if status.success() {
        Ok(format!("{target}: {} is read without a fault", input.display()))
    } else {
        Err(format!("{target}: {} ended it with {status}", input.display()))
    }
}

/// Where targets write files, in memory where that is possible. A target that is ended leaves some behind.
struct Scratch(PathBuf);

impl Scratch {
    fn make() -> Result<Self, String> {
        let memory = Path::new("/dev/shm");
        let parent = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
        let path = parent.join(format!("yoe-fuzz-{}", std::process::id()));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_target_is_a_program_of_the_manifest() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let manifest = std::fs::read_to_string(root.join("fuzz/Cargo.toml")).expect("it is there");
        let names = targets(&root).expect("they are there");
        assert!(names.len() >= 14, "{names:?}");
        for name in &names {
            let entry = format!("[[bin]]\nname = \"{name}\"\npath = \"fuzz_targets/{name}.rs\"\n");
            assert!(manifest.contains(&entry), "fuzz/Cargo.toml has no {name}");
        }
        assert_eq!(manifest.matches("[[bin]]").count(), names.len());
    }
}
