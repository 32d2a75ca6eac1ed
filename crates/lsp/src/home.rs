//! What files of a project define, and which names arguments take.

use yoe_lang::{Builtin, FileKind, Parameter, builtins};

/// The builtins that define things in such a file, the usual one first.
pub(crate) fn defines(kind: FileKind) -> Vec<&'static Builtin> {
    /// Functions of classes mostly hand on to one of these.
    const OF_CLASSES: [&str; 5] = ["unit", "image", "container", "machine", "oci_image"];
    if kind == FileKind::Class {
        return OF_CLASSES.iter().filter_map(|name| builtin(name)).collect();
    }
    let mut all: Vec<&Builtin> = builtins().iter().filter(|builtin| builtin.home == Some(kind)).collect();
    all.sort_by_key(|builtin| kind.defines() != Some(builtin.name));
    all
}

/// What others call the things that such a file defines.
pub(crate) fn names(kind: FileKind) -> Option<Names> {
    match kind {
        FileKind::Container => Some(Names::Containers),
        FileKind::Machine => Some(Names::Machines),
        FileKind::Unit => Some(Names::Units),
        FileKind::Image => Some(Names::Images),
        FileKind::Project | FileKind::Module | FileKind::Class => None,
    }
}

/// Names of which kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Names {
    Units,
    Containers,
    Machines,
    Images,
}

impl Names {
    /// One of them.
    pub(crate) fn one(self) -> &'static str {
        match self {
            Self::Units => "unit",
            Self::Containers => "container",
            Self::Machines => "machine",
            Self::Images => "image",
        }
    }

    /// The names that an argument takes.
    pub(crate) fn taken(builtin: &Builtin, parameter: &Parameter) -> Option<Self> {
        match (builtin.name, parameter.name) {
            ("override", "name") => Some(Self::Units),
            // The others name what they define.
            (_, "name") => None,
            (_, "container" | "boot_manager") => Some(Self::Containers),
            ("project", "machine") => Some(Self::Machines),
            ("project", "image") | ("registry", "images" | "private") => Some(Self::Images),
            _ if parameter.expected.contains("the name of a unit") => Some(Self::Units),
            _ => None,
        }
    }
}

/// The builtin of this name.
pub(crate) fn builtin(name: &str) -> Option<&'static Builtin> {
    builtins().iter().find(|builtin| builtin.name == name)
}

/// The parameter of a function in a file of this kind, with the builtin that has it. A class hands what it does not take itself on to
/// the builtin that such files define things with.
pub(crate) fn parameter(
    function: &str,
    name: &str,
    home: Option<FileKind>,
) -> Option<(&'static Builtin, &'static Parameter)> {
    let of = |builtin: &'static Builtin| {
        let parameter = builtin.parameters.iter().find(|parameter| parameter.name == name)?;
        Some((builtin, parameter))
    };
    match builtin(function) {
        Some(known) => of(known),
        None => defines(home?).into_iter().find_map(of),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_take_names_of_one_kind() {
        let taken = |function: &str, argument: &str, home: FileKind| {
            let (builtin, parameter) = parameter(function, argument, Some(home))?;
            Names::taken(builtin, parameter)
        };
        assert_eq!(taken("unit", "deps", FileKind::Unit), Some(Names::Units));
        assert_eq!(taken("autotools", "deps", FileKind::Unit), Some(Names::Units));
        assert_eq!(taken("autotools", "container", FileKind::Unit), Some(Names::Containers));
        assert_eq!(taken("container_host", "artifacts", FileKind::Image), Some(Names::Units));
        assert_eq!(taken("kernel", "unit", FileKind::Machine), Some(Names::Units));
        assert_eq!(taken("unit", "name", FileKind::Unit), None);
        assert_eq!(taken("unit", "license", FileKind::Unit), None);
        assert_eq!(taken("project", "image", FileKind::Project), Some(Names::Images));
    }
}
