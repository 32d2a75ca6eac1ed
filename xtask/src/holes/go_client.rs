//! The Go client of the unit `go`: no Go of this machine is needed.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::programs;

/// The Go client and where it keeps what it fetches.
pub struct GoClient {
    cache: PathBuf,
}

/// A module that lies in the cache.
pub struct Module {
    /// Its version.
    pub version: String,
    /// Its files.
    pub folder: PathBuf,
}

impl GoClient {
    /// Builds the unit `go`; everything lies below `cache`.
    pub fn make(cache: &Path) -> Result<Self, String> {
        programs::unpack(Path::new("."), "go", &cache.join("toolchain"))?;
        Ok(Self { cache: cache.to_owned() })
    }

    /// Fetches a module. `query` is a version, or `latest`.
    pub fn fetch(&self, path: &str, query: &str) -> Result<Module, String> {
        let answer = self.json(&["mod", "download", "-json", &format!("{path}@{query}")])?;
        let field = |name: &str| {
            let text = answer[name].as_str().map(str::to_owned);
            text.ok_or_else(|| format!("go mod download {path}@{query} gave no {name}: {answer}"))
        };
        Ok(Module { version: field("Version")?, folder: field("Dir")?.into() })
    }

    /// Whether the proxy serves a version of a module; why not, when it does not.
    pub fn serves(&self, path: &str, version: &str) -> Result<(), String> {
        self.json(&["list", "-m", "-json", &format!("{path}@{version}")]).map(drop)
    }

    /// Compiles a program and gives its path.
    pub fn install(&self, package: &str, version: &str) -> Result<PathBuf, String> {
        self.run(&["install", &format!("{package}@{version}")])?;
        Ok(self.cache.join("bin").join(package.rsplit('/').next().unwrap_or_default()))
    }

    fn json(&self, arguments: &[&str]) -> Result<serde_json::Value, String> {
        let text = self.run(arguments)?;
        serde_json::from_slice(&text).map_err(|error| format!("go {}: {error}", arguments.join(" ")))
    }

    /// Runs the client outside of any module, with whoever's settings of proxies and checksum databases.
    fn run(&self, arguments: &[&str]) -> Result<Vec<u8>, String> {
        let absolute = |name: &str| std::path::absolute(self.cache.join(name)).unwrap_or_else(|_| self.cache.join(name));
        let output = Command::new(absolute("toolchain").join("usr/lib/go/bin/go"))
            .args(arguments)
            .current_dir(&self.cache)
            .env("GOTOOLCHAIN", "local")
            .env("GOFLAGS", "-modcacherw")
            .env("GOWORK", "off")
            .env("CGO_ENABLED", "0")
            .env("GOMODCACHE", absolute("modules"))
            .env("GOCACHE", absolute("build"))
            .env("GOBIN", absolute("bin"))
            .env_remove("GOROOT")
            .output()
            .map_err(|error| format!("cannot run the unit go's client: {error}"))?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        // `-json` says what is wrong in its answer.
        let said = [output.stdout, output.stderr].concat();
        Err(format!("go {}: {}", arguments.join(" "), String::from_utf8_lossy(&said).trim()))
    }
}
