//! `yoe lock --list`.

use std::path::Path;

use serde::Serialize;
use yoe_model::{
    ImageName, Lock, LockedContainer, LockedImage, LockedModule, LockedSource, LockedTree, Revision,
};

use crate::error::{CommandError, Kind};
use crate::project::{no_lock, read_lock};
use crate::ui;

/// How much of a digest or a commit people are shown.
const SHORT: usize = 12;

/// The widest version that people are shown, in characters.
const WIDEST: usize = 40;

/// An entry of the lock.
#[derive(Debug, Serialize)]
struct Entry {
    /// `module`, `suite`, `container`, `source` or `image`.
    kind: &'static str,
    /// Its name; `yoe lock --update` takes those of modules, containers, sources and images.
    name: String,
    /// Which one of that name.
    version: String,
    /// Where it comes from.
    from: String,
    /// What pins it, whole: a commit, or a SHA-256 digest. A container is pinned by each of its packages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pin: Option<String>,
}

/// Prints what is locked. The project need not be right.
pub fn run(root: &Path, json: bool) -> Result<(), CommandError> {
    let lock = read_lock(root)?.ok_or_else(no_lock)?;
    let entries = entries(&lock);
    if json {
        let text = serde_json::to_string_pretty(&entries).map_err(|error| {
            CommandError::new(Kind::Internal, "the list cannot be written as JSON").because(error)
        })?;
        ui::result(&text);
        return Ok(());
    }
    for line in table(&entries) {
        ui::result(&line);
    }
    Ok(())
}

fn entries(lock: &Lock) -> Vec<Entry> {
    let modules = lock.modules.iter().map(|(name, entry)| module(name, entry));
    let suites = lock.suites.iter().map(|(name, suite)| Entry {
        kind: "suite",
        name: name.clone(),
        version: yoe_bundle::Time(suite.date).to_string(),
        from: format!("signed by {}", suite.signed_by),
        pin: Some(suite.release.to_string()),
    });
    let containers = lock.containers.iter().map(|(name, entry)| container(name, entry));
    let sources = lock.sources.iter().map(|(key, entry)| source(key, entry));
    let images = lock.images.iter().map(|(name, entry)| image(name, entry));
    modules.chain(suites).chain(containers).chain(sources).chain(images).collect()
}

fn module(name: &str, LockedModule { from, tree }: &LockedModule) -> Entry {
    let (version, from, pin) = match from {
        LockedTree::Git { url, revision, commit } => {
            let version = match revision {
                Revision::Commit(commit) => short(commit).to_owned(),
                Revision::Tag(name) | Revision::Branch(name) => format!("{name} ({})", short(commit)),
            };
            (version, url, commit.clone())
        }
        LockedTree::Archive { url, sha256, .. } => {
            (short(&tree.to_string()).to_owned(), url, sha256.to_string())
        }
    };
    Entry { kind: "module", name: name.to_owned(), version, from: from.clone(), pin: Some(pin) }
}

fn container(name: &str, LockedContainer { packages, .. }: &LockedContainer) -> Entry {
    let from = packages.first().map(|package| package.file.archive.clone()).unwrap_or_default();
    let version = format!("{} packages", packages.len());
    Entry { kind: "container", name: name.to_owned(), version, from, pin: None }
}

/// A source by its key: `debian:musl@1.2.5-3 with its series`.
fn source(key: &str, LockedSource { files, tree, .. }: &LockedSource) -> Entry {
    let (name, version) = key.split_once('@').unwrap_or((key, ""));
    let file = files.first();
    let from = match file {
        Some(file) => format!("{}/{}", file.archive, file.path),
        None => "the Go module proxy".to_owned(),
    };
    let pin = file.map(|file| file.sha256).or(*tree).map(|digest| digest.to_string());
    Entry { kind: "source", name: name.to_owned(), version: version.to_owned(), from, pin }
}

fn image(name: &str, entry: &LockedImage) -> Entry {
    let pin = entry.digest().map(|digest| digest.to_string());
    let (name, version, from) = match name.parse::<ImageName>() {
        Ok(of) => {
            let version = of.tag().map_or_else(|| pin.clone().unwrap_or_default(), str::to_owned);
            (of.place(), version, of.registry().to_owned())
        }
        Err(_) => (name.to_owned(), String::new(), String::new()),
    };
    Entry { kind: "image", name, version, from, pin }
}

fn short(text: &str) -> &str {
    text.get(..SHORT).unwrap_or(text)
}

/// A version as people are shown it: that of a Go module may name all that was added to it.
fn clipped(version: &str) -> String {
    match version.char_indices().nth(WIDEST) {
        None => version.to_owned(),
        Some((at, _)) => format!("{}…", &version[..at]),
    }
}

/// The lines of a table: the columns as wide as what is in them.
fn table(entries: &[Entry]) -> Vec<String> {
    let head = ["KIND", "NAME", "VERSION", "FROM"].map(str::to_owned);
    let rows = entries.iter().map(|entry| {
        [entry.kind.to_owned(), entry.name.clone(), clipped(&entry.version), entry.from.clone()]
    });
    let rows: Vec<[String; 4]> = std::iter::once(head).chain(rows).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
    let widths = [width(0), width(1), width(2)];
    let line = |[kind, name, version, from]: &[String; 4]| {
        let [a, b, c] = widths;
        format!("{kind:a$}  {name:b$}  {version:c$}  {from}").trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}
