//! Why an archive could not be used.

use yoe_notation::date::Date;

use crate::client::FetchError;
use crate::patches::PatchesError;
use crate::unpack::UnpackError;

/// Why a Debian archive could not be used.
#[derive(Debug, thiserror::Error)]
pub enum DebianError {
    /// A file of the archive could not be fetched.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// The release file is not signed as it must be.
    #[error("the release file of {suite} is not properly signed: {problem}")]
    Signature {
        /// The suite, as `archive/suite`.
        suite: String,
        /// What is wrong.
        problem: String,
    },
    /// The release file is signed by other keys than those that the container or source names.
    #[error(
        "the release file of {suite} carries no valid signature by a key that may sign it. \
         Accepted: {accepted}. Signed with: {found}"
    )]
    Untrusted {
        /// The suite, as `archive/suite`.
        suite: String,
        /// Fingerprints that the container or source names.
        accepted: String,
        /// Issuers that the signatures name.
        found: String,
    },
    /// None of the accepted keys could be found.
    #[error(
        "none of the keys that may sign {suite} was found: {accepted}. Looked for them in the debian-archive-keyring packages of \
         {looked_in}. Check the fingerprints against a source you trust; keys that are in no such package come from a file: \
         `yoe lock --keyring FILE`"
    )]
    NoKey {
        /// The suite, as `archive/suite`.
        suite: String,
        /// Fingerprints that the container or source names.
        accepted: String,
        /// The suites whose archives were asked for a keyring package.
        looked_in: String,
    },
    /// Keys could not be read.
    #[error("{name} does not hold OpenPGP keys: {problem}")]
    Keys {
        /// Where they were read from.
        name: String,
        /// What is wrong.
        problem: String,
    },
    /// The release file is of a time to come.
    #[error(
        "the release file of {suite} is of {}, and it is {} here: either this machine's clock is slow, or the archive is wrong",
        Date::of_second(*date), Date::of_second(*now)
    )]
    Future {
        /// The suite, as `archive/suite`.
        suite: String,
        /// Its date, in seconds since 1970.
        date: u64,
        /// The time, in seconds since 1970.
        now: u64,
    },
    /// The release file is past its end.
    #[error(
        "{suite} expired on {}, {} ago: its archive no longer vouches for it. \
         If that is acceptable, say so with accept_expired = True in a container of this suite, which may be one that nothing runs in",
        Date::of_second(*until), ago(*now - *until)
    )]
    Expired {
        /// The suite, as `archive/suite`.
        suite: String,
        /// Its Valid-Until, in seconds since 1970.
        until: u64,
        /// The time it was compared with.
        now: u64,
    },
    /// The release file is older than the one that was locked.
    #[error(
        "the release file of {suite} is of {}, older than that of {} which the lock has seen: its mirror is behind, or \
         serves an old state again. Use another mirror, or remove the suite from the lock to go back",
        Date::of_second(*date), Date::of_second(*locked)
    )]
    Older {
        /// The suite, as `archive/suite`.
        suite: String,
        /// Its Date, in seconds since 1970.
        date: u64,
        /// The Date that the lock has.
        locked: u64,
    },
    /// The release file does not read as one.
    #[error("the release file of {suite} cannot be read: {problem}")]
    Release {
        /// The suite, as `archive/suite`.
        suite: String,
        /// What is wrong.
        problem: String,
    },
    /// The release file is that of another suite.
    #[error("the release file of {suite} is that of another suite: it calls itself {names}")]
    OtherSuite {
        /// The suite, as `archive/suite`.
        suite: String,
        /// The names it gives itself.
        names: String,
    },
    /// The suite has no such index.
    #[error("{suite} has no {index}")]
    NoIndex {
        /// The suite, as `archive/suite`.
        suite: String,
        /// The index, as a path.
        index: String,
    },
    /// An index does not read as one.
    #[error("{index} of {suite} cannot be read: {problem}")]
    Index {
        /// The suite, as `archive/suite`.
        suite: String,
        /// The index, as a path.
        index: String,
        /// What is wrong.
        problem: String,
    },
    /// A package of the archive could not be read.
    #[error(transparent)]
    Unpack(#[from] UnpackError),
    /// A package that was asked for does not exist.
    #[error("{suite} has no package {package:?}{hint}")]
    NoPackage {
        /// The suite, as `archive/suite`.
        suite: String,
        /// The package.
        package: String,
        /// What to ask for instead, empty or with a space or semicolon in front.
        hint: String,
    },
    /// A dependency cannot be satisfied.
    #[error("{chain} needs {dependency}, which {suite} cannot satisfy: {problem}")]
    Unsatisfiable {
        /// The suite, as `archive/suite`.
        suite: String,
        /// How the package came in, from the one that was asked for.
        chain: String,
        /// The dependency.
        dependency: String,
        /// What is there instead.
        problem: String,
    },
    /// A source package does not exist at all, or not at this version.
    #[error("{suite} has no source package {package} {version}: {there}")]
    NoSource {
        /// The suite, as `archive/suite`.
        suite: String,
        /// The source package.
        package: String,
        /// The version that was asked for.
        version: String,
        /// The versions that are there, as text.
        there: String,
    },
    /// A binary package does not exist at all, or not at this version.
    #[error(
        "{suite} has no package {package} {version}: it has {}",
        if there.is_empty() { "no package of this name" } else { there }
    )]
    NoVersion {
        /// The suite, as `archive/suite`.
        suite: String,
        /// The package.
        package: String,
        /// The version that was asked for.
        version: String,
        /// The versions that are there, as text.
        there: String,
    },
    /// A package that is to hold a source is for one architecture.
    #[error(
        "package {package} cannot be a source: {file} is for one architecture, and what is built from a source must not \
         depend on the machine that builds. Only packages of the architecture all can"
    )]
    OneArchitecture {
        /// The package.
        package: String,
        /// Its file.
        file: String,
    },
    /// A source package has no upstream tarball.
    #[error("source package {package} {version} of {suite} lists no upstream tarball")]
    NoTarball {
        /// The suite, as `archive/suite`.
        suite: String,
        /// The source package.
        package: String,
        /// Its version.
        version: String,
    },
    /// A source package carries patches, and the definition does not say what becomes of them.
    #[error(
        "source package {package} {version} of {suite} contains {}, which its definition neither applies nor rejects:{}\n\
         Say patches = \"series\" to apply all of them, patches = [{example:?}] to apply those that are named, or \
         patches = \"none\" to build upstream's code with the holes that they close",
        counted(patches.len()), patches.iter().map(|patch| format!("\n  {patch}")).collect::<String>()
    )]
    UnsaidPatches {
        /// The suite, as `archive/suite`.
        suite: String,
        /// The source package.
        package: String,
        /// Its version.
        version: String,
        /// Each patch, with the holes that it speaks of; those that speak of one come first.
        patches: Vec<String>,
        /// The name of the first.
        example: String,
    },
    /// A source package has changes of a form that is not read.
    #[error(
        "the changes of source package {package} {version} of {suite} are one file, {file}, of source format 1.0, \
         which names no patches and is not read. Say patches = \"none\", and put the changes that you need into the unit's \
         own patches"
    )]
    OneDifference {
        /// The suite, as `archive/suite`.
        suite: String,
        /// The source package.
        package: String,
        /// Its version.
        version: String,
        /// The file.
        file: String,
    },
    /// A source package has no changes that could be asked for.
    #[error(
        "source package {package} {version} of {suite} has no changes of Debian's, so there are no patches to apply. Leave \
         patches out"
    )]
    NoChanges {
        /// The suite, as `archive/suite`.
        suite: String,
        /// The source package.
        package: String,
        /// Its version.
        version: String,
    },
    /// The file that holds a source package's patches is listed but not served.
    #[error(
        "the archive lists {file} but does not serve it, so which patches source package {package} {version} carries cannot \
         be known. Use a version whose file is served, or say patches = \"none\" and put the fixes that you need into the \
         unit's own patches (Debian's changelog names them)"
    )]
    ChangesNotServed {
        /// The source package.
        package: String,
        /// Its version.
        version: String,
        /// The file.
        file: String,
        /// What the archive answered.
        source: FetchError,
    },
    /// The patches of a source package cannot be used.
    #[error(transparent)]
    Patches(#[from] PatchesError),
}

fn counted(patches: usize) -> String {
    if patches == 1 { "a patch".to_owned() } else { format!("{patches} patches") }
}

fn ago(seconds: u64) -> String {
    match seconds / 86_400 {
        0 => "less than a day".to_owned(),
        1 => "1 day".to_owned(),
        days => format!("{days} days"),
    }
}
