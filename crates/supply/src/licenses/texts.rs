//! Texts of licences and notices, as far as sources that are here hold them.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use spdx::detection::{LicenseType, Store, TextData};
use yoe_tree::Tree;

use super::is_expression;
use crate::{Inventory, Kind};

/// No text of a licence is larger; what is, is something else.
const LARGEST: u64 = 1 << 20;
/// How names of such files begin, in upper case.
const NAMES: [&str; 6] = ["LICENSE", "LICENCE", "COPYING", "COPYRIGHT", "NOTICE", "UNLICENSE"];
/// Below these names a file says who did what, and not what is allowed.
const NOTICES: [&str; 2] = ["NOTICE", "COPYRIGHT"];
/// The Apache License 2.0, which is this project's own.
const APACHE: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../LICENSE"));
/// The part of two texts that must be alike, for one to be taken for the other.
const ALIKE: f32 = 0.95;

/// A text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Text {
    /// The name of its file.
    pub name: String,
    /// What it says.
    pub content: String,
}

/// The texts of components, by reference.
#[derive(Debug, Clone, Default)]
pub struct Texts {
    of: BTreeMap<String, BTreeSet<Text>>,
}

impl Texts {
    /// Finds the texts of an inventory: in the trees of its sources, and of Go modules in the archives below `go_modules`, a
    /// module cache.
    pub fn find(inventory: &Inventory, go_modules: &Path) -> Self {
        let mut texts = Self::default();
        for (reference, component) in &inventory.components {
            let mut found = BTreeSet::new();
            for tree in inventory.trees.get(reference).into_iter().flatten() {
                found.extend(in_tree(tree));
            }
            if component.kind == Kind::GoModule && found.is_empty() {
                found.extend(in_module(go_modules, &component.name, &component.version));
            }
            texts.of.insert(reference.clone(), found);
        }
        texts
    }

    /// The texts of a component.
    pub fn of(&self, reference: &str) -> Vec<&Text> {
        self.of.get(reference).into_iter().flatten().collect()
    }

    /// Gives components without a licence the one that their texts are. A text that is none of SPDX' list leaves the licence
    /// unknown.
    pub fn fill(&self, inventory: &mut Inventory) {
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
            let texts =
                texts.filter(|text| !NOTICES.iter().any(|name| text.name.to_uppercase().starts_with(name)));
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

/// SPDX' list of texts. It is a part of this program; were it damaged, licences would stay unknown.
fn store() -> Option<Store> {
    let mut store = Store::load_inline().ok()?;
    // Many leave out the appendix, which says how to apply the licence and is none of its terms. What remains is more like
    // a descendant that never had one.
    let (terms, _) = APACHE.split_once("END OF TERMS AND CONDITIONS")?;
    store.add_variant("Apache-2.0", LicenseType::Alternate, TextData::from(terms)).ok()?;
    Some(store)
}

/// Which licence a text is.
fn identify(store: &Store, text: &str, known: &mut BTreeMap<Vec<u8>, Option<String>>) -> Option<String> {
    let entry = known.entry(Sha256::digest(text.as_bytes()).to_vec());
    let name = entry.or_insert_with(|| {
        let found = store.analyze(&TextData::from(text));
        (found.score >= ALIKE).then(|| found.name.to_owned())
    });
    name.clone()
}

/// The texts at the top of a source tree that say what is allowed, each by its file's name with the licence of SPDX' list that it is;
/// absent where it is none of them.
pub fn identified(tree: &Path) -> Vec<(String, Option<String>)> {
    let (store, mut known) = (store(), BTreeMap::new());
    let mut texts = in_tree(tree);
    texts.retain(|text| !NOTICES.iter().any(|name| text.name.to_uppercase().starts_with(name)));
    texts.sort();
    let mut of = |text: &Text| store.as_ref().and_then(|store| identify(store, &text.content, &mut known));
    texts.iter().map(|text| (text.name.clone(), of(text))).collect()
}

fn is_text(name: &str) -> bool {
    let name = name.to_uppercase();
    NAMES.iter().any(|begin| name.starts_with(begin)) && !name.ends_with(".GO") && !name.ends_with(".RS")
}

fn text(name: &str, bytes: Vec<u8>) -> Text {
    Text { name: name.to_owned(), content: String::from_utf8_lossy(&bytes).into_owned() }
}

/// The texts at the top of a source tree, and those below `LICENSES/`.
fn in_tree(tree: &Path) -> Vec<Text> {
    let Ok(opened) = Tree::directory(tree) else { return Vec::new() };
    let names = |directory: &Path| -> Vec<String> {
        let entries = fs::read_dir(directory).into_iter().flatten().flatten();
        entries.filter_map(|entry| entry.file_name().into_string().ok()).collect()
    };
    let top = names(tree).into_iter().filter(|name| is_text(name));
    let below = names(&tree.join("LICENSES")).into_iter().map(|name| format!("LICENSES/{name}"));
    let read = |name: String| Some(text(&name, opened.read(Path::new(&name), LARGEST).ok()?));
    top.chain(below).filter_map(read).collect()
}

/// The texts at the top of a module's archive, as the Go client keeps it (`go help modules`, "module cache").
fn in_module(cache: &Path, path: &str, version: &str) -> Vec<Text> {
    let archive =
        cache.join("cache/download").join(escaped(path)).join("@v").join(format!("{}.zip", escaped(version)));
    let open = |archive: &PathBuf| zip::ZipArchive::new(yoe_tree::regular(archive).ok()?).ok();
    let Some(mut archive) = open(&archive) else { return Vec::new() };
    let top = format!("{path}@{version}/");
    let names: Vec<String> = archive.file_names().flatten().map(Cow::into_owned).collect();
    let names = names
        .into_iter()
        .filter(|name| name.strip_prefix(&top).is_some_and(|rest| !rest.contains('/') && is_text(rest)));
    let read = |name: String| {
        let mut bytes = Vec::new();
        archive.by_name(&name).ok()?.take(LARGEST).read_to_end(&mut bytes).ok()?;
        Some(text(&name[top.len()..], bytes))
    };
    names.filter_map(read).collect()
}

/// Paths and versions as module caches spell them: `!a` for `A`, since not all file systems tell them apart.
fn escaped(text: &str) -> String {
    let letter = |letter: char| match letter {
        'A'..='Z' => format!("!{}", letter.to_ascii_lowercase()),
        _ => letter.to_string(),
    };
    text.chars().map(letter).collect()
}

/// All texts in one, each once, below the names of what it is of; at the end what has none.
pub fn notice(inventory: &Inventory, texts: &Texts) -> String {
    let mut of: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut without = Vec::new();
    for (reference, component) in
        inventory.components.iter().filter(|(_, component)| component.kind != Kind::Package)
    {
        let license = component.license.as_deref().unwrap_or("unknown");
        let name = format!("{} {} ({license})", component.name, component.version);
        let found = texts.of(reference);
        if found.is_empty() {
            without.push(name.clone());
        }
        for text in found {
            of.entry(text.content.trim()).or_default().push(name.clone());
        }
    }
    let subject = &inventory.subject;
    let mut notice = format!(
        "{} {} holds the software that is named below, under these terms.\n",
        subject.name, subject.version
    );
    let mut parts: Vec<(Vec<String>, &str)> = of.into_iter().map(|(text, names)| (names, text)).collect();
    parts.sort();
    for (names, text) in parts {
        // Writing to a string does not fail.
        let _ = write!(notice, "\n{}\n\n{}\n\n{text}\n", "-".repeat(72), names.join("\n"));
    }
    if !without.is_empty() {
        let _ = write!(
            notice,
            "\n{}\n\nNo text was found in the sources of:\n\n{}\n",
            "-".repeat(72),
            without.join("\n")
        );
    }
    notice
}
