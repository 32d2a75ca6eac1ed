//! Who holds what.

use std::collections::BTreeSet;

use super::Writer;
use crate::Link;
use crate::inventory::package_reference;

impl Writer<'_> {
    /// Who holds what. What has no file of its own is handed out in those of the packages that it is in.
    pub(super) fn relations(&mut self) {
        let inventory = self.inventory;
        let there = |held: &String| inventory.components.contains_key(held) || self.files.contains_key(held);
        let whole = if inventory.gaps.is_empty() { "complete" } else { "incomplete" };
        let mut all = Vec::new();
        for (holder, held) in &inventory.links {
            for (link, name) in
                [(Link::Contains, "contains"), (Link::Static, "hasStaticLink"), (Link::Needs, "dependsOn")]
            {
                let of: BTreeSet<&str> = held
                    .iter()
                    .filter(|(how, held)| *how == link && there(held))
                    .map(|(_, held)| held.as_str())
                    .collect();
                if !of.is_empty() {
                    all.push((holder, name, of));
                }
            }
        }
        for (holder, name, of) in all {
            self.elements.relation(holder, name, of, whole);
        }
        let packages = inventory.packages_of();
        for (reference, _) in
            inventory.components.iter().filter(|(_, component)| component.artifact.is_none())
        {
            let with_file = |name: &&String| {
                inventory
                    .components
                    .get(&package_reference(name))
                    .is_some_and(|package| package.artifact.is_some())
            };
            let of = packages.get(reference).into_iter().flatten().filter(with_file);
            let mut carriers: Vec<String> = of.map(|name| format!("artifact:package:{name}")).collect();
            if carriers.is_empty() && inventory.subject.artifact.is_some() {
                carriers.push("artifact:subject".to_owned());
            }
            if !carriers.is_empty() {
                let carriers = carriers.iter().map(String::as_str);
                self.elements.relation(reference, "hasDistributionArtifact", carriers, "complete");
            }
        }
    }
}
