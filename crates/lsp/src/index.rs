//! What a project and its modules define, and where: by the words of their files, so that it is known while a file is broken.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use yoe_lang::{FileKind, Options};
use yoe_model::{Origin, Project, Unlocked};

use crate::files::{Root, StarFile, roots, star_files, text};
use crate::home::{self, Names};
use crate::scan::tokens;
use crate::symbols::named;

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
        let Some(names) = home::names(file.home) else { return };
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

    /// Reads files that are open again: what they define is known at once, whatever evaluation still has to say.
    pub(crate) fn refresh<'a>(&mut self, open: impl Iterator<Item = &'a Path>, options: &Options) {
        for path in open {
            let Some((at, below)) = self.root_at(path) else { continue };
            let Some(home) = FileKind::of(&below) else { continue };
            let file = StarFile { root: at, below, path: path.to_owned(), home };
            if !self.files.iter().any(|known| known.path == path) {
                self.files.push(file.clone());
            }
            let words = |definition: &Definition| matches!(definition.at, At::Bytes(_) | At::Line(1, 1));
            let before: Vec<_> = self
                .names
                .extract_if(.., |_, definition| definition.path == path && words(definition))
                .collect();
            self.add(&file, options);
            // What evaluation said of a thing that is still there holds until it says more.
            for (name, definition) in before {
                if let Some(now) = self.names.get_mut(&name).filter(|now| now.about.is_empty()) {
                    now.about = definition.about;
                }
            }
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
        let (at, below) = self.root_at(path)?;
        Some((self.roots.get(at)?, below))
    }

    fn root_at(&self, path: &Path) -> Option<(usize, String)> {
        let below = |root: &Root| Some(path.strip_prefix(&root.directory).ok()?.to_str()?.to_owned());
        let within = self.roots.iter().enumerate().filter_map(|(at, root)| Some((at, root, below(root)?)));
        let (at, _, below) = within.max_by_key(|(_, root, _)| root.directory.as_os_str().len())?;
        Some((at, below))
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

#[cfg(test)]
mod tests {
    use super::*;

    /// A file that changed since the evaluation is known as it is now, with what evaluation said of what is still there.
    #[test]
    fn open_files_are_known_at_once() {
        let (root, path) = (Path::new("/p"), Path::new("/p/units/a/hello.star"));
        let mut index = Index {
            roots: vec![Root { module: None, directory: root.to_owned(), fetched: false }],
            ..Index::default()
        };
        let names = |index: &Index| {
            let of =
                |((_, name), known): (&(Names, String), &Definition)| (name.clone(), known.about.clone());
            index.names.iter().map(of).collect::<Vec<_>>()
        };
        let say = |index: &mut Index, text: &str| {
            let texts = [(path.to_owned(), text.to_owned())].into();
            index.refresh([path].into_iter(), &Options { texts, ..Options::default() });
        };
        say(&mut index, "unit(name = \"a\")");
        assert_eq!(names(&index), [("a".to_owned(), String::new())]);
        for known in index.names.values_mut() {
            known.about = "a 1.0".to_owned();
        }
        say(&mut index, "\nunit(name = \"a\")\nunit(name = \"b\")");
        assert_eq!(names(&index), [("a".to_owned(), "a 1.0".to_owned()), ("b".to_owned(), String::new())]);
        assert!(matches!(&index.names[&(Names::Units, "a".to_owned())].at, At::Bytes(at) if at.start > 0));
        say(&mut index, "unit(");
        assert_eq!(names(&index), [("hello".to_owned(), String::new())]);
        assert_eq!(index.files.len(), 1);
    }
}
