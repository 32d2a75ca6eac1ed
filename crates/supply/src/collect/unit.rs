//! A package: what its unit was made from, and what its programs hold.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use yoe_model::{Scope, Source, Unit};
use yoe_plan::ActionKind;

use super::{Collector, crate_named, texts};
use crate::files::Looked;
use crate::inventory::package_reference;
use crate::{FileEntry, Link, NamedTexts, SupplyError, cargo};

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
            self.inventory.link(&package, Link::Needs, &package_reference(needed));
        }
        let own = self.sources(&package, Link::Contains, unit);
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
        let inside = self.inventory.inside(&package);
        self.licenses(unit, &inside);
        self.statements(unit, &own, &inside, Some(&unit.name));
        Ok(())
    }

    /// Licences that a unit says of what is in it, where nothing else does.
    fn licenses(&mut self, unit: &Unit, inside: &BTreeSet<String>) {
        for reference in inside {
            let Some(component) = self.inventory.components.get_mut(reference) else { continue };
            let said = unit.licenses.get(&format!("{}@{}", component.name, component.version));
            if let Some(license) = said.filter(|_| component.license.is_none()) {
                component.license = Some(license.clone());
                component.note = Some(format!("the licence is what unit {:?} says", unit.name));
            }
        }
    }

    /// Adds what a unit was made from; gives the references. One without sources is made of what its build environment holds, or of
    /// its own files.
    pub(super) fn sources(&mut self, holder: &str, link: Link, unit: &Unit) -> Vec<String> {
        let lock = self.request.project.lock_file();
        let own = unit.sources.iter().zip(self.source_trees(unit));
        let own = own.filter(|(entry, _)| !cargo::is_vendored(&entry.source, &entry.into));
        let named: Vec<_> = own
            .filter_map(|(entry, tree)| {
                let named = self.names.source(unit, entry, lock.sources.get(&entry.source.key()))?;
                Some((named, tree, texts::named(unit, Some(entry))))
            })
            .collect();
        if named.is_empty() {
            let reference = self.put(holder, link, self.names.own(unit));
            self.named_texts(&reference, texts::named(unit, None));
            return vec![reference];
        }
        let put = |(named, tree, texts)| {
            let reference = self.put(holder, link, named);
            self.tree(&reference, tree);
            self.named_texts(&reference, texts);
            reference
        };
        named.into_iter().map(put).collect()
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

    /// Remembers what a unit says of the texts of a component. Several units may be made of the same source.
    fn named_texts(&mut self, reference: &str, texts: NamedTexts) {
        match self.inventory.named_texts.get_mut(reference) {
            Some(known) => {
                known.files.extend(texts.files);
                known.own.extend(texts.own);
            }
            None => _ = self.inventory.named_texts.insert(reference.to_owned(), texts),
        }
    }

    /// Remembers where the source of a component lies.
    pub(super) fn tree(&mut self, reference: &str, tree: Option<PathBuf>) {
        let trees = self.inventory.trees.entry(reference.to_owned()).or_default();
        match tree {
            Some(tree) if !trees.contains(&tree) => trees.push(tree),
            _ => {}
        }
    }

    /// The trees of a unit's sources, in their order. They are absent where they are not in the store.
    pub(super) fn source_trees(&self, unit: &Unit) -> Vec<Option<PathBuf>> {
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
