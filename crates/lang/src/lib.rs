//! From `.star` files to a [`Project`].
//!
//! [`load`] evaluates a project for one machine. The language is described by docs/design/0002-language.md; the
//! builtins by [`reference()`], made from the same tables that check their arguments. Evaluation reads `.star` files
//! and the directories of units, nothing else, and the same text always gives the same project.
//!
//! A mistake does not end the evaluation: every file is evaluated, all names are checked, and what was found comes
//! back together as [`Diagnostics`].

mod architectures;
mod arguments;
mod assemble;
mod blame;
mod builtins;
mod definitions;
mod diagnostics;
mod evaluate;
mod evaluate_files;
mod files;
mod labels;
mod limits;
mod loader;
mod loads;
mod modules;
mod near;
mod nesting;
mod overrides;
mod policies;
mod problem;
mod project_tree;
mod reference;
mod render;
mod session;
mod site;
mod stages;
mod starlark_errors;
mod texts;
mod validate;
mod values;
mod workers;
mod workloads;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use yoe_model::{Module, Project, Unlocked};

pub use diagnostics::{Diagnostic, Diagnostics, Severity};
pub use reference::{Builtin, Parameter, builtins, reference};

/// The version of a package, in the form that a unit takes, out of one as upstream writes it: `1.0_rc1` of `v1.0-rc1`. Absent when
/// there is no such form.
pub use arguments::version::package_version;
pub use session::FileKind;

/// What evaluation depends on in addition to the files.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The machine to evaluate for; the project's default machine when absent.
    pub machine: Option<String>,
    /// Where the trees of modules are that were fetched, by the names of the modules. Each is the whole tree, of which the module's
    /// own directory is a part.
    pub modules: BTreeMap<String, PathBuf>,
    /// Texts that stand in place of files of the project and of modules that are not fetched, by the files' absolute paths: what an
    /// editor holds, or what is yet to be written.
    pub texts: BTreeMap<PathBuf, String>,
}

/// Evaluates the project in the directory `root`.
///
/// # Errors
/// Everything that was found wrong, in the order of files and lines.
pub fn load(root: &Path, options: &Options) -> Result<Project<Unlocked>, Diagnostics> {
    workers::with_deep_stack(|| stages::load(root, options))
        .unwrap_or_else(|error| Err(Diagnostics::internal(&error.to_string())))
}

/// The modules that the project in the directory `root` names. Only PROJECT.star is read: they need not be there yet.
///
/// # Errors
/// What is wrong with PROJECT.star.
pub fn modules(root: &Path, options: &Options) -> Result<Vec<Module>, Diagnostics> {
    workers::with_deep_stack(|| stages::modules(root, options))
        .unwrap_or_else(|error| Err(Diagnostics::internal(&error.to_string())))
}

/// The name of the project in the directory `root`. Only PROJECT.star is read: its images and units need not be there yet.
///
/// # Errors
/// What is wrong with PROJECT.star.
pub fn name(root: &Path) -> Result<String, Diagnostics> {
    workers::with_deep_stack(|| stages::name(root))
        .unwrap_or_else(|error| Err(Diagnostics::internal(&error.to_string())))
}

/// Warnings of the places where a unit of the project in the directory `root`, or of a module that it names by its directory, speaks of
/// an architecture without saying why. Files that cannot be read or parsed have none: [`load`] says what is wrong with them.
pub fn architectures(root: &Path, options: &Options) -> Option<Diagnostics> {
    workers::with_deep_stack(|| architectures::architectures(root, options)).ok().flatten()
}

/// For each file of the project in the directory `root` that loads others, those others; all paths are relative to `root`. Files
/// that cannot be read or parsed load nothing: [`load`] says what is wrong with them.
pub fn loads(root: &Path, options: &Options) -> BTreeMap<String, BTreeSet<String>> {
    workers::with_deep_stack(|| loads::loads(root, options)).unwrap_or_default()
}
