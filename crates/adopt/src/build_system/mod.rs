//! How a tree is built: which class, and what its own files say.

mod c;
mod go;
mod rust;
mod toml_text;

use crate::guess::Guess;
use crate::source_tree::SourceTree;
use crate::{AdoptError, Origin, Wishes};

/// A class of units that builds a tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// A Cargo package.
    Rust,
    /// A Go module.
    Go,
    /// A project with a `configure` script, of autoconf's.
    Autotools,
    /// A project of meson.
    Meson,
    /// A project of CMake.
    Cmake,
    /// A project with a Makefile alone, or with a `configure` that is not autoconf's.
    Make,
}

impl Class {
    /// All of them, in the order in which they are preferred where a tree has files of several. A `configure` that was shipped needs
    /// nothing but make; one that is yet to be made comes after what replaced it.
    pub const ALL: [Class; 6] =
        [Class::Rust, Class::Go, Class::Meson, Class::Cmake, Class::Autotools, Class::Make];

    /// The name of its file below `classes/`, without its ending.
    pub fn file(self) -> &'static str {
        match self {
            Class::Rust => "rust",
            Class::Go => "go",
            Class::Autotools => "autotools",
            Class::Meson => "meson",
            Class::Cmake => "cmake",
            Class::Make => "make",
        }
    }

    /// The function that a unit calls.
    pub fn function(self) -> &'static str {
        match self {
            Class::Rust => "rust_binary",
            Class::Go => "go_binary",
            _ => self.file(),
        }
    }

    /// The files of which one at the top of a tree makes it one of this class.
    pub fn marks(self) -> &'static [&'static str] {
        match self {
            Class::Rust => &["Cargo.toml"],
            Class::Go => &["go.mod"],
            Class::Autotools => &["configure", "configure.ac", "configure.in"],
            Class::Meson => &["meson.build"],
            Class::Cmake => &["CMakeLists.txt"],
            Class::Make => &["GNUmakefile", "makefile", "Makefile", "configure"],
        }
    }

    /// The file by which a tree is one of this class.
    fn mark(self, tree: &SourceTree) -> Option<&'static str> {
        self.marks().iter().copied().find(|file| tree.has(file))
    }
}

/// Files by which languages are known that no class builds.
const OTHERS: [(&str, &str); 10] = [
    ("pyproject.toml", "Python programs"),
    ("setup.py", "Python programs"),
    ("package.json", "Node.js programs"),
    ("pom.xml", "Java programs"),
    ("build.gradle", "Java programs"),
    ("build.gradle.kts", "Java programs"),
    ("build.zig", "Zig programs"),
    ("Gemfile", "Ruby programs"),
    ("composer.json", "PHP programs"),
    ("mix.exs", "Elixir programs"),
];

/// A text, and what says it.
pub(crate) type Said = (String, String);

/// What a tree's own files say.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    pub(crate) name: Option<Said>,
    pub(crate) version: Option<Said>,
    pub(crate) license: Option<Said>,
    pub(crate) description: Option<Said>,
    pub(crate) homepage: Option<Said>,
    pub(crate) guesses: Vec<Guess>,
    pub(crate) unknown: Vec<String>,
    pub(crate) build: Build,
}

/// What a class is given beyond what every unit has.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Build {
    /// Arguments by name, as Starlark text.
    pub(crate) arguments: Vec<(&'static str, String)>,
    /// Crates by `NAME@VERSION`, with their digests.
    pub(crate) crates: Vec<(String, String)>,
    /// A Cargo.lock that the unit brings along.
    pub(crate) cargo_lock: Option<String>,
    /// What builds leave in a working tree.
    pub(crate) made: Vec<&'static str>,
}

/// The class that builds a tree, and what is said for it.
pub(crate) fn choose(tree: &SourceTree, wish: Option<Class>) -> Result<(Class, Guess), AdoptError> {
    let fitting: Vec<(Class, &str)> =
        Class::ALL.into_iter().filter_map(|class| Some((class, class.mark(tree)?))).collect();
    if let Some(class) = wish {
        let misfit = AdoptError::Misfit { class: class.file(), file: class.marks()[0] };
        let (_, file) = fitting.iter().find(|(fitting, _)| *fitting == class).ok_or(misfit)?;
        return Ok((class, Guess::new("class", class.function(), &format!("asked for; there is {file}"))));
    }
    // What was shipped ready comes before what would have to be made.
    let shipped = fitting.iter().find(|(class, file)| *class == Class::Autotools && *file == "configure");
    let foreign = tree.text("configure")?.is_some_and(|text| !text.contains("GNU Autoconf"));
    let first = fitting.iter().find(|(class, _)| matches!(class, Class::Rust | Class::Go));
    let chosen = match (first, shipped) {
        (Some(first), _) => Some(first),
        (None, Some(shipped)) if !foreign => Some(shipped),
        _ => fitting
            .iter()
            .find(|(class, file)| !(foreign && *class == Class::Autotools && *file == "configure")),
    };
    let Some((class, file)) = chosen else { return Err(none(tree)) };
    let others: Vec<&str> = fitting
        .iter()
        .filter(|(other, mark)| other != class && mark != file)
        .map(|(_, mark)| *mark)
        .collect();
    let also =
        if others.is_empty() { String::new() } else { format!("; there is {} too", others.join(", ")) };
    Ok((*class, Guess::new("class", class.function(), &format!("{file}{also}"))))
}

/// No class fits.
fn none(tree: &SourceTree) -> AdoptError {
    match OTHERS.iter().find(|(file, _)| tree.has(file)) {
        Some((file, what)) => AdoptError::NoClass { what, file },
        None => {
            let mut files: Vec<&str> = Vec::new();
            for file in Class::ALL.iter().flat_map(|class| class.marks()) {
                if !files.contains(file) {
                    files.push(file);
                }
            }
            AdoptError::Unknown { looked_for: files.join(", ") }
        }
    }
}

/// What a tree of this class says about itself.
pub(crate) fn facts(
    class: Class,
    tree: &SourceTree,
    origin: &Origin,
    wishes: &Wishes,
) -> Result<Facts, AdoptError> {
    match class {
        Class::Rust => rust::facts(tree, wishes),
        Class::Go => go::facts(tree, origin),
        Class::Autotools => c::autotools(tree),
        Class::Meson => c::meson(tree),
        Class::Cmake => c::cmake(tree),
        Class::Make => c::make(tree),
    }
}
