//! Where registries serve crates.

use yoe_model::{CRATES, Digest, Mirrors};

use super::{FetchError, Remote};

/// Where the archive of a crate can be fetched from. Mirrors of [`CRATES`] are what the `config.json` of a registry's index
/// calls `dl` (The Cargo Book, "Registry Index", "Index Configuration").
///
/// # Errors
/// When there are no such mirrors.
pub fn crate_file(
    name: &str,
    version: &str,
    sha256: Digest,
    mirrors: &Mirrors,
) -> Result<Remote, FetchError> {
    let bases = mirrors
        .get(CRATES)
        .filter(|bases| !bases.is_empty())
        .ok_or_else(|| FetchError::NoRegistry { name: name.to_owned(), version: version.to_owned() })?;
    Ok(Remote {
        urls: bases.iter().map(|dl| address(dl, name, version, sha256)).collect(),
        size: None,
        sha256,
        name: format!("{name}-{version}.crate"),
    })
}

/// Fills the markers in; where there are none, cargo's own path is appended.
fn address(dl: &str, name: &str, version: &str, sha256: Digest) -> String {
    let markers = [
        ("{crate}", name.to_owned()),
        ("{version}", version.to_owned()),
        ("{prefix}", prefix(name)),
        ("{lowerprefix}", prefix(&name.to_lowercase())),
        ("{sha256-checksum}", sha256.to_string()),
    ];
    if !markers.iter().any(|(marker, _)| dl.contains(marker)) {
        return format!("{}/{name}/{version}/download", dl.trim_end_matches('/'));
    }
    markers.iter().fold(dl.to_owned(), |text, (marker, value)| text.replace(marker, value))
}

/// The directories that an index spreads names over (The Cargo Book, "Registry Index", "Index Files").
pub(crate) fn prefix(name: &str) -> String {
    let part = |from: usize, to: usize| name.get(from..to).unwrap_or_default();
    match name.len() {
        length @ 0..=2 => length.to_string(),
        3 => format!("3/{}", part(0, 1)),
        _ => format!("{}/{}", part(0, 2), part(2, 4)),
    }
}

#[cfg(test)]
mod tests;
