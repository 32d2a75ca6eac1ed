//! What a project and its modules define, and where: by the words of their files, so that it is known while a file is broken.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use yoe_lang::Options;
use yoe_model::{ModuleSource, Origin, Project, Unlocked};

use crate::home::{Home, Names};
use crate::scan::tokens;
use crate::symbols::named;

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
    pub(crate) home: Home,
}

/// Where something is defined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Definition {
    pub(crate) path: PathBuf,
    /// The bytes that name it, or the line and column, from 1, of the call that defines it.
    pub(crate) at: At,
    /// What is said of it.
    pub(crate) about: String,
}

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum At {
    Bytes(Range<usize>),
    Line(u32, u32),
}

/// What is known of a project.
#[derive(Debug, Clone, Default)]
pub(crate) struct Index {
    pub(crate) roots: Vec<Root>,
    pub(crate) files: Vec<StarFile>,
    pub(crate) names: BTreeMap<(Names, String), Definition>,
}

impl Index {
    /// Reads the project in a directory. `project` is what it was evaluated to, when it could be.
    pub(crate) fn read(root: &Path, options: &Options, project: Option<&Project<Unlocked>>) -> Self {
        let mut index = Self { roots: roots(root, options), ..Self::default() };
        for at in 0..index.roots.len() {
            index.files.extend(star_files(&index.roots, at, options));
        }
        for file in index.files.clone() {
            index.add(&file, options);
        }
        if let Some(project) = project {
            index.add_evaluated(root, project);
        }
        index
    }

    fn add(&mut self, file: &StarFile, options: &Options) {
        let Some(names) = file.home.names() else { return };
        let Some(text) = text(&file.path, options) else { return };
        let found = named(&text, &tokens(&text));
        let none = found.is_empty();
        for one in found {
            let definition =
                Definition { path: file.path.clone(), at: At::Bytes(one.range), about: String::new() };
            self.names.entry((names, one.name)).or_insert(definition);
        }
        // Where a class computes the name, the file mostly has it.
        let stem = file.below.rsplit('/').next().and_then(|name| name.strip_suffix(".star"));
        if let (true, Some(stem)) = (none, stem) {
            let definition = Definition { path: file.path.clone(), at: At::Line(1, 1), about: String::new() };
            self.names.entry((names, stem.to_owned())).or_insert(definition);
        }
    }

    /// What evaluation knows better: names that are computed, and what the things are.
    fn add_evaluated(&mut self, root: &Path, project: &Project<Unlocked>) {
        let mut all: Vec<(Names, &str, &Origin, String)> = Vec::new();
        for unit in project.units.values() {
            let about = format!("{} {}: {} ({})", unit.name, unit.version, unit.description, unit.license);
            all.push((Names::Units, &unit.name, &unit.origin, about));
        }
        for image in project.images.values() {
            all.push((Names::Images, &image.name, &image.origin, image.description.clone()));
        }
        for image in project.oci_images.values() {
            all.push((Names::Images, &image.name, &image.origin, image.description.clone()));
        }
        for container in project.containers.values() {
            let packages: Vec<&str> = container.packages.iter().map(String::as_str).collect();
            let about = format!("Debian {}: {}", container.suite, packages.join(", "));
            all.push((Names::Containers, &container.name, &container.origin, about));
        }
        for (names, name, origin, about) in all {
            match self.names.get_mut(&(names, name.to_owned())) {
                Some(known) => known.about = about,
                None => {
                    let Some(path) = self.path(root, &origin.file) else { continue };
                    let at = At::Line(origin.line, origin.column);
                    self.names.insert((names, name.to_owned()), Definition { path, at, about });
                }
            }
        }
    }

    /// The path of a file as messages name it.
    pub(crate) fn path(&self, root: &Path, shown: &str) -> Option<PathBuf> {
        let path = match shown.strip_prefix('@') {
            Some(rest) => {
                let (module, below) = rest.split_once("//")?;
                self.root_of(module)?.directory.join(below)
            }
            None => root.join(shown),
        };
        // A module may lie at `../x`; editors know its files without that.
        let parent = path.parent().and_then(|parent| parent.canonicalize().ok());
        Some(match (parent, path.file_name()) {
            (Some(parent), Some(name)) => parent.join(name),
            _ => path,
        })
    }

    fn root_of(&self, module: &str) -> Option<&Root> {
        self.roots.iter().find(|root| root.module.as_deref() == Some(module))
    }

    /// The root that a path is in, and the path below it: of a module within a project, the module.
    pub(crate) fn place(&self, path: &Path) -> Option<(&Root, String)> {
        let in_root = |root: &Root| path.strip_prefix(&root.directory).is_ok();
        let root = self
            .roots
            .iter()
            .filter(|root| in_root(root))
            .max_by_key(|root| root.directory.as_os_str().len())?;
        let below = path.strip_prefix(&root.directory).ok()?.to_str()?.to_owned();
        Some((root, below))
    }

    /// The file that a label means in a file of this root.
    pub(crate) fn labelled(&self, from: &Root, label: &str) -> Option<PathBuf> {
        let (root, path) = match label.strip_prefix('@') {
            Some(rest) => {
                let (module, path) = rest.split_once("//")?;
                (self.root_of(module)?, path)
            }
            None => (from, label.strip_prefix("//")?),
        };
        let plain = path.split('/').all(|part| !matches!(part, "" | "." | ".."));
        plain.then(|| root.directory.join(path))
    }
}

fn roots(root: &Path, options: &Options) -> Vec<Root> {
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
fn star_files(roots: &[Root], at: usize, options: &Options) -> Vec<StarFile> {
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
        Some(StarFile { root: at, home: Home::of(&below).filter(|_| there)?, below, path })
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
