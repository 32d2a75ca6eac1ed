//! What a file of a project is, by where it lies.

use yoe_lang::{Builtin, Parameter, builtins};

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Home {
    Project,
    Module,
    Class,
    Container,
    Machine,
    Unit,
    Image,
}

impl Home {
    /// What the file at this path below the project or a module is; absent when it is none that is read.
    pub(crate) fn of(path: &str) -> Option<Self> {
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

    /// The builtins that define things in such a file, the usual one first.
    pub(crate) fn defines(self) -> &'static [&'static str] {
        match self {
            Self::Project => &["project"],
            Self::Module => &["module"],
            Self::Class => &["unit", "image", "container", "machine", "oci_image"],
            Self::Container => &["container"],
            Self::Machine => &["machine"],
            Self::Unit => &["unit", "override"],
            Self::Image => &["image", "oci_image", "workload"],
        }
    }

    /// What others call the things that such a file defines.
    pub(crate) fn names(self) -> Option<Names> {
        match self {
            Self::Container => Some(Names::Containers),
            Self::Machine => Some(Names::Machines),
            Self::Unit => Some(Names::Units),
            Self::Image => Some(Names::Images),
            Self::Project | Self::Module | Self::Class => None,
        }
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
    home: Option<Home>,
) -> Option<(&'static Builtin, &'static Parameter)> {
    let of = |builtin: &'static Builtin| {
        let parameter = builtin.parameters.iter().find(|parameter| parameter.name == name)?;
        Some((builtin, parameter))
    };
    match builtin(function) {
        Some(known) => of(known),
        None => home?.defines().iter().filter_map(|name| builtin(name)).find_map(of),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_what_its_place_says() {
        for (path, home) in [
            ("PROJECT.star", Some(Home::Project)),
            ("classes/a/b.star", Some(Home::Class)),
            ("units/core/a.star", Some(Home::Unit)),
            ("units/a.star", None),
            ("units/core/a/x.star", None),
            ("images/a.txt", None),
            (".x/classes/a.star", None),
            ("other.star", None),
        ] {
            assert_eq!(Home::of(path), home, "{path}");
        }
    }

    #[test]
    fn arguments_take_names_of_one_kind() {
        let taken = |function: &str, argument: &str, home: Home| {
            let (builtin, parameter) = parameter(function, argument, Some(home))?;
            Names::taken(builtin, parameter)
        };
        assert_eq!(taken("unit", "deps", Home::Unit), Some(Names::Units));
        assert_eq!(taken("autotools", "deps", Home::Unit), Some(Names::Units));
        assert_eq!(taken("autotools", "container", Home::Unit), Some(Names::Containers));
        assert_eq!(taken("container_host", "artifacts", Home::Image), Some(Names::Units));
        assert_eq!(taken("kernel", "unit", Home::Machine), Some(Names::Units));
        assert_eq!(taken("unit", "name", Home::Unit), None);
        assert_eq!(taken("unit", "license", Home::Unit), None);
        assert_eq!(taken("project", "image", Home::Project), Some(Names::Images));
    }
}
