//! Where archives are served: what the user says, then the project, then this machine's own apt or cargo.

use std::path::Path;

use yoe_model::{CRATES, Mirrors};

use super::{Host, cargo};
use crate::upstream::CRATES_INDEX;

/// Base addresses of each archive, in the order they are tried. A user's choice stands in the variable
/// `YOE_MIRROR_<ARCHIVE>`, several addresses separated by spaces.
pub fn mirrors(host: &Host, project: &Mirrors, archives: impl IntoIterator<Item = String>) -> Mirrors {
    let apt = apt_sources(&host.apt);
    let cargo = || host.cargo.as_deref().map(cargo::downloads).unwrap_or_default();
    let of = |archive: String| {
        let chosen = host.variable(&mirror_variable(&archive)).unwrap_or_default();
        let mut all: Vec<String> = chosen.split_whitespace().map(trimmed).collect();
        all.extend(project.get(&archive).into_iter().flatten().map(|address| trimmed(address)));
        all.extend(apt.iter().filter(|address| serves(address, &archive)).cloned());
        if archive == CRATES {
            all.extend(cargo());
        }
        if archive == CRATES_INDEX {
            all.extend(host.cargo.as_deref().and_then(cargo::index));
        }
        let mut seen = std::collections::BTreeSet::new();
        all.retain(|address| seen.insert(address.clone()));
        (archive, all)
    };
    archives.into_iter().chain(project.keys().cloned()).map(of).collect()
}

/// The variable that says where an archive is served.
pub(crate) fn mirror_variable(archive: &str) -> String {
    let letters = archive.to_uppercase().replace(|c: char| !c.is_ascii_alphanumeric(), "_");
    format!("YOE_MIRROR_{letters}")
}

fn trimmed(address: &str) -> String {
    address.trim_end_matches('/').to_owned()
}

/// By custom an archive's address ends in its name.
fn serves(address: &str, archive: &str) -> bool {
    address.rsplit('/').next() == Some(archive)
}

/// Addresses that apt fetches from (sources.list(5), both formats).
fn apt_sources(directory: &Path) -> Vec<String> {
    let mut files = vec![directory.join("sources.list")];
    let parts = std::fs::read_dir(directory.join("sources.list.d")).into_iter().flatten().flatten();
    files.extend(parts.map(|part| part.path()));
    files.sort();
    let texts = files.into_iter().filter_map(|path| std::fs::read_to_string(path).ok());
    texts.flat_map(|text| addresses(&text)).collect()
}

fn addresses(text: &str) -> Vec<String> {
    let words = text.lines().map(str::trim).filter(|line| !line.starts_with('#')).flat_map(|line| {
        let source = line.starts_with("deb ") || line.starts_with("deb-src ") || line.starts_with("URIs:");
        line.split_whitespace().filter(move |_| source)
    });
    words.filter(|word| word.starts_with("http://") || word.starts_with("https://")).map(trimmed).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_formats_of_apt_are_read() {
        let old =
            "# deb http://no.invalid/debian x main\ndeb [arch=amd64] http://a.invalid/debian/ trixie main\n";
        assert_eq!(addresses(old), ["http://a.invalid/debian"]);
        let new = "Types: deb\n# http://no.invalid/debian\nURIs: http://b.invalid/debian https://c.invalid/debian\n";
        assert_eq!(addresses(new), ["http://b.invalid/debian", "https://c.invalid/debian"]);
    }

    #[test]
    fn what_the_user_says_comes_first_and_no_address_comes_twice() {
        let host = Host {
            variables: [(
                "YOE_MIRROR_DEBIAN".to_owned(),
                "http://a.invalid/x/ http://b.invalid/debian".to_owned(),
            )]
            .into(),
            ..Host::default()
        };
        let project = [("debian".to_owned(), vec!["http://b.invalid/debian".to_owned()])].into();
        let all = mirrors(&host, &project, ["other".to_owned()]);
        assert_eq!(all["debian"], ["http://a.invalid/x", "http://b.invalid/debian"]);
        assert!(all["other"].is_empty());
    }

    #[test]
    fn an_archive_is_known_by_the_end_of_its_address() {
        assert!(serves("http://a.invalid/debian", "debian"));
        assert!(!serves("http://a.invalid/debian-security", "debian"));
    }
}
