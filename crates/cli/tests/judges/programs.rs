//! Programs and data of others, by Go's own client. They stay below the user's cache.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn cache() -> PathBuf {
    let home = || PathBuf::from(std::env::var_os("HOME").unwrap()).join(".cache");
    std::env::var_os("XDG_CACHE_HOME").map_or_else(home, PathBuf::from)
}

/// The program that a package of this version is.
pub fn program(package: &str, version: &str) -> PathBuf {
    let name = Path::new(package).file_name().unwrap();
    let directory = cache().join("yoe-judges").join(format!("{}-{version}", name.to_str().unwrap()));
    let program = directory.join(name);
    if !program.exists() {
        fs::create_dir_all(&directory).unwrap();
        let installed = go()
            .env("GOBIN", &directory)
            .args(["install", &format!("{package}@{version}")])
            .output()
            .unwrap();
        assert!(installed.status.success(), "{}", printed(&installed));
    }
    program
}

/// The directory of a module of this version.
pub fn module(path: &str, version: &str) -> PathBuf {
    let output = go().args(["mod", "download", "-json", &format!("{path}@{version}")]).output().unwrap();
    assert!(output.status.success(), "{}", printed(&output));
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    answer["Dir"].as_str().unwrap().into()
}

/// Go's client, outside of every module. A program may ask for a newer one than this machine's.
fn go() -> Command {
    let mut go = Command::new("go");
    go.env("GOTOOLCHAIN", "auto").env("GOFLAGS", "-mod=mod").current_dir(std::env::temp_dir());
    go
}

pub fn printed(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// What a program prints; it must succeed.
pub fn answer(command: &mut Command) -> Vec<u8> {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", printed(&output));
    output.stdout
}
