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
/// The store's cache of modules, in the form of a proxy that serves files.
const SHARED: &str = "go-modules";
/// The store's cache of Go clients, a module cache of their own.
const CLIENTS: &str = "go-clients";

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
    /// The digest is that of the folder before the archives of the needed modules are put into it. Two proxies may pack
    /// the same module in other bytes; what it holds is in the sum beside each archive (`.ziphash`), which the Go client
    /// made of it and held against `go.sum` and the checksum database.
    pub(crate) fn go_module(
        &self,
        label: &str,
        log: &Digest,
        source: &Source,
        container: &Path,
        scratch: &Path,
    ) -> Result<(Digest, PathBuf), Failure> {
        let shared = self.store.cache(SHARED)?;
        let spec = self.go_client(source, container, &shared, scratch)?;
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
        let (download, zips) = (work.join("download"), work.join("zips"));
        share(&download, &shared).map_err(|error| Failure::io("keep modules in", &shared, error))?;
        let into = tree.join(".modules");
        join(&zips, &into).map_err(|error| Failure::io("put modules into", &into, error))?;
        Ok((digest, tree))
    }

    /// The sandbox that the Go client runs in. It has a network, as that of git.
    fn go_client(
        &self,
        source: &Source,
        container: &Path,
        shared: &Path,
        scratch: &Path,
    ) -> Result<Spec, Failure> {
        let Source::GoModule { path, version, gomod, stubs, .. } = source else {
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
        mounts.push(bind(shared, "/build/shared", false));
        mounts.push(bind(&self.store.cache(CLIENTS)?, "/build/clients", true));
        mounts.extend(host_network_files());
        let proxies = self.go.get("GOPROXY").map(String::as_str).unwrap_or_default();
        mounts.extend(folders_of(proxies).map(|folder| bind(Path::new(folder), folder, false)));
        let mut environment = base_environment(yoe_plan::UNIT_EPOCH);
        environment.extend(self.go.clone());
        let stubs: String = stubs.iter().map(|(folder, module)| format!("{folder} {module}\n")).collect();
        let own = [
            ("MODULE", path.clone()),
            ("VERSION", version.clone()),
            ("GOMOD", gomod.clone().unwrap_or_default()),
            ("STUBS", stubs),
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

/// Whether a file of a module cache is what a proxy serves of a fixed version.
fn fixed(name: &str) -> bool {
    [".zip", ".mod", ".info"].iter().any(|end| name.ends_with(end))
}

/// Gives the files of a module cache a second name in the cache that all modules share.
fn share(download: &Path, shared: &Path) -> std::io::Result<()> {
    files(download, Path::new(""), &mut |path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let to = shared.join(path);
        if !fixed(&name) || path.starts_with("sumdb") || to.exists() {
            return Ok(());
        }
        to.parent().map_or(Ok(()), fs::create_dir_all)?;
        match fs::hard_link(download.join(path), &to) {
            // Another yoe was faster.
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
            done => done,
        }
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
