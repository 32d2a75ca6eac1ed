//! The Go client of the container `go-tools`, which `yoe lock` uses as well: no Go of this machine is needed. It fetches the
//! toolchain that the container's settings name, by the checks that Go makes of every module.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::programs;

/// The container, the client in it, and its settings.
const CONTAINER: &str = "go-tools";
const CLIENT: &str = "usr/bin/go";
const SETTINGS: &str = "etc/go/env";

/// The Go client and where it keeps what it fetches.
pub struct GoClient {
    client: PathBuf,
    /// Which toolchain runs (Go Toolchains, "GOTOOLCHAIN").
    toolchain: String,
    cache: PathBuf,
}

/// A module that lies in the cache.
pub struct Module {
    /// Its version.
    pub version: String,
    /// Its files.
    pub directory: PathBuf,
}

impl GoClient {
    /// Lays the container out. What the client fetches and compiles lies below `cache`, an absolute path.
    pub fn make(cache: &Path) -> Result<Self, String> {
        let container = programs::build(Path::new("."), CONTAINER)?;
        let settings = container.join(SETTINGS);
        let text =
            std::fs::read_to_string(&settings).map_err(|error| format!("{}: {error}", settings.display()))?;
        let toolchain =
            toolchain(&text).ok_or_else(|| format!("{} names no GOTOOLCHAIN", settings.display()))?;
        Ok(Self { client: container.join(CLIENT), toolchain, cache: cache.to_owned() })
    }

    /// Fetches a module. `query` is a version, or `latest`.
    pub fn fetch(&self, path: &str, query: &str) -> Result<Module, String> {
        let answer = self.json(&["mod", "download", "-json", &format!("{path}@{query}")])?;
        let field = |name: &str| {
            let text = answer[name].as_str().map(str::to_owned);
            text.ok_or_else(|| format!("go mod download {path}@{query} gave no {name}: {answer}"))
        };
        Ok(Module { version: field("Version")?, directory: field("Dir")?.into() })
    }

    /// The version of a module that the proxy serves for a query, such as `v1.2.3` or `>=v1.2.3`; why none, when there is none.
    pub fn version(&self, path: &str, query: &str) -> Result<String, String> {
        let answer = self.json(&["list", "-m", "-json", &format!("{path}@{query}")])?;
        let version = answer["Version"].as_str().map(str::to_owned);
        version.ok_or_else(|| format!("go list -m {path}@{query} gave no version: {answer}"))
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
        let output = Command::new(&self.client)
            .args(arguments)
            .current_dir(&self.cache)
            .env("GOTOOLCHAIN", &self.toolchain)
            .env("GOFLAGS", "-modcacherw")
            .env("GOWORK", "off")
            .env("CGO_ENABLED", "0")
            .env("GOMODCACHE", self.cache.join("modules"))
            .env("GOCACHE", self.cache.join("build"))
            .env("GOBIN", self.cache.join("bin"))
            .env_remove("GOROOT")
            .output()
            .map_err(|error| format!("cannot run {}: {error}", self.client.display()))?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        // `-json` says what is wrong in its answer.
        let printed = [output.stdout, output.stderr].concat();
        Err(format!("go {}: {}", arguments.join(" "), String::from_utf8_lossy(&printed).trim()))
    }
}

/// The value that the text of a Go client's settings gives to GOTOOLCHAIN.
fn toolchain(settings: &str) -> Option<String> {
    let value = settings.lines().find_map(|line| line.trim().strip_prefix("GOTOOLCHAIN="))?;
    (!value.is_empty()).then(|| value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_toolchain_is_that_of_the_settings() {
        assert_eq!(toolchain("# note\nGOTOOLCHAIN=go1.27.3+auto\n").as_deref(), Some("go1.27.3+auto"));
        assert_eq!(toolchain("GOPROXY=off\n"), None);
        assert_eq!(toolchain("GOTOOLCHAIN=\n"), None);
    }
}
