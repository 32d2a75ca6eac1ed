//! The Go client's settings on this machine: where modules come from and what they are checked against. What is not set stays
//! the client's own default.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

use super::Host;

/// What decides where a module comes from and whether it is trusted (Go Modules Reference, "Environment variables").
const SETTINGS: [&str; 7] =
    ["GOPROXY", "GOSUMDB", "GONOPROXY", "GONOSUMDB", "GONOSUMCHECK", "GOPRIVATE", "GOINSECURE"];

/// How programs reach other machines, in the two spellings that are in use, and whom they trust there.
const NETWORK: [&str; 9] = [
    "ALL_PROXY",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "all_proxy",
    "http_proxy",
    "https_proxy",
    "no_proxy",
    "SSL_CERT_FILE",
];

/// The file that `go env -w` writes is there and cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("the Go client's settings in {} cannot be read", path.display())]
pub struct GoSettingsError {
    /// The file.
    pub path: PathBuf,
    /// The reason.
    pub source: std::io::Error,
}

/// The settings, as variables: those of the environment, then those that `go env -w` wrote.
///
/// # Errors
/// When the file that `go env -w` writes is there and cannot be read.
pub fn go_settings(host: &Host) -> Result<BTreeMap<String, String>, GoSettingsError> {
    let mut all = match file(host) {
        Some(path) => written(&path)?,
        None => BTreeMap::new(),
    };
    let set = SETTINGS.iter().chain(&NETWORK);
    all.extend(set.filter_map(|name| {
        let value = host.variable(name)?;
        Some(((*name).to_owned(), value.to_owned()))
    }));
    Ok(all)
}

/// The proxies that modules come from, as `GOPROXY` has them: by these settings, else as the Go client of this machine says; empty
/// where there is none.
pub fn go_proxies(settings: &BTreeMap<String, String>) -> String {
    if let Some(set) = settings.get("GOPROXY").filter(|set| !set.is_empty()) {
        return set.clone();
    }
    // Outside of every module, whose directory could ask for another client.
    let asked = Command::new("go").args(["env", "GOPROXY"]).current_dir(std::env::temp_dir()).output();
    let said = asked.ok().filter(|said| said.status.success()).map(|said| said.stdout).unwrap_or_default();
    String::from_utf8_lossy(&said).trim().to_owned()
}

/// Where the client keeps its settings: what `GOENV` names, or `go/env` below the configuration directory.
fn file(host: &Host) -> Option<PathBuf> {
    match host.variable("GOENV") {
        Some("off") => None,
        Some(path) => Some(path.into()),
        None => host.config.as_ref().map(|directory| directory.join("go/env")),
    }
}

fn written(path: &std::path::Path) -> Result<BTreeMap<String, String>, GoSettingsError> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(parse(&text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(BTreeMap::new()),
        Err(error) => Err(GoSettingsError { path: path.to_owned(), source: error }),
    }
}

/// Lines of `NAME=value`; others are passed over, as the client does.
fn parse(text: &str) -> BTreeMap<String, String> {
    let pairs = text.lines().filter_map(|line| line.split_once('='));
    pairs
        .filter(|(name, _)| SETTINGS.contains(name))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn only_settings_of_modules_are_taken() {
        let text = "# GOPROXY=no\nGOFLAGS=-mod=mod\nGOPROXY=https://proxy.invalid,direct\n\nGOSUMDB=off\n";
        let all: Vec<_> = parse(text).into_iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(all, ["GOPROXY=https://proxy.invalid,direct", "GOSUMDB=off"]);
    }
}
