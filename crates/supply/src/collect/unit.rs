//! A package: what its unit was made from, and what its programs hold.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use yoe_model::{Scope, Source, Unit};
use yoe_plan::{Action, ActionId, ActionKind};

use super::{Collector, crate_named};
use crate::buildinfo::{BuildInfo, Module};
use crate::files::Looked;
use crate::{FileEntry, Link, SupplyError, cargo, identity};

/// How the lock calls the toolchain, which the standard library is a part of.
const TOOLCHAIN: &str = "go:golang.org/toolchain@";

impl Collector<'_> {
    /// Adds the package of a unit with its files. `present` are the units that are in the target.
    pub(super) fn unit(
        &mut self,
        holder: &str,
        unit: &Unit,
        artifact: Option<FileEntry>,
        files: Vec<Looked>,
        present: &BTreeMap<&str, &Unit>,
    ) -> Result<(), SupplyError> {
        let (reference, mut package) = self.names.package(unit, unit.scope == Scope::NoArch);
        package.artifact = artifact;
        let package = self.put(holder, Link::Contains, (reference, package));
        for needed in unit.runtime_deps.iter().filter(|name| present.contains_key(name.as_str())) {
            self.inventory.link(&package, Link::Needs, &format!("package:{needed}"));
        }
        self.sources(&package, Link::Contains, unit);
        self.statics(&package, unit, &mut BTreeSet::new());
        if cargo::has_crates(unit) {
            let trees = self.source_trees(unit);
            let crates = cargo::linked(unit, &trees, self.arch);
            self.inventory.gaps.extend(crates.gaps);
            for linked in &crates.linked {
                let reference = self.put(&package, Link::Static, crate_named(linked));
                let is = |source: &Source| matches!(source, Source::Crate { name, version, .. } if *name == linked.name && *version == linked.version);
                let at = unit.sources.iter().position(|entry| is(&entry.source));
                self.tree(&reference, at.and_then(|at| trees.get(at).cloned().flatten()));
            }
        }
        self.files(&package, files);
        Ok(())
    }

    /// Adds what a unit was made from. One without sources is made of what its build environment holds, or of its own files.
    pub(super) fn sources(&mut self, holder: &str, link: Link, unit: &Unit) {
        let lock = self.request.project.lock_file();
        let own = unit.sources.iter().zip(self.source_trees(unit));
        let own = own.filter(|(entry, _)| !cargo::is_vendored(&entry.source, &entry.into));
        let named: Vec<_> = own
            .filter_map(|(entry, tree)| {
                Some((self.names.source(unit, entry, lock.sources.get(&entry.source.key()))?, tree))
            })
            .collect();
        let none = named.is_empty();
        for (named, tree) in named {
            let reference = self.put(holder, link, named);
            self.tree(&reference, tree);
        }
        if none {
            let own = self.names.own(unit);
            self.put(holder, link, own);
        }
    }

    /// Adds what is linked statically into the programs of a unit, by what it says of itself, and into those parts in turn.
    fn statics(&mut self, holder: &str, unit: &Unit, seen: &mut BTreeSet<String>) {
        for name in &unit.contains {
            let Some(part) = self.request.project.units.get(name).filter(|_| seen.insert(name.clone()))
            else {
                continue;
            };
            let part = part.clone();
            self.sources(holder, Link::Static, &part);
            self.statics(holder, &part, seen);
        }
    }

    /// Adds the modules that a Go program holds.
    pub(super) fn go_program(&mut self, holder: &str, path: &str, go: &BuildInfo) {
        let library = self.put(holder, Link::Static, identity::stdlib(&go.stdlib()));
        let is_toolchain = |action: &Action| matches!(&action.kind, ActionKind::Source(source) if source.key.starts_with(TOOLCHAIN));
        let toolchain = self.request.plan.actions.iter().position(is_toolchain);
        let tree = toolchain.and_then(|at| (self.request.built)(ActionId(at)));
        self.tree(&library, tree.map(|(_, directory)| directory));
        if let Some(main) = &go.main {
            self.main_module(holder, path, main);
        }
        for module in &go.deps {
            self.module(holder, path, module);
        }
    }

    /// The main module. A program whose build did not know its version has the one that was locked.
    fn main_module(&mut self, holder: &str, path: &str, main: &Module) {
        let unit = holder.strip_prefix("package:").and_then(|name| self.request.project.units.get(name));
        let locked = unit.into_iter().flat_map(|unit| &unit.sources).find_map(|entry| match &entry.source {
            Source::GoModule(module) if module.path == main.path => Some(module.version.clone()),
            _ => None,
        });
        let stated = (!matches!(main.version.as_str(), "" | "(devel)")).then(|| main.version.clone());
        match (stated, locked) {
            (Some(stated), Some(locked)) if stated != locked => {
                let gap = format!("{path} says that it is {} {stated}; the lock has {locked}", main.path);
                self.inventory.gaps.push(gap);
                self.put(holder, Link::Static, identity::module(&main.path, &stated));
            }
            // It is there already, as what the unit was made from.
            (_, Some(_)) => {}
            (Some(stated), None) => {
                self.put(holder, Link::Static, identity::module(&main.path, &stated));
            }
            (None, None) => self
                .inventory
                .gaps
                .push(format!("{path} is of the Go module {}; which version is not known", main.path)),
        }
    }

    fn module(&mut self, holder: &str, path: &str, module: &Module) {
        match module.replaced.as_deref() {
            None => {
                self.put(holder, Link::Static, identity::module(&module.path, &module.version));
            }
            Some(by) if by.version.starts_with('v') => {
                self.put(holder, Link::Static, identity::module(&by.path, &by.version));
            }
            // A directory: it is of the main module, whatever version its own name had.
            Some(by) => {
                let gap = format!(
                    "{path} holds the Go module {} from the directory {} of its main module",
                    module.path, by.path
                );
                self.inventory.gaps.push(gap);
            }
        }
    }

    /// Remembers where the source of a component lies.
    fn tree(&mut self, reference: &str, tree: Option<PathBuf>) {
        let trees = self.inventory.trees.entry(reference.to_owned()).or_default();
        match tree {
            Some(tree) if !trees.contains(&tree) => trees.push(tree),
            _ => {}
        }
    }

    /// The trees of a unit's sources, in their order. They are absent where they are not in the store.
    fn source_trees(&self, unit: &Unit) -> Vec<Option<PathBuf>> {
        let id = self.request.plan.unit(&unit.name);
        let sources = id.map(|id| match &self.request.plan.action(id).kind {
            ActionKind::Unit(action) => action.sources.clone(),
            _ => Vec::new(),
        });
        let tree =
            |input: yoe_plan::SourceInput| (self.request.built)(input.action).map(|(_, directory)| directory);
        let mut trees: Vec<Option<PathBuf>> = sources.unwrap_or_default().into_iter().map(tree).collect();
        trees.resize(unit.sources.len(), None);
        trees
    }
}
