//! The problems and their words.

use crate::Arch;

/// Something that must not be shipped. Paths are absolute, as on the device.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[allow(missing_docs, reason = "the fields are what the messages name")]
pub enum CheckError {
    /// A library that is in no package of the closure.
    #[error(
        "{path} needs the library {library}, which neither this unit nor its runtime dependencies provide{}; add the unit that holds it to runtime_deps",
        near.as_ref().map(|name| format!(" (near: {name})")).unwrap_or_default()
    )]
    MissingLibrary { path: String, library: String, near: Option<String> },
    /// Linked with the compiler's own host as the target.
    #[error(
        "{path} was built against the host's glibc: it needs {library}; build it with the driver of the target, such as $ARCH-linux-musl-clang"
    )]
    HostLibrary { path: String, library: String },
    /// Linked statically with the compiler's own host as the target.
    #[error(
        "{path} holds the host's glibc, linked statically; build it with the driver of the target, such as $ARCH-linux-musl-clang"
    )]
    StaticHostLibrary { path: String },
    /// A loader that the device does not have.
    #[error(
        "{path} asks for the program loader {found}; on this device it is {expected}: was the target's compiler driver used?"
    )]
    Loader { path: String, found: String, expected: String },
    /// Machine code of another architecture.
    #[error("{path} is machine code for {found}; expected {expected}")]
    Machine { path: String, found: String, expected: Arch },
    /// Machine code in a unit that says to have none.
    #[error("{path} is machine code, but the unit's scope is \"noarch\"; give it scope = \"arch\"")]
    MachineInNoarch { path: String },
    /// Begins as ELF and is none.
    #[error("{path} begins as an ELF file and cannot be read ({reason}); was it cut off?")]
    BadElf { path: String, reason: String },
    /// Code that must be changed in memory before it runs.
    #[error("{path} has text relocations, so its code could not be kept read-only; build it with -fPIC")]
    TextRelocations { path: String },
    /// A stack that code can be put on.
    #[error(
        "{path} asks for an executable stack; add -Wl,-z,noexecstack, or a .note.GNU-stack section to its assembly"
    )]
    ExecutableStack { path: String },
    /// The loader would look for libraries in a directory of the build.
    #[error("{path} has the run path {run_path}, a directory of the build; link without -rpath")]
    RunPath { path: String, run_path: String },
    /// Text that names a directory of the build.
    #[error(
        "{path} names {leak}, a directory of the build, at byte {offset}: \"{text}\"; map it away (-ffile-prefix-map, sed after installing), or set host_paths_ok = True"
    )]
    Leak { path: String, leak: String, offset: u64, text: String },
    /// A link to a directory of the build.
    #[error("{path} is a link to {target}, a path of the build; link to the path on the device")]
    LinkToBuild { path: String, target: String },
    /// A link whose `..` climb above the root.
    #[error("{path} is a link to {target}, which climbs above the root directory")]
    LinkAboveRoot { path: String, target: String },
    /// A privileged file that nobody announced.
    #[error(
        "{path} has mode {mode:04o} and is not declared; add it to the unit's setuid list or take the bit away"
    )]
    UndeclaredSetuid { path: String, mode: u32 },
    /// Announced, and not there.
    #[error(
        "{path} is declared in the unit's setuid list, but {found}; take it off the list or install it with the bit"
    )]
    AbsentSetuid { path: String, found: &'static str },
    /// A file that everybody may change.
    #[error("{path} has mode {mode:04o}: everybody may write to it; use {}", if *directory { "1777 for a shared directory, else 0755" } else { "0644 or 0755" })]
    WorldWritable { path: String, mode: u32, directory: bool },
    /// Outside the merged layout.
    #[error(
        "{path} lies outside the layout of a device: /{top} is a link to /usr/{top}; install into /usr/{top}"
    )]
    NotMerged { path: String, top: String },
    /// In no directory that a device has.
    #[error("{path} lies in no directory that a device has; expected {expected}")]
    Place { path: String, expected: &'static str },
}

impl CheckError {
    /// The file that it is about, as on the device.
    pub fn path(&self) -> &str {
        match self {
            CheckError::MissingLibrary { path, .. }
            | CheckError::HostLibrary { path, .. }
            | CheckError::StaticHostLibrary { path }
            | CheckError::Loader { path, .. }
            | CheckError::Machine { path, .. }
            | CheckError::MachineInNoarch { path }
            | CheckError::BadElf { path, .. }
            | CheckError::TextRelocations { path }
            | CheckError::ExecutableStack { path }
            | CheckError::RunPath { path, .. }
            | CheckError::Leak { path, .. }
            | CheckError::LinkToBuild { path, .. }
            | CheckError::LinkAboveRoot { path, .. }
            | CheckError::UndeclaredSetuid { path, .. }
            | CheckError::AbsentSetuid { path, .. }
            | CheckError::WorldWritable { path, .. }
            | CheckError::NotMerged { path, .. }
            | CheckError::Place { path, .. } => path,
        }
    }
}
