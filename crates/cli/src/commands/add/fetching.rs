//! Fetching what is to be added, in order to look at it.

use std::path::{Path, PathBuf};

use yoe_adopt::{Origin, newest_tag};
use yoe_fetch::client::{Client, crate_file};
use yoe_fetch::host;
use yoe_fetch::modules::{self, ModuleError};
use yoe_fetch::unpack::{self, Limits};
use yoe_fetch::upstream::{CRATES_INDEX, UpstreamError, crate_versions, go_module, newest_go_version, refs};
use yoe_model::{CRATES, Cancel, Digest, Mirrors, Revision, name_in_url};

use super::what::What;
use crate::error::{CommandError, Kind};
use crate::near;
use crate::project::{OpenProject, client};
use crate::{interrupt, paths, ui};

/// The largest archive, in bytes.
const LARGEST: u64 = 1 << 30;

/// A tree, and where it comes from.
pub struct Fetched {
    pub tree: PathBuf,
    pub origin: Origin,
}

/// Fetches a source below `scratch`. A directory is taken where it is.
pub fn fetch(what: &What, opened: &OpenProject, scratch: &Path) -> Result<Fetched, CommandError> {
    if let What::Directory(real, below) = what {
        let name = real.file_name().unwrap_or_default().to_string_lossy().into_owned();
        return Ok(Fetched { tree: real.clone(), origin: Origin::Directory { path: below.clone(), name } });
    }
    let client = client(Cancel::from_flag(interrupt::flag()?))?;
    let tree = scratch.join("tree");
    let origin = match what {
        What::Git(url, revision) => git(&client, url, revision.as_ref(), &tree, scratch)?,
        What::Archive(url) => archive(&client, url, &tree, scratch)?,
        What::Crate(name, version) => {
            of_registry(&client, opened, (name, version.as_deref()), &tree, scratch)?
        }
        What::GoModule(path, version) => of_proxy(&client, (path, version.as_deref()), &tree)?,
        What::Directory(..) => return Err(CommandError::new(Kind::Internal, "a directory is not fetched")),
    };
    Ok(Fetched { tree, origin })
}

fn git(
    client: &Client,
    url: &str,
    revision: Option<&Revision>,
    tree: &Path,
    scratch: &Path,
) -> Result<Origin, CommandError> {
    let failed = |error: ModuleError| {
        let kind = if error.is_cancelled() { Kind::Interrupted } else { Kind::Config };
        CommandError::new(kind, format!("cannot fetch {url}")).because(error)
    };
    client.may_fetch(url).map_err(|error| CommandError::config("nothing was added").because(error))?;
    ui::note(&format!("fetching {url}"));
    let cancel = client.cancel();
    let (commit, named) = match revision {
        Some(revision) => {
            let name = match revision {
                Revision::Tag(name) | Revision::Branch(name) => Some(name.clone()),
                Revision::Commit(_) => None,
            };
            (modules::resolve(url, revision, scratch, cancel).map_err(failed)?, name)
        }
        None => {
            let found = refs(url, scratch, cancel).map_err(failed)?;
            let newest = newest_tag(found.tags.iter().map(|(name, _)| name.as_str()));
            let tag = found.tags.iter().find(|(name, _)| Some(name.as_str()) == newest);
            match (tag, found.head) {
                (Some((name, commit)), _) => (commit.clone(), Some(name.clone())),
                (None, Some(head)) => (head, None),
                (None, None) => {
                    return Err(CommandError::user(format!("{url} has no commit yet"))
                        .hint("--branch NAME names another branch than the main one"));
                }
            }
        }
    };
    match modules::commit(url, &commit, tree, cancel) {
        // The tree is read, and no link in it is followed out of it.
        Ok(()) | Err(ModuleError::Link { .. }) => {}
        Err(error) => return Err(failed(error)),
    }
    Ok(Origin::Git { url: url.to_owned(), commit, revision: named })
}

fn archive(client: &Client, url: &str, tree: &Path, scratch: &Path) -> Result<Origin, CommandError> {
    let name = name_in_url(url).unwrap_or_default();
    ui::note(&format!("fetching {url}"));
    let bytes = client
        .fetch_small(name, &[url.to_owned()], LARGEST)
        .map_err(|error| CommandError::config(format!("cannot fetch {url}")).because(error))?;
    unpacked(&bytes, name, client, tree, scratch)?;
    Ok(Origin::Archive { url: url.to_owned(), sha256: Digest::of(&bytes) })
}

fn unpacked(
    bytes: &[u8],
    name: &str,
    client: &Client,
    tree: &Path,
    scratch: &Path,
) -> Result<(), CommandError> {
    let file = scratch.join("archive");
    let failed = |error| CommandError::config(format!("{} cannot be written", file.display())).because(error);
    std::fs::write(&file, bytes).map_err(failed)?;
    let limits = Limits { cancel: client.cancel().clone(), ..Limits::default() };
    unpack::archive(&file, name, &[], tree, &limits)
        .map_err(|error| CommandError::user(format!("{name} cannot be unpacked")).because(error))
}

fn of_registry(
    client: &Client,
    opened: &OpenProject,
    (name, version): (&str, Option<&str>),
    tree: &Path,
    scratch: &Path,
) -> Result<Origin, CommandError> {
    let archives = [CRATES, CRATES_INDEX].map(str::to_owned);
    let mirrors: Mirrors = host::mirrors(&paths::host(), &opened.project.mirrors, archives);
    ui::note(&format!("fetching the crate {name}"));
    let all = crate_versions(client, &mirrors, name).map_err(|error| {
        upstream(error, &format!("the versions of the crate {name} are not known"))
            .hint("is it called so? YOE_MIRROR_CRATES_INDEX names another index of crates, YOE_MIRROR_CRATES where they are")
    })?;
    let chosen = match version {
        Some(wanted) => all.iter().find(|one| one.version.to_string() == wanted),
        None => {
            let released = all.iter().rfind(|one| !one.yanked && one.version.pre.is_empty());
            released.or_else(|| all.iter().rfind(|one| !one.yanked))
        }
    };
    let chosen = chosen.ok_or_else(|| {
        let known: Vec<String> =
            all.iter().rev().filter(|one| !one.yanked).map(|one| one.version.to_string()).collect();
        let asked = version
            .map_or("version that was not taken back".to_owned(), |version| format!("version {version}"));
        CommandError::user(format!("the crate {name} has no {asked}")).hint(near::hint(
            version.unwrap_or_default(),
            "version",
            known.iter().map(String::as_str),
        ))
    })?;
    if chosen.yanked {
        ui::warn(&format!("{name} {} was taken back by its authors", chosen.version));
    }
    let version = chosen.version.to_string();
    let fetched = crate_file(name, &version, chosen.sha256, &mirrors)
        .and_then(|remote| Ok((client.fetch(&remote, &mut |_| ())?, remote.name)));
    let (bytes, file) = fetched.map_err(|error| {
        CommandError::config(format!("cannot fetch the crate {name} {version}")).because(error)
    })?;
    unpacked(&bytes, &file, client, tree, scratch)?;
    Ok(Origin::Crate { name: name.to_owned(), version, sha256: chosen.sha256 })
}

fn of_proxy(
    client: &Client,
    (path, version): (&str, Option<&str>),
    tree: &Path,
) -> Result<Origin, CommandError> {
    let settings = host::go_settings(&paths::host())
        .map_err(|error| CommandError::config("it is not known where Go modules are").because(error))?;
    let proxies = host::go_proxies(&settings);
    ui::note(&format!("fetching the Go module {path}"));
    let failed = |error| {
        let unknown = matches!(error, UpstreamError::NoProxy { .. });
        let failed = upstream(error, &format!("cannot fetch the Go module {path}"));
        if unknown {
            failed.hint("GOPROXY names a proxy; the Go client, where it is installed, knows one")
        } else {
            failed
        }
    };
    let version = match version {
        Some(version) => version.to_owned(),
        None => newest_go_version(client, &proxies, path).map_err(failed)?,
    };
    go_module(client, &proxies, (path, &version), tree).map_err(failed)?;
    Ok(Origin::GoModule { path: path.to_owned(), version })
}

fn upstream(error: UpstreamError, message: &str) -> CommandError {
    CommandError::config(message).because(error)
}
