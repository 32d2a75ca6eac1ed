//! What the builtins record while one file is evaluated.

use std::cell::RefCell;

use crate::definitions::Definition;
use crate::problem::Problem;

/// What kind of file is evaluated; it decides which definitions it may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FileKind {
    /// `PROJECT.star`.
    Project,
    /// `MODULE.star`.
    Module,
    /// What other files load, below `classes/`.
    Class,
    /// A file below `containers/`.
    Container,
    /// A file below `machines/`.
    Machine,
    /// A file of a category below `units/`.
    Unit,
    /// A file below `images/`.
    Image,
}

impl FileKind {
    /// The kind of the file at this path below the project or a module; absent when it is none that is read.
    pub fn of(path: &str) -> Option<Self> {
        let name = path.rsplit('/').next()?;
        if !name.ends_with(".star") || path.split('/').any(|part| part.starts_with('.')) {
            return None;
        }
        match path.split('/').collect::<Vec<_>>().as_slice() {
            ["PROJECT.star"] => Some(Self::Project),
            ["MODULE.star"] => Some(Self::Module),
            ["classes", ..] => Some(Self::Class),
            ["containers", _] => Some(Self::Container),
            ["machines", _] => Some(Self::Machine),
            ["images", _] => Some(Self::Image),
            ["units", _, _] => Some(Self::Unit),
            _ => None,
        }
    }

    /// The files of this kind, as a user knows them.
    pub(crate) fn files(self) -> &'static str {
        match self {
            FileKind::Project => "PROJECT.star",
            FileKind::Module => "MODULE.star",
            FileKind::Class => "a file below classes/",
            FileKind::Container => "a file below containers/",
            FileKind::Machine => "a file below machines/",
            FileKind::Unit => "a file below units/",
            FileKind::Image => "a file below images/",
        }
    }

    /// The builtin that such a file defines things with.
    pub fn defines(self) -> Option<&'static str> {
        match self {
            FileKind::Project => Some("project"),
            FileKind::Module => Some("module"),
            FileKind::Class => None,
            FileKind::Container => Some("container"),
            FileKind::Machine => Some("machine"),
            FileKind::Unit => Some("unit"),
            FileKind::Image => Some("image"),
        }
    }
}

/// The record of one file's evaluation.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) kind: FileKind,
    definitions: RefCell<Vec<Definition>>,
    problems: RefCell<Vec<Problem>>,
    /// Names of definitions that were called but are wrong: others may refer to them without a second message.
    broken: RefCell<Vec<String>>,
}

/// What a file gave.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) definitions: Vec<Definition>,
    pub(crate) problems: Vec<Problem>,
    pub(crate) broken: Vec<String>,
}

impl Session {
    pub(crate) fn new(kind: FileKind) -> Self {
        Self {
            kind,
            definitions: RefCell::default(),
            problems: RefCell::default(),
            broken: RefCell::default(),
        }
    }

    pub(crate) fn define(&self, definition: Definition) {
        self.definitions.borrow_mut().push(definition);
    }

    /// How many definitions there are.
    pub(crate) fn defined(&self) -> usize {
        self.definitions.borrow().len()
    }

    pub(crate) fn report(&self, problem: Problem) {
        self.problems.borrow_mut().push(problem);
    }

    pub(crate) fn broken(&self, name: &str) {
        self.broken.borrow_mut().push(name.to_owned());
    }

    pub(crate) fn finish(self) -> Outcome {
        Outcome {
            definitions: self.definitions.into_inner(),
            problems: self.problems.into_inner(),
            broken: self.broken.into_inner(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_what_its_place_says() {
        for (path, kind) in [
            ("PROJECT.star", Some(FileKind::Project)),
            ("classes/a/b.star", Some(FileKind::Class)),
            ("units/core/a.star", Some(FileKind::Unit)),
            ("units/a.star", None),
            ("units/core/a/x.star", None),
            ("images/a.txt", None),
            (".x/classes/a.star", None),
            ("other.star", None),
        ] {
            assert_eq!(FileKind::of(path), kind, "{path}");
        }
    }
}
