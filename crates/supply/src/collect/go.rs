//! Programs of Go: what they hold.

use std::collections::BTreeSet;

use yoe_model::Source;
use yoe_plan::{Action, ActionKind};

use super::Collector;
use crate::buildinfo::{BuildInfo, Module};
use crate::identity::Named;
use crate::{GoProgram, Link, identity};

/// How the lock calls the toolchain, which the standard library is a part of.
const TOOLCHAIN: &str = "go:golang.org/toolchain@";

impl Collector<'_> {
    /// Adds the modules that a Go program holds.
    pub(super) fn go_program(
        &mut self,
        holder: &str,
        path: &str,
        go: &BuildInfo,
        holds: Option<BTreeSet<String>>,
    ) {
        let library = self.put(holder, Link::Static, identity::stdlib(&go.stdlib()));
        let is_toolchain = |action: &Action| matches!(&action.kind, ActionKind::Source(source) if source.key.starts_with(TOOLCHAIN));
        let mut toolchains = self.request.plan.numbered().filter(|(_, action)| is_toolchain(action));
        let tree = toolchains.find_map(|(id, _)| (self.request.built)(id));
        self.tree(&library, tree.map(|(_, directory)| directory));
        let main = go.main.as_ref().and_then(|main| self.main_module(holder, path, main));
        let mut references: BTreeSet<String> = std::iter::once(library).chain(main).collect();
        references.extend(go.deps.iter().filter_map(|module| self.module(holder, path, module)));
        let modules = references.iter().filter_map(|reference| self.inventory.components.get(reference));
        let modules = modules.map(|module| module.purl.clone()).collect();
        // In the table of functions, the package that a program begins in has no other name than `main`.
        let holds = holds.map(|mut holds| {
            holds.insert(go.path.clone());
            holds
        });
        let package = holder.strip_prefix("package:").map(str::to_owned);
        self.inventory.programs.push(GoProgram { path: path.to_owned(), package, modules, holds });
    }

    /// The main module. A program whose build did not know its version has the one that was locked.
    fn main_module(&mut self, holder: &str, path: &str, main: &Module) -> Option<String> {
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
                Some(self.put(holder, Link::Static, identity::module(&main.path, &stated)))
            }
            // It is there already, as what the unit was made from.
            (_, Some(locked)) => Some(identity::module(&main.path, &locked).0),
            (Some(stated), None) => {
                Some(self.put(holder, Link::Static, identity::module(&main.path, &stated)))
            }
            (None, None) => {
                let gap = format!("{path} is of the Go module {}; which version is not known", main.path);
                self.inventory.gaps.push(gap);
                None
            }
        }
    }

    fn module(&mut self, holder: &str, path: &str, module: &Module) -> Option<String> {
        match module.replaced.as_deref() {
            None => Some(self.put(holder, Link::Static, summed(module))),
            Some(by) if by.version.starts_with('v') => Some(self.put(holder, Link::Static, summed(by))),
            // A directory: it is of the main module, whatever version its own name had.
            Some(by) => {
                let gap = format!(
                    "{path} holds the Go module {} from the directory {} of its main module",
                    module.path, by.path
                );
                self.inventory.gaps.push(gap);
                None
            }
        }
    }
}

/// A module with the digest that the program has of it.
fn summed(module: &Module) -> Named {
    let (reference, mut component) = identity::module(&module.path, &module.version);
    component.sum = module.sha256();
    (reference, component)
}
