//! Where this machine's cargo gets crates of crates.io: what the registry said when cargo last asked it.

use std::path::{Path, PathBuf};

use toml::{Table, Value};

/// How the directories begin that cargo keeps the index of crates.io in, by the sparse protocol and by git. They are named for
/// the host of the index, then a digest of its whole address.
const CRATES_IO: [&str; 2] = ["index.crates.io", "github.com"];

/// The index of crates.io by the sparse protocol (The Cargo Book, "Registry Index").
const CRATES_IO_INDEX: &str = "https://index.crates.io/";

/// How many sources may replace each other; cargo refuses circles.
const LONGEST_CHAIN: usize = 16;

/// Addresses that cargo, whose directory is `home`, downloads crates from, as its registry's `dl` gives them. A registry that
/// replaces crates.io in cargo's configuration stands in its place. None when cargo never asked the registry.
pub fn downloads(home: &Path) -> Vec<String> {
    let hosts: Vec<String> = match configuration(home).map(|config| replacement(&config)) {
        Ok(Replacement::None) => CRATES_IO.map(str::to_owned).into(),
        Ok(Replacement::Registry(index)) => host(&index).map(str::to_owned).into_iter().collect(),
        Ok(Replacement::Unknown) | Err(Unreadable) => return Vec::new(),
    };
    let directories = std::fs::read_dir(home.join("registry/index")).into_iter().flatten().flatten();
    let mut directories: Vec<PathBuf> = directories
        .filter(|directory| {
            let name = directory.file_name();
            let host = name.to_str().and_then(|name| name.rsplit_once('-')).map(|(host, _)| host);
            hosts.iter().any(|known| Some(known.as_str()) == host)
        })
        .map(|directory| directory.path())
        .collect();
    directories.sort();
    directories.iter().filter_map(|directory| dl(directory)).collect()
}

/// The address of the index that cargo, whose directory is `home`, asks about crates, where it asks one over HTTP, file by file.
pub fn index(home: &Path) -> Option<String> {
    match configuration(home).map(|config| replacement(&config)) {
        Ok(Replacement::None) => Some(CRATES_IO_INDEX.to_owned()),
        Ok(Replacement::Registry(index)) => index.strip_prefix("sparse+").map(str::to_owned),
        Ok(Replacement::Unknown) | Err(Unreadable) => None,
    }
}

/// The `dl` of the configuration in an index (The Cargo Book, "Registry Index").
fn dl(index: &Path) -> Option<String> {
    let text = std::fs::read(index.join("config.json")).ok()?;
    let config: serde_json::Value = serde_json::from_slice(&text).ok()?;
    let dl = config.get("dl")?.as_str()?;
    ["https://", "http://"].iter().any(|scheme| dl.starts_with(scheme)).then(|| dl.to_owned())
}

/// What stands in the place of crates.io.
#[derive(Debug, PartialEq, Eq)]
enum Replacement {
    /// Nothing.
    None,
    /// The registry whose index is at this address.
    Registry(String),
    /// Something that serves nothing over HTTP, or that cannot be understood.
    Unknown,
}

/// Cargo's configuration cannot be read; cargo would not run either.
#[derive(Debug)]
struct Unreadable;

/// Cargo's configuration, empty when there is none. The name without an ending is the older one, and comes first in cargo.
fn configuration(home: &Path) -> Result<Table, Unreadable> {
    for name in ["config", "config.toml"] {
        match std::fs::read_to_string(home.join(name)) {
            Ok(text) => return text.parse().map_err(|_| Unreadable),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(_) => return Err(Unreadable),
        }
    }
    Ok(Table::new())
}

/// Follows `replace-with` from crates.io on (The Cargo Book, "Source Replacement").
fn replacement(config: &Table) -> Replacement {
    let text = |table: &str, name: &str, field: &str| {
        config.get(table)?.get(name)?.get(field).and_then(Value::as_str).map(str::to_owned)
    };
    let Some(mut name) = text("source", "crates-io", "replace-with") else { return Replacement::None };
    for _ in 0..LONGEST_CHAIN {
        match text("source", &name, "replace-with") {
            Some(next) => name = next,
            None => {
                let index = text("source", &name, "registry").or_else(|| text("registries", &name, "index"));
                let index = index.filter(|index| host(index).is_some());
                return index.map_or(Replacement::Unknown, Replacement::Registry);
            }
        }
    }
    Replacement::Unknown
}

/// The host of an address, without user and port.
fn host(address: &str) -> Option<&str> {
    let authority = address.split_once("://")?.1.split('/').next()?;
    let host = authority.rsplit('@').next()?.split(':').next()?;
    (!host.is_empty()).then_some(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A directory of cargo with these indexes, each with the `dl` of its configuration.
    fn home(indexes: &[(&str, &str)]) -> tempfile::TempDir {
        let home = tempfile::tempdir().unwrap();
        for (name, dl) in indexes {
            let directory = home.path().join("registry/index").join(name);
            std::fs::create_dir_all(&directory).unwrap();
            std::fs::write(directory.join("config.json"), format!("{{\"dl\": {dl:?}, \"api\": null}}"))
                .unwrap();
        }
        home
    }

    const INDEXES: [(&str, &str); 3] = [
        ("github.com-1ecc6299db9ec823", "https://git.invalid/dl"),
        ("index.crates.io-1949cf8c6b5b557f", "https://sparse.invalid/{crate}/{version}"),
        ("my-mirror.invalid-0123456789abcdef", "http://mirror.invalid/dl"),
    ];

    #[test]
    fn what_the_registry_said_is_taken() {
        let home = home(&INDEXES);
        assert_eq!(
            downloads(home.path()),
            ["https://git.invalid/dl", "https://sparse.invalid/{crate}/{version}"]
        );
    }

    #[test]
    fn what_replaces_the_registry_stands_in_its_place() {
        let home = home(&INDEXES);
        let with = |name: &str, text: &str| {
            std::fs::write(home.path().join(name), text).unwrap();
            downloads(home.path())
        };
        let source = "[source.crates-io]\nreplace-with = 'a'\n[source.a]\nreplace-with = 'b'\n";
        let sparse = "sparse+https://me@my-mirror.invalid:8443/index/";
        let replaced = ["http://mirror.invalid/dl"];
        assert_eq!(index(home.path()).as_deref(), Some(CRATES_IO_INDEX));
        assert_eq!(with("config.toml", &format!("{source}[source.b]\nregistry = '{sparse}'")), replaced);
        assert_eq!(with("config.toml", &format!("{source}[registries.b]\nindex = '{sparse}'")), replaced);
        for unusable in ["[source.b]\ndirectory = 'vendor'", "[source.b]\nreplace-with = 'a'", "]"] {
            assert!(with("config.toml", &format!("{source}{unusable}")).is_empty(), "{unusable}");
        }
        with("config.toml", &format!("{source}[source.b]\nregistry = '{sparse}'"));
        assert_eq!(index(home.path()).as_deref(), Some("https://me@my-mirror.invalid:8443/index/"));
        with("config.toml", &format!("{source}[source.b]\nregistry = 'https://git.invalid/index'"));
        assert_eq!(index(home.path()), None, "an index in git is not asked file by file");
        // The older name comes first.
        assert_eq!(with("config", "[net]\nretry = 3").len(), 2);
    }

    #[test]
    fn what_cannot_be_used_is_passed_over() {
        assert!(downloads(Path::new("/nowhere")).is_empty());
        let home = home(&[("index.crates.io-1", "file:///srv/crates"), ("index.crates.io-2", "")]);
        let index = home.path().join("registry/index");
        for (name, text) in [("index.crates.io-3", "{"), ("index.crates.io-4", "{\"dl\": 1}")] {
            std::fs::create_dir(index.join(name)).unwrap();
            std::fs::write(index.join(name).join("config.json"), text).unwrap();
        }
        std::fs::create_dir(index.join("index.crates.io-5")).unwrap();
        assert!(downloads(home.path()).is_empty());
    }
}
