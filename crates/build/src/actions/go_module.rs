//! Fetches a Go module and the modules that it needs, by the Go client of a container.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use yoe_model::{Digest, Source};
use yoe_plan::Plan;
use yoe_sandbox::{Mount, Network, Spec};

use super::source::host_network_files;
use crate::builder::Builder;
use crate::error::{BuildError, Failure};
use crate::layout::{Folders, base_environment};
use crate::reporter::Event;
use crate::run_step::run_step;

const SCRIPT: &str = include_str!("go_module.sh");
/// The store's cache that is the Go client's module cache.
const MODULES: &str = "go-modules";

impl Builder {
    /// Fetches a Go module in order to lock it; gives the digest that stands for it. `container` is the plan of the
    /// container that holds the Go client.
    ///
    /// # Errors
    /// When the container cannot be laid out, or the Go client fails.
    pub fn lock_go_module(&self, container: &Plan, source: &Source) -> Result<Digest, BuildError> {
        let label = format!("source {}", source.key());
        let trees = self.build(container)?;
        let log = Digest::of(label.as_bytes());
        let fetched = || {
            let container = self.tree(trees.first().ok_or(Failure::Missing)?)?;
            let scratch = self.session.scratch()?;
            self.go_module(&label, &log, source, &container, scratch.path()).map(|(digest, _)| digest)
        };
        self.reporter.event(Event::Task { label: &label, task: "fetch" });
        fetched().map_err(|kind| {
            let log = self.store.log_file(&log).ok().filter(|path| path.exists());
            BuildError { label, kind: Box::new(kind), log }
        })
    }

    /// Lays a Go module down below `scratch`; gives the digest that stands for it, and the folder.
    ///
    /// The digest is that of the folder while it holds a sum of each needed module (`.ziphash`) in place of its archive: two
    /// proxies may pack the same module in other bytes. The Go client has held these sums against `go.sum` and the checksum
    /// database. They do not stay: without them it makes new ones before it uses an archive, and holds them against `go.sum`.
    pub(crate) fn go_module(
        &self,
        label: &str,
        log: &Digest,
        source: &Source,
        container: &Path,
        scratch: &Path,
    ) -> Result<(Digest, PathBuf), Failure> {
        let spec = self.go_client(source, container, scratch)?;
        let path = self.store.log_file(log)?;
        let mut log = File::create(&path).map_err(|error| Failure::io("write", &path, error))?;
        let mut line = |line: &str| self.reporter.event(Event::Output { label, line });
        let ran = run_step(&spec, &mut log, &self.cancel, &mut line)?;
        if !ran.exit.success() {
            let task = format!("fetch {}", source.key());
            return Err(Failure::Step { task, exit: ran.exit.to_string(), tail: ran.tail });
        }
        let work = scratch.join("work");
        let tree = work.join("tree");
        let digest = yoe_store::tree_digest(&tree)?;
        let into = tree.join(".modules/cache/download");
        let put = drop_sums(&into).and_then(|()| join(&work.join("zips"), &into));
        put.map_err(|error| Failure::io("put modules into", &into, error))?;
        Ok((digest, tree))
    }

    /// The sandbox that the Go client runs in. It has a network, as that of git.
    fn go_client(&self, source: &Source, container: &Path, scratch: &Path) -> Result<Spec, Failure> {
        let Source::GoModule { path, version, gomod, stubs, upgrade, .. } = source else {
            return Err(Failure::Missing);
        };
        let make = |error| Failure::io("make the folders of a fetch in", scratch, error);
        let folders = Folders::make(scratch).map_err(make)?;
        let mut mounts = folders.root_mounts(container.to_owned()).map_err(make)?;
        let bind = |source: &Path, dest: &str, writable| Mount::Bind {
            source: source.to_owned(),
            dest: dest.to_owned(),
            writable,
        };
        mounts.push(bind(&folders.path("work"), "/build/work", true));
        mounts.push(bind(&self.store.cache(MODULES)?, "/build/modules", true));
        mounts.extend(host_network_files());
        let proxies = self.go.get("GOPROXY").map(String::as_str).unwrap_or_default();
        mounts.extend(folders_of(proxies).map(|folder| bind(Path::new(folder), folder, false)));
        let mut environment = base_environment(yoe_plan::UNIT_EPOCH);
        environment.extend(self.go.clone());
        let upgrade: Vec<String> =
            upgrade.iter().map(|(module, version)| format!("{module}@{version}")).collect();
        let upgrade = upgrade.join(" ");
        let stubs: String = stubs.iter().map(|(folder, module)| format!("{folder} {module}\n")).collect();
        let own = [
            ("MODULE", path.clone()),
            ("VERSION", version.clone()),
            ("GOMOD", gomod.clone().unwrap_or_default()),
            ("STUBS", stubs),
            ("UPGRADE", upgrade),
        ];
        environment.extend(own.map(|(name, value)| (name.to_owned(), value)));
        Ok(Spec {
            mounts,
            command: ["/bin/sh", "-eu", "-c", SCRIPT].map(str::to_owned).into(),
            environment,
            directory: "/build/work".into(),
            network: Network::Host,
            hostname: "yoe".into(),
        })
    }
}

/// The folders of this machine among the Go client's proxies.
fn folders_of(proxies: &str) -> impl Iterator<Item = &str> {
    let all = proxies.split([',', '|']).filter_map(|proxy| proxy.trim().strip_prefix("file://"));
    all.filter(|folder| Path::new(folder).is_dir())
}

/// Removes the sums of archives.
fn drop_sums(modules: &Path) -> std::io::Result<()> {
    if !modules.exists() {
        return Ok(());
    }
    files(modules, Path::new(""), &mut |path| match path.extension() {
        Some(end) if end == "ziphash" => fs::remove_file(modules.join(path)),
        _ => Ok(()),
    })
}

/// Moves all files of one folder into the same places of another.
fn join(from: &Path, into: &Path) -> std::io::Result<()> {
    files(from, Path::new(""), &mut |path| {
        let to = into.join(path);
        to.parent().map_or(Ok(()), fs::create_dir_all)?;
        fs::rename(from.join(path), to)
    })
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
