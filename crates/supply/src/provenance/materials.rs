//! What a target was made from: the entries of the lock that its plan uses.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use yoe_model::{ArchiveFile, Lock, Locked, LockedTree, Mirrors, Project};
use yoe_plan::{ActionKind, ContainerAction, Fetch, Plan, SourceAction};

use crate::Purl;
use crate::identity::registry_image;

/// How the digest of a tree is called, which is of this project's own kind: `docs/reference/provenance.md` says how it is made.
const TREE: &str = "yoeTree";

/// What was fetched.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Material {
    /// What the lock calls it.
    name: String,
    uri: String,
    digests: BTreeMap<&'static str, String>,
}

impl Material {
    pub(super) fn as_json(&self) -> Value {
        json!({ "name": self.name, "uri": self.uri, "digest": self.digests })
    }
}

/// All that a plan fetches, and what decided which packages those are: each entry once. Working trees are the project's own.
pub(super) fn materials(project: &Project<Locked>, mirrors: &Mirrors, plan: &Plan) -> BTreeSet<Material> {
    let lock = project.lock_file();
    let mut all = Materials { mirrors, lock, found: BTreeSet::new() };
    let mut suites = BTreeSet::new();
    for action in &plan.actions {
        match &action.kind {
            ActionKind::Source(source) => {
                all.source(source);
                let units = project.units.values().flat_map(|unit| &unit.sources);
                let used = units.map(|entry| &entry.source).filter(|one| one.key() == source.key);
                suites.extend(used.filter_map(|one| one.suite().map(ToString::to_string)));
            }
            ActionKind::Container(container) => {
                all.container(container);
                let of = project.containers.get(&container.name);
                suites.extend(of.map(|of| format!("{}/{}", of.archive, of.suite)));
            }
            // By its manifest, which has the digests of all else.
            ActionKind::RegistryImage(image) => {
                let manifest = image.image.manifest.sha256;
                let (_, component) = registry_image(&image.name, manifest, image.arch);
                all.put(format!("image {}", image.name), component.purl, [("sha256", manifest.to_string())]);
            }
            _ => {}
        }
    }
    for name in suites {
        let Some((suite, (archive, below))) = lock.suites.get(&name).zip(name.split_once('/')) else {
            continue;
        };
        let path = format!("dists/{below}/InRelease");
        let uri = all.served(archive, &path);
        all.put(format!("suite {name}"), uri, [("sha256", suite.release.to_string())]);
    }
    for (name, module) in &lock.modules {
        let tree = (TREE, module.tree.to_string());
        let (uri, own) = match &module.from {
            LockedTree::Git { url, commit, .. } => {
                (format!("git+{url}@{commit}"), ("gitCommit", commit.clone()))
            }
            LockedTree::Archive { url, sha256, .. } => (url.clone(), ("sha256", sha256.to_string())),
        };
        all.put(format!("module {name}"), uri, [tree, own]);
    }
    all.found
}

struct Materials<'a> {
    mirrors: &'a Mirrors,
    lock: &'a Lock,
    found: BTreeSet<Material>,
}

impl Materials<'_> {
    fn put(&mut self, name: String, uri: String, digests: impl IntoIterator<Item = (&'static str, String)>) {
        self.found.insert(Material { name, uri, digests: digests.into_iter().collect() });
    }

    /// The address of a file of an archive; by the archive's own name where the project names no address of it.
    fn served(&self, archive: &str, path: &str) -> String {
        match self.mirrors.get(archive).and_then(|all| all.first()) {
            Some(base) => format!("{}/{path}", base.trim_end_matches('/')),
            None => format!("archive:{archive}/{path}"),
        }
    }

    fn file(&mut self, name: &str, file: &ArchiveFile) {
        let uri = self.served(&file.archive, &file.path);
        self.put(name.to_owned(), uri, [("sha256", file.sha256.to_string())]);
    }

    fn container(&mut self, container: &ContainerAction) {
        for package in &container.packages {
            self.file(&format!("{} {}", package.name, package.version), &package.file);
        }
    }

    fn source(&mut self, source: &SourceAction) {
        let name = source.key.clone();
        let tree = self.lock.sources.get(&name).and_then(|locked| locked.tree);
        match &source.fetch {
            Fetch::Https { urls, sha256, .. } => {
                let url = urls.first().cloned().unwrap_or_default();
                self.put(name, url, [("sha256", sha256.to_string())]);
            }
            Fetch::Crate { name: of, version, sha256 } => {
                self.put(name, Purl::new("cargo", of, version).to_string(), [("sha256", sha256.to_string())]);
            }
            Fetch::Debian { files, patches } => {
                let patches = patches.iter().map(|patches| &patches.file);
                files.iter().chain(patches).for_each(|file| self.file(&name, file));
            }
            Fetch::DebianPackage { package, .. } => self.file(&name, package),
            Fetch::Git { url, commit, .. } => {
                let digests = tree.map(|tree| (TREE, tree.to_string()));
                let digests = digests.into_iter().chain([("gitCommit", commit.clone())]);
                self.put(name, format!("git+{url}@{commit}"), digests.collect::<Vec<_>>());
            }
            Fetch::GoModule { module, tree, .. } => {
                let (namespace, own) = module.path.rsplit_once('/').unwrap_or(("", &module.path));
                let purl = Purl::new("golang", own, &module.version).within(namespace);
                self.put(name, purl.to_string(), [(TREE, tree.to_string())]);
            }
            Fetch::Path { .. } => {}
        }
    }
}
