//! Why a tree gives no unit.

/// Why a tree gives no unit.
#[derive(Debug, thiserror::Error)]
pub enum AdoptError {
    /// The tree cannot be read.
    #[error("{path} cannot be read: {reason}")]
    Unreadable {
        /// A file or directory of the tree.
        path: String,
        /// Why.
        reason: String,
    },
    /// A file is not of its form.
    #[error("{file} cannot be understood: {reason}")]
    Form {
        /// The file.
        file: String,
        /// What is wrong with it.
        reason: String,
    },
    /// It is of a language that no class builds.
    #[error("there is no class for {what}: it has {file}")]
    NoClass {
        /// Such as "Python programs".
        what: &'static str,
        /// The file that says so.
        file: &'static str,
    },
    /// Nothing says how it is built.
    #[error("nothing here says how it is built: none of {looked_for} is at its top")]
    Unknown {
        /// The files that would.
        looked_for: String,
    },
    /// The class that was asked for does not fit.
    #[error("the class {class} does not fit: there is no {file} at the top")]
    Misfit {
        /// The class.
        class: &'static str,
        /// What it needs.
        file: &'static str,
    },
    /// Nothing that could be run on a device comes of it.
    #[error("{what} has no program, only a library")]
    NoProgram {
        /// The package or module.
        what: String,
    },
    /// A workspace has several packages with programs.
    #[error("several packages have programs: {}", packages.join(", "))]
    SeveralPackages {
        /// Their names.
        packages: Vec<String>,
    },
    /// A workspace has no such package.
    #[error("there is no package {name:?} with programs: there are {}", packages.join(", "))]
    NoPackage {
        /// The name.
        name: String,
        /// Those that there are.
        packages: Vec<String>,
    },
    /// Its crates are not pinned.
    #[error("{what} has no Cargo.lock, so nothing says which crates it is built with")]
    NoCargoLock {
        /// The package.
        what: String,
    },
    /// It needs modules that it does not hold.
    #[error(
        "the Go module {module} needs others ({count}), which a build without a network must hold, and has no vendor/modules.txt"
    )]
    NoGoModules {
        /// The module.
        module: String,
        /// How many.
        count: usize,
    },
    /// It has no name that a unit can have.
    #[error("{from:?} gives the unit no name")]
    NoName {
        /// What was to give it.
        from: String,
    },
}
