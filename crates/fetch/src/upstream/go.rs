//! Go modules, as proxies serve them (Go Modules Reference, "GOPROXY protocol").

use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use yoe_model::go_escaped;

use super::UpstreamError;
use crate::client::Client;

/// The Go client takes no larger archive (Go Modules Reference, "Module zip files").
const LARGEST: u64 = 500 << 20;
/// The most bytes of an answer that is no archive.
const ANSWER: u64 = 4 << 20;

#[derive(Deserialize)]
struct Info {
    #[serde(rename = "Version")]
    version: String,
}

/// The newest version of a module that is no preview, or else the newest one. `proxies` are as `GOPROXY` has them.
///
/// # Errors
/// When no proxy has the module.
pub fn newest_go_version(client: &Client, proxies: &str, path: &str) -> Result<String, UpstreamError> {
    let listed = ask(client, proxies, path, "@v/list", ANSWER);
    if let Some(version) = listed.as_ref().ok().and_then(|(bytes, _)| newest(bytes)) {
        return Ok(version);
    }
    // A module without a tag has a version all the same.
    let (bytes, url) = ask(client, proxies, path, "@latest", ANSWER)?;
    let info: Info = serde_json::from_slice(&bytes).map_err(|error| UpstreamError::Answer {
        url,
        what: "a proxy of Go modules",
        reason: error.to_string(),
    })?;
    Ok(info.version)
}

fn newest(list: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(list);
    let versions = text.lines().filter_map(|line| {
        let version: semver::Version = line.trim().strip_prefix('v')?.parse().ok()?;
        Some((version.pre.is_empty(), version, line.trim().to_owned()))
    });
    versions.max().map(|(.., text)| text)
}

/// Unpacks a version of a module into the directory `into`, which is made. It is not checked against a checksum database: the lock
/// does that when the module is fetched for a project.
///
/// # Errors
/// When no proxy has it, or its archive is damaged or holds names that lead out of it.
pub fn go_module(
    client: &Client,
    proxies: &str,
    (path, version): (&str, &str),
    into: &Path,
) -> Result<(), UpstreamError> {
    let file = format!("@v/{}.zip", go_escaped(version));
    let (bytes, _) = ask(client, proxies, path, &file, LARGEST)?;
    let broken = |reason: String| UpstreamError::Archive { path: path.to_owned(), reason };
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|error| broken(error.to_string()))?;
    std::fs::create_dir_all(into)?;
    let (top, mut left) = (format!("{path}@{version}/"), LARGEST);
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).map_err(|error| broken(error.to_string()))?;
        let name = entry.name().map_err(|error| broken(error.to_string()))?.into_owned();
        let below = name.strip_prefix(&top).filter(|below| is_plain(below));
        let below = below.ok_or_else(|| broken(format!("{name:?} is not below {top}")))?.to_owned();
        if entry.is_dir() {
            continue;
        }
        let mut content = Vec::new();
        entry.by_ref().take(left + 1).read_to_end(&mut content)?;
        left = left
            .checked_sub(content.len() as u64)
            .ok_or_else(|| broken(format!("it holds more than {} MiB", LARGEST >> 20)))?;
        let to = into.join(&below);
        to.parent().map_or(Ok(()), std::fs::create_dir_all)?;
        std::fs::write(to, content)?;
    }
    Ok(())
}

/// Whether a path has only parts that name something.
fn is_plain(path: &str) -> bool {
    let path = path.strip_suffix('/').unwrap_or(path);
    !path.contains(['\\', '\0']) && path.split('/').all(|part| !matches!(part, "" | "." | ".."))
}

/// What the first proxy that has it says, and where.
fn ask(
    client: &Client,
    proxies: &str,
    path: &str,
    file: &str,
    limit: u64,
) -> Result<(Vec<u8>, String), UpstreamError> {
    let mut tried = Vec::new();
    let served = proxies.split([',', '|']).map(str::trim).filter(|proxy| proxy.contains("://"));
    for proxy in served {
        let url = format!("{}/{}/{file}", proxy.trim_end_matches('/'), go_escaped(path));
        match get(client, &url, &format!("{file} of {path}"), limit) {
            Ok(bytes) => return Ok((bytes, url)),
            Err(reason) => tried.push(reason),
        }
    }
    Err(match tried.is_empty() {
        true => UpstreamError::NoProxy { setting: proxies.to_owned() },
        false => UpstreamError::NoModule { path: path.to_owned(), tried },
    })
}

fn get(client: &Client, url: &str, name: &str, limit: u64) -> Result<Vec<u8>, String> {
    match url.strip_prefix("file://") {
        Some(path) => {
            let file = PathBuf::from(path);
            std::fs::read(&file).map_err(|error| format!("{}: {error}", file.display()))
        }
        None => client.fetch_small(name, &[url.to_owned()], limit).map_err(|error| error.to_string()),
    }
}
