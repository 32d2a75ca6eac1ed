//! Texts of licences and notices, as far as sources that are here hold them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use yoe_model::Digest;
use yoe_tree::Tree;

use super::files::{LARGEST, in_module, in_tree, text};
use super::identify::{identify, store};
use super::{is_expression, standard};
use crate::{Inventory, Kind, NamedTexts};

/// Where the source of a Go module keeps all modules that it needs, as a module cache.
const MODULES: &str = ".modules";
/// Below these names a file says who did what, and not what is allowed.
const NOTICES: [&str; 2] = ["NOTICE", "COPYRIGHT"];

/// A text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Text {
    /// The name of its file; of a text of SPDX' list, the identifier.
    pub name: String,
    /// What it says.
    pub content: String,
}

/// A text that is not the one that its unit names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Changed {
    /// The unit.
    pub unit: String,
    /// The file in the source of the component.
    pub file: String,
    /// The component's name and version.
    pub component: String,
    /// The digest that the unit names.
    pub expected: String,
    /// That of the file; absent when there is none.
    pub found: Option<String>,
}

/// The texts of components, by reference.
#[derive(Debug, Clone, Default)]
pub struct Texts {
    of: BTreeMap<String, BTreeSet<Text>>,
    standard: BTreeMap<String, BTreeSet<Text>>,
    changed: BTreeSet<Changed>,
}

impl Texts {
    /// Finds the texts of an inventory: in the trees of its sources, where those of Go modules hold archives of all that they need, and in
    /// the archives below `go_modules`, a module cache.
    pub fn find(inventory: &Inventory, go_modules: Option<&Path>) -> Self {
        let mut texts = Self::default();
        let trees = inventory.trees.values().flatten().map(|tree| tree.join(MODULES));
        let mut caches: Vec<PathBuf> = trees.filter(|cache| cache.is_dir()).collect();
        caches.extend(go_modules.map(Path::to_owned));
        for (reference, component) in &inventory.components {
            let found = match inventory.named_texts.get(reference) {
                Some(named) if !named.files.is_empty() => texts.named(inventory, reference, named),
                named => in_trees(inventory, reference).chain(named.into_iter().flat_map(own)).collect(),
            };
            let found = match component.kind {
                Kind::GoModule if found.is_empty() => {
                    let (name, version) = (&component.name, &component.version);
                    let archives = caches.iter().map(|cache| in_module(cache, name, version));
                    archives.into_iter().find(|texts| !texts.is_empty()).into_iter().flatten().collect()
                }
                _ => found,
            };
            texts.of.insert(reference.clone(), found);
        }
        texts
    }

    /// The texts that a unit names. One that is not as it says is taken nevertheless, and remembered.
    fn named(&mut self, inventory: &Inventory, reference: &str, named: &NamedTexts) -> BTreeSet<Text> {
        let component = &inventory.components[reference];
        let mut found = BTreeSet::new();
        for (file, expected) in &named.files {
            let trees = inventory.trees.get(reference).into_iter().flatten();
            let in_tree = |tree: &PathBuf| Tree::directory(tree).ok()?.read(Path::new(file), LARGEST).ok();
            let content = trees.filter_map(in_tree).next().or_else(|| {
                let own = named.own.iter().find(|(name, _)| name == file);
                own.map(|(_, content)| content.clone().into_bytes())
            });
            let digest = content.as_deref().map(Digest::of);
            if digest != Some(*expected) {
                self.changed.insert(Changed {
                    unit: named.unit.clone(),
                    file: file.clone(),
                    component: format!("{} {}", component.name, component.version),
                    expected: expected.to_string(),
                    found: digest.map(|digest| digest.to_string()),
                });
            }
            found.extend(content.map(|content| text(file, content)));
        }
        found
    }

    /// The texts that a component came with.
    pub fn of(&self, reference: &str) -> Vec<&Text> {
        self.of.get(reference).into_iter().flatten().collect()
    }

    /// The texts of SPDX' list that stand for those of a component that came without any.
    pub fn standard(&self, reference: &str) -> Vec<&Text> {
        self.standard.get(reference).into_iter().flatten().collect()
    }

    /// Texts that are not those that their units name.
    pub fn changed(&self) -> &BTreeSet<Changed> {
        &self.changed
    }

    /// Gives components without a licence the one that their texts are, and components without a text those of SPDX' list. A text
    /// that is none of that list leaves a licence unknown.
    pub fn complete(&mut self, inventory: &mut Inventory) {
        self.fill(inventory);
        for (reference, component) in &inventory.components {
            let none = self.of.get(reference).is_none_or(BTreeSet::is_empty);
            if let Some(license) = component.license.as_deref().filter(|_| none) {
                self.standard.insert(reference.clone(), standard::texts(license));
            }
        }
    }

    fn fill(&self, inventory: &mut Inventory) {
        let unknown =
            |component: &crate::Component| component.license.is_none() && component.kind == Kind::GoModule;
        if !inventory.components.values().any(unknown) {
            return;
        }
        let Some(store) = store() else { return };
        let mut known = BTreeMap::new();
        for (reference, component) in
            inventory.components.iter_mut().filter(|(_, component)| unknown(component))
        {
            let texts = self.of.get(reference).into_iter().flatten();
            let texts = texts.filter(|text| says_what_is_allowed(text));
            let names: Option<BTreeSet<String>> =
                texts.map(|text| identify(&store, &text.content, &mut known)).collect();
            let expression = names.map(|names| names.into_iter().collect::<Vec<_>>().join(" AND "));
            if let Some(expression) = expression.filter(|expression| is_expression(expression)) {
                component.license = Some(expression);
                component.note = Some("the licence is that of the texts in its archive".to_owned());
            }
        }
    }
}

/// The texts at the top of a source tree that say what is allowed, each by its file's name with the licence of SPDX' list that it is;
/// absent where it is none of them.
pub fn identified(tree: &Path) -> Vec<(String, Option<String>)> {
    let (store, mut known) = (store(), BTreeMap::new());
    let mut texts = in_tree(tree);
    texts.retain(says_what_is_allowed);
    texts.sort();
    let mut of = |text: &Text| store.as_ref().and_then(|store| identify(store, &text.content, &mut known));
    texts.iter().map(|text| (text.name.clone(), of(text))).collect()
}

fn says_what_is_allowed(text: &Text) -> bool {
    !NOTICES.iter().any(|name| text.name.to_uppercase().starts_with(name))
}

/// The texts in the trees of a component.
fn in_trees<'a>(inventory: &'a Inventory, reference: &str) -> impl Iterator<Item = Text> + 'a {
    inventory.trees.get(reference).into_iter().flatten().flat_map(|tree| in_tree(tree))
}

/// Texts among a unit's own files.
fn own(named: &NamedTexts) -> impl Iterator<Item = Text> {
    named.own.iter().map(|(name, content)| Text { name: name.clone(), content: content.clone() })
}
