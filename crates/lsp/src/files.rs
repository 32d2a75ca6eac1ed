//! The files of a project and its modules, those that are open and not saved yet among them.

use std::path::{Path, PathBuf};

use yoe_lang::{FileKind, Options};
use yoe_model::ModuleSource;

/// Larger files are none that evaluation takes.
const LARGEST: u64 = 1 << 20;
/// How deep class files may lie.
const DEPTH: usize = 8;

/// The project, or one of its modules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Root {
    /// The name in `load("@name//…")`; absent for the project itself.
    pub(crate) module: Option<String>,
    /// Its directory, without links.
    pub(crate) directory: PathBuf,
    /// Whether it was fetched: nobody edits it.
    pub(crate) fetched: bool,
}

/// A file that is evaluated, or can be loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StarFile {
    /// Index of its root.
    pub(crate) root: usize,
    /// Path below the root.
    pub(crate) below: String,
    pub(crate) path: PathBuf,
    pub(crate) home: FileKind,
}

/// The project in a directory, and its modules.
pub(crate) fn roots(root: &Path, options: &Options) -> Vec<Root> {
    let real = |path: PathBuf| path.canonicalize().unwrap_or(path);
    let mut roots = vec![Root { module: None, directory: real(root.to_owned()), fetched: false }];
    for module in yoe_lang::modules(root, options).unwrap_or_default() {
        let directory = match &module.source {
            ModuleSource::Path(path) => Some(root.join(path)),
            source => options.modules.get(&module.name).map(|tree| tree.join(source.directory())),
        };
        let fetched = module.source.needs_lock();
        let named =
            |directory| Root { module: Some(module.name.clone()), directory: real(directory), fetched };
        roots.extend(directory.filter(|directory| directory.is_dir()).map(named));
    }
    roots
}

/// The files of a root, those that are open and not saved yet among them.
pub(crate) fn star_files(roots: &[Root], at: usize, options: &Options) -> Vec<StarFile> {
    let Some(root) = roots.get(at) else { return Vec::new() };
    let mut paths: Vec<String> = ["PROJECT.star", "MODULE.star"].map(str::to_owned).into();
    for (directory, depth) in
        [("classes", DEPTH), ("containers", 0), ("machines", 0), ("images", 0), ("units", 1)]
    {
        list(&root.directory, directory, depth, &mut paths);
    }
    let open = options.texts.keys().filter_map(|path| path.strip_prefix(&root.directory).ok()?.to_str());
    paths.extend(open.map(str::to_owned));
    paths.sort();
    paths.dedup();
    let file = |below: String| {
        let path = root.directory.join(&below);
        let there = options.texts.contains_key(&path) || path.is_file();
        Some(StarFile { root: at, home: FileKind::of(&below).filter(|_| there)?, below, path })
    };
    paths.into_iter().filter_map(file).collect()
}

fn list(root: &Path, below: &str, depth: usize, into: &mut Vec<String>) {
    for entry in std::fs::read_dir(root.join(below)).into_iter().flatten().flatten() {
        let Ok(name) = entry.file_name().into_string() else { continue };
        let path = format!("{below}/{name}");
        match entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            true if depth > 0 => list(root, &path, depth - 1, into),
            true => {}
            false => into.push(path),
        }
    }
}

/// The text of a file: what is open, or what is on the disk.
pub(crate) fn text(path: &Path, options: &Options) -> Option<String> {
    if let Some(text) = options.texts.get(path) {
        return Some(text.clone());
    }
    let fits = path.metadata().is_ok_and(|metadata| metadata.is_file() && metadata.len() <= LARGEST);
    fits.then(|| std::fs::read_to_string(path).ok()).flatten()
}
