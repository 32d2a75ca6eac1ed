//! Why patches of a source package cannot be used.

use crate::unpack::UnpackError;

/// Why patches of a source package cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PatchesError {
    /// The file that holds them cannot be read.
    #[error(transparent)]
    Unpack(#[from] UnpackError),
    /// A line of the series is not understood.
    #[error("{archive}: {series}, line {line}: {problem}")]
    Series {
        /// The file that holds the patches.
        archive: String,
        /// The series, as a path in it.
        series: String,
        /// The line, from 1.
        line: usize,
        /// What is wrong there.
        problem: String,
    },
    /// The series names a patch that is not there.
    #[error("{archive}: {series}, line {line}: there is no patch {name:?} in debian/patches")]
    Missing {
        /// The file that holds the patches.
        archive: String,
        /// The series, as a path in it.
        series: String,
        /// The line, from 1.
        line: usize,
        /// The patch.
        name: String,
    },
    /// A link stands where a file must be.
    #[error("{archive}: {path} is a link; only files are read")]
    Link {
        /// The file that holds the patches.
        archive: String,
        /// The path in it.
        path: String,
    },
    /// A patch names a path outside of the source tree.
    #[error("{archive}: patch {name}, line {line}: refusing {path:?}, which leads out of the source tree")]
    Outside {
        /// The file that holds the patches.
        archive: String,
        /// The patch.
        name: String,
        /// The line of the patch, from 1.
        line: usize,
        /// The path as it is written there.
        path: String,
    },
    /// A patch that a definition names is not in the series.
    #[error("{archive} has no patch {name:?} in its series; it has {}", list(there))]
    Unknown {
        /// The file that holds the patches.
        archive: String,
        /// The patch.
        name: String,
        /// Those of the series.
        there: Vec<String>,
    },
}

fn list(names: &[String]) -> String {
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}
