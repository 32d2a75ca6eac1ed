//! Versions of a crate, as a registry's index has them (The Cargo Book, "Registry Index").

use serde::Deserialize;
use yoe_model::{Digest, Mirrors};

use super::UpstreamError;
use crate::client::{Client, crate_prefix};

/// The archive, a key of the project's mirrors, that serves the index of crates, file by file.
pub const CRATES_INDEX: &str = "crates-index";

/// The index has a line for each version; no crate has so many.
const LARGEST: u64 = 64 << 20;

/// A version of a crate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CrateVersion {
    /// The version.
    pub version: semver::Version,
    /// Of its archive.
    pub sha256: Digest,
    /// Whether it was taken back.
    pub yanked: bool,
}

#[derive(Deserialize)]
struct Line {
    vers: String,
    cksum: String,
    #[serde(default)]
    yanked: bool,
}

/// All versions of a crate, the newest last. Lines of forms that are not known are passed over, as cargo does.
///
/// # Errors
/// When no mirror of [`CRATES_INDEX`] has the crate.
pub fn crate_versions(
    client: &Client,
    mirrors: &Mirrors,
    name: &str,
) -> Result<Vec<CrateVersion>, UpstreamError> {
    let small = name.to_lowercase();
    let path = format!("{}/{small}", crate_prefix(&small));
    let bases = mirrors.get(CRATES_INDEX).map(Vec::as_slice).unwrap_or_default();
    let urls: Vec<String> =
        bases.iter().map(|base| format!("{}/{path}", base.trim_end_matches('/'))).collect();
    let bytes = client.fetch_small(&format!("the versions of the crate {name}"), &urls, LARGEST)?;
    let versions = parse(&bytes);
    match versions.is_empty() {
        false => Ok(versions),
        true => Err(UpstreamError::Answer {
            url: urls.first().cloned().unwrap_or_default(),
            what: "an index of crates",
            reason: "it names no version".to_owned(),
        }),
    }
}

fn parse(bytes: &[u8]) -> Vec<CrateVersion> {
    let read = |line: &[u8]| {
        let Line { vers, cksum, yanked } = serde_json::from_slice(line).ok()?;
        Some(CrateVersion { version: vers.parse().ok()?, sha256: cksum.parse().ok()?, yanked })
    };
    let mut versions: Vec<CrateVersion> = bytes.split(|byte| *byte == b'\n').filter_map(read).collect();
    versions.sort_by(|a, b| a.version.cmp(&b.version));
    versions
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_in_their_own_order_and_odd_lines_say_nothing() {
        let digest = Digest::of(b"x");
        let line = |version: &str, more: &str| {
            format!("{{\"name\":\"a\",\"vers\":\"{version}\",\"cksum\":\"{digest}\"{more}}}\n")
        };
        let text = [
            line("1.10.0", ""),
            line("1.9.0", ",\"yanked\":true"),
            "{\"vers\":1}\n\n{".to_owned(),
            "\n".to_owned(),
            line("x", ""),
        ];
        let found: Vec<String> = parse(text.concat().as_bytes())
            .iter()
            .map(|one| format!("{}{}", one.version, if one.yanked { " yanked" } else { "" }))
            .collect();
        assert_eq!(found, ["1.9.0 yanked", "1.10.0"]);
    }
}
