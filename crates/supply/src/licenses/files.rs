//! Where texts are found: in the trees of sources, and in archives of Go modules.

use std::borrow::Cow;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use yoe_model::go_escaped;
use yoe_tree::Tree;

use super::Text;

/// No text of a licence is larger; what is, is something else.
pub(super) const LARGEST: u64 = 1 << 20;
/// How names of such files begin, in upper case.
const NAMES: [&str; 6] = ["LICENSE", "LICENCE", "COPYING", "COPYRIGHT", "NOTICE", "UNLICENSE"];

/// Whether a file of this name holds the text of a licence or a notice.
pub(crate) fn is_text(name: &str) -> bool {
    let name = name.to_uppercase();
    NAMES.iter().any(|begin| name.starts_with(begin)) && !name.ends_with(".GO") && !name.ends_with(".RS")
}

pub(super) fn text(name: &str, bytes: Vec<u8>) -> Text {
    Text { name: name.to_owned(), content: String::from_utf8_lossy(&bytes).into_owned() }
}

/// The texts at the top of a source tree, and those below `LICENSES/`.
pub(super) fn in_tree(tree: &Path) -> Vec<Text> {
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
pub(super) fn in_module(cache: &Path, path: &str, version: &str) -> Vec<Text> {
    let archive = cache
        .join("cache/download")
        .join(go_escaped(path))
        .join("@v")
        .join(format!("{}.zip", go_escaped(version)));
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
