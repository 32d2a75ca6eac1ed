//! Where judges are installed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Programs in a directory of their own.
pub(super) struct Judges {
    directory: tempfile::TempDir,
}

impl Judges {
    /// Programs of Python.
    pub(super) fn new(packages: &[&str]) -> Self {
        let this = Self { directory: tempfile::tempdir().unwrap() };
        let made = Command::new("python3").args(["-m", "venv"]).arg(this.path("python")).status();
        assert!(made.expect("this machine has no python3").success());
        if !packages.is_empty() {
            let installed = this.python("pip").args(["install", "--quiet"]).args(packages).status().unwrap();
            assert!(installed.success());
        }
        this
    }

    /// The same with libraries of npm.
    pub(super) fn with_npm(self, packages: &[&str]) -> Self {
        let mut npm = Command::new("npm");
        npm.args(["install", "--silent", "--no-audit", "--no-fund"]).args(packages);
        let installed = npm.current_dir(self.directory.path()).status();
        assert!(installed.expect("this machine has no npm").success());
        self
    }

    /// Runs a program of JavaScript with these arguments.
    pub(super) fn node(&self, program: &str, argument: &Path) -> Output {
        let path = self.path("judge.mjs");
        fs::write(&path, program).unwrap();
        Command::new("node").arg(path).arg(argument).output().unwrap()
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub(super) fn python(&self, program: &str) -> Command {
        Command::new(self.path("python/bin").join(program))
    }

    /// Writes a document; gives its path.
    pub(super) fn write(&self, text: &str) -> PathBuf {
        let path = self.path("document.json");
        fs::write(&path, text).unwrap();
        path
    }
}

pub(super) fn printed(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}
