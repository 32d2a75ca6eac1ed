//! What is audited: components with the names that databases know them by.

use std::collections::BTreeSet;

use crate::Purl;

/// A part of a bill.
#[derive(Debug, Clone)]
pub struct Part {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its package URL.
    pub purl: Purl,
    /// Package URLs of what it was derived from.
    pub ancestors: Vec<Purl>,
    /// Holes that patches close: the name of the advisory, and of the patch.
    pub closes: Vec<(String, String)>,
    /// Names of the packages that it is in.
    pub packages: BTreeSet<String>,
    /// The expression of its licence; absent when it is not known.
    pub license: Option<String>,
}

/// A question to a database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Query {
    pub(super) ecosystem: &'static str,
    /// Debian's release; the newest when absent.
    pub(super) release: Option<u32>,
    pub(super) name: String,
    pub(super) version: Version,
}

/// A version, and by which rule it is compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Version {
    /// Semantic versions.
    Semantic(String),
    /// Debian's.
    Debian(String),
    /// Upstream's, of a source that Debian calls this: none of Debian's revisions is in it.
    Upstream(String),
    /// Numbers with points between them.
    Numbers(String),
}

impl Part {
    /// The questions that it is looked up by; none when no database speaks of such parts.
    pub(super) fn queries(&self) -> Vec<Query> {
        let query = |ecosystem, name: String, version| Query { ecosystem, release: None, name, version };
        let purl = &self.purl;
        match purl.kind.as_str() {
            "golang" => {
                let version = purl.version.trim_start_matches('v').trim_end_matches("+incompatible");
                vec![query("Go", purl.path(), Version::Semantic(version.to_owned()))]
            }
            "cargo" => vec![query("crates.io", purl.name.clone(), Version::Semantic(purl.version.clone()))],
            "generic" if purl.name == "linux" => {
                vec![query("Linux", "Kernel".to_owned(), Version::Numbers(purl.version.clone()))]
            }
            "deb" if purl.namespace == "debian" => {
                // Advisories are filed under sources.
                let source = self.ancestors.iter().find(|ancestor| is_source(ancestor));
                let named = if is_source(purl) { Some(purl) } else { source };
                // Scanners of images name the source by a qualifier.
                let upstream =
                    purl.qualifier("upstream").filter(|_| named.is_none()).filter(|text| !text.is_empty());
                let (name, version) = match upstream {
                    Some(text) => text.split_once('@').unwrap_or((text, &purl.version)),
                    None => (named.unwrap_or(purl).name.as_str(), purl.version.as_str()),
                };
                vec![debian(purl, name.to_owned(), Version::Debian(version.to_owned()))]
            }
            _ => {
                let ancestors = self.ancestors.iter().filter(|ancestor| is_source(ancestor));
                ancestors
                    .map(|ancestor| {
                        debian(ancestor, ancestor.name.clone(), Version::Upstream(ancestor.version.clone()))
                    })
                    .collect()
            }
        }
    }
}

fn is_source(purl: &Purl) -> bool {
    purl.kind == "deb" && purl.namespace == "debian" && purl.qualifier("arch") == Some("source")
}

fn debian(purl: &Purl, name: String, version: Version) -> Query {
    Query {
        ecosystem: "Debian",
        release: release(purl.qualifier("distro").unwrap_or_default()),
        name,
        version,
    }
}

/// The number of a release of Debian. The suite that is always the newest has none.
fn release(suite: &str) -> Option<u32> {
    let name = suite.split('-').next().unwrap_or_default();
    match name {
        "bullseye" => Some(11),
        "bookworm" => Some(12),
        "trixie" => Some(13),
        "forky" => Some(14),
        // `debian-13`, and `debian-13.1` of scanners that look at /etc/debian_version.
        "debian" => suite.strip_prefix("debian-")?.split('.').next()?.parse().ok(),
        _ => None,
    }
}
