//! Fetches a Go module and the modules that it needs, by the Go client of a container.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use yoe_model::{Cancel, Digest, GoModule};
use yoe_plan::Plan;
use yoe_sandbox::{Mount, Network, Spec, Tool};
use yoe_store::Store;
use yoe_tree::Tree;

use super::network::host_network_files;
use crate::builder::{Builder, Fetching};
use crate::error::{ActionError, BuildError};
use crate::layout::Directories;
use crate::reporter::{Event, Reporter};
use crate::run_step::run_step;

const SCRIPT: &str = include_str!("go_module.sh");
/// Where the tree holds what describes its modules.
const MODULES_IN_TREE: &str = ".modules/cache/download";
/// The store's cache that is the Go client's module cache.
const MODULES: &str = "go-modules";

/// A Go module that is fetched.
pub(super) struct Fetched<'a> {
    /// What events call it.
    pub(super) label: &'a str,
    /// What its log is filed under.
    pub(super) log: &'a Digest,
    /// What the lock calls it.
    pub(super) key: &'a str,
    /// The module.
    pub(super) module: &'a GoModule,
}

impl Builder {
    /// The Go client of whichever container.
    pub(crate) fn go_client(&self) -> GoClient<'_> {
        GoClient {
            store: &self.store,
            fetching: &self.fetching,
            cancel: &self.cancel,
            reporter: &*self.reporter,
        }
    }

    /// Fetches a Go module in order to lock it; gives the digest that stands for it. `key` is what the lock calls it, and
    /// `container` the plan of the container that holds the Go client.
    ///
    /// # Errors
    /// When the container cannot be unpacked, or the Go client fails.
    pub fn lock_go_module(
        &self,
        container: &Plan,
        key: &str,
        module: &GoModule,
    ) -> Result<Digest, BuildError> {
        let label = format!("source {key}");
        let trees = self.build(container)?;
        let log = Digest::of(label.as_bytes());
        let fetched = || {
            let container = self.tree(trees.first().ok_or(ActionError::Missing)?)?;
            let scratch = self.session.scratch()?;
            let fetched = Fetched { label: &label, log: &log, key, module };
            self.go_client().fetch(&fetched, &container, scratch.path()).map(|(digest, _)| digest)
        };
        self.reporter.event(Event::Task { label: &label, task: "fetch" });
        let kind = match fetched() {
            Ok(digest) => return Ok(digest),
            Err(kind) => kind,
        };
        let log = self.store.log_file(&log).ok().filter(|path| path.exists());
        Err(BuildError { log, ..BuildError::of(label, kind) })
    }
}

/// The Go client of a container, and what it may use.
pub(crate) struct GoClient<'a> {
    /// Holds the client's cache and the log.
    store: &'a Store,
    /// Its settings, and whether it may fetch.
    fetching: &'a Fetching,
    /// Ends it.
    cancel: &'a Cancel,
    /// Receives what it prints.
    reporter: &'a dyn Reporter,
}

impl GoClient<'_> {
    /// Lays a Go module down below `scratch`; gives the digest that stands for it, and the directory.
    ///
    /// The digest is that of the directory while it holds a sum of each needed module (`.ziphash`) in place of its archive: two
    /// proxies may pack the same module in other bytes. The Go client has held these sums against `go.sum` and the checksum
    /// database. They do not stay: without them it makes new ones before it uses an archive, and checks them against `go.sum`.
    pub(super) fn fetch(
        &self,
        fetched: &Fetched<'_>,
        container: &Path,
        scratch: &Path,
    ) -> Result<(Digest, PathBuf), ActionError> {
        let Fetched { label, log, key, module } = *fetched;
        self.fetching.client.may_fetch(&format!("{} {}", module.path, module.version))?;
        let spec = self.spec(module, container, scratch)?;
        let path = self.store.log_file(log)?;
        let mut log = File::create(&path).map_err(|error| ActionError::io("write", &path, error))?;
        let mut line = |line: &str| self.reporter.event(Event::Output { label, line });
        let ran = run_step(&spec, &mut log, self.cancel, &mut line)?;
        if !ran.exit.success() {
            let task = format!("fetch {key}");
            return Err(ActionError::Step { task, exit: ran.exit.to_string(), tail: ran.tail });
        }
        let work = scratch.join("work");
        let tree = work.join("tree");
        let digest = yoe_store::tree_digest(&tree)?;
        let put = put_modules(&work);
        put.map_err(|error| ActionError::io("put modules into", &tree, error))?;
        Ok((digest, tree))
    }

    /// The sandbox that the Go client runs in. It has a network, as that of git.
    fn spec(&self, module: &GoModule, container: &Path, scratch: &Path) -> Result<Spec, ActionError> {
        let GoModule { path, version, gomod, stubs, upgrade, .. } = module;
        let make = |error| ActionError::io("make the directories of a fetch in", scratch, error);
        let directories = Directories::make(scratch).map_err(make)?;
        let work = Mount::bind(directories.path("work"), "/build/work", true);
        let mut mounts = vec![work, Mount::bind(self.store.cache(MODULES)?, "/build/modules", true)];
        mounts.extend(host_network_files(&self.fetching.go));
        let proxies = self.fetching.go.get("GOPROXY").map(String::as_str).unwrap_or_default();
        // The user's own path, on which there may be links.
        let own = |directory: &str| {
            Path::new(directory).canonicalize().ok().map(|path| Mount::bind(path, directory, false))
        };
        mounts.extend(directories_of(proxies).filter_map(own));
        let tool = Tool {
            container: container.to_owned(),
            mounts,
            network: Network::Host,
            directory: "/build/work".into(),
            epoch: yoe_plan::UNIT_EPOCH,
        };
        let mut spec = tool.script(scratch, SCRIPT).map_err(make)?;
        spec.environment.extend(self.fetching.go.clone());
        let upgrade: Vec<String> =
            upgrade.iter().map(|(module, version)| format!("{module}@{version}")).collect();
        let upgrade = upgrade.join(" ");
        let stubs: String =
            stubs.iter().map(|(directory, module)| format!("{directory} {module}\n")).collect();
        let own = [
            ("MODULE", path.clone()),
            ("VERSION", version.clone()),
            ("GOMOD", gomod.clone().unwrap_or_default()),
            ("STUBS", stubs),
            ("UPGRADE", upgrade),
        ];
        spec.environment.extend(own.map(|(name, value)| (name.to_owned(), value)));
        Ok(spec)
    }
}

/// The directories of this machine among the Go client's proxies.
fn directories_of(proxies: &str) -> impl Iterator<Item = &str> {
    let all = proxies.split([',', '|']).filter_map(|proxy| proxy.trim().strip_prefix("file://"));
    all.filter(|directory| Path::new(directory).is_dir())
}

/// Takes the sums out of the tree, and puts the archives into their places. The client, which has a network, made all of these
/// directories: a link on the way to a file, or in the place of a directory, would lead to files of this machine.
fn put_modules(work: &Path) -> std::io::Result<()> {
    let work = Tree::directory(work)?;
    let (tree, zips) = (work.below(Path::new("tree"))?, work.below(Path::new("zips"))?);
    let modules = tree.map(|tree| tree.below(Path::new(MODULES_IN_TREE))).transpose()?.flatten();
    let Some(modules) = modules else { return Ok(()) };
    files(modules.path(), Path::new(""), &mut |path| match path.extension() {
        Some(end) if end == "ziphash" => fs::remove_file(modules.path().join(path)),
        _ => Ok(()),
    })?;
    let Some(zips) = zips else { return Ok(()) };
    files(zips.path(), Path::new(""), &mut |path| Ok(zips.give(path, &modules)?))
}

/// Visits every file by its path below `root`.
fn files(
    root: &Path,
    below: &Path,
    visit: &mut dyn FnMut(&Path) -> std::io::Result<()>,
) -> std::io::Result<()> {
    for entry in fs::read_dir(root.join(below))? {
        let entry = entry?;
        let path = below.join(entry.file_name());
        if entry.file_type()?.is_dir() { files(root, &path, visit)? } else { visit(&path)? }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn rig(files: &[&str]) -> tempfile::TempDir {
        let rig = tempfile::tempdir().unwrap();
        for path in files {
            let path = rig.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "text").unwrap();
        }
        rig
    }

    #[test]
    fn archives_take_the_place_of_their_sums() {
        let rig = rig(&[
            "tree/.modules/cache/download/x/@v/1.mod",
            "tree/.modules/cache/download/x/@v/1.ziphash",
            "zips/x/@v/1.zip",
        ]);
        put_modules(rig.path()).unwrap();
        let at = rig.path().join("tree/.modules/cache/download/x/@v");
        assert!(at.join("1.mod").exists() && at.join("1.zip").exists() && !at.join("1.ziphash").exists());
    }

    /// A client that was taken over leaves links where directories belong.
    #[test]
    fn no_link_of_the_client_leads_to_files_of_the_host() {
        let files = ["work/tree/go.mod", "work/zips/x/1.zip", "home/x/1.ziphash", "home/x/2.zip"];
        let home = |rig: &tempfile::TempDir| {
            let names = fs::read_dir(rig.path().join("home/x")).unwrap();
            names.count()
        };
        for place in
            ["tree/.modules", "tree/.modules/cache/download", "tree/.modules/cache/download/x", "zips"]
        {
            let rig = rig(&files);
            let place = rig.path().join("work").join(place);
            let _ = fs::remove_dir_all(&place);
            fs::create_dir_all(place.parent().unwrap()).unwrap();
            let target = if place.ends_with("x") { "home/x" } else { "home" };
            symlink(rig.path().join(target), &place).unwrap();
            assert!(put_modules(&rig.path().join("work")).is_err(), "{}", place.display());
            assert_eq!(home(&rig), 2, "{}", place.display());
        }
    }
}
