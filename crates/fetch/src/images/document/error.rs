//! What can be wrong with a document.

/// Why a document cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DocumentError {
    /// It is not JSON, or not of the form.
    #[error("line {line}, column {column}: {problem}")]
    Form {
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
        /// What is wrong there.
        problem: String,
    },
    /// It is of docker's first schema.
    #[error(
        "it is a manifest of schema 1, which names no configuration and is not built any more: push the image again with a docker of \
         the last years"
    )]
    FirstSchema,
    /// It can be read as two things.
    #[error(
        "it has the fields of an index and those of a manifest, so that two programs would see two images"
    )]
    Ambiguous,
    /// It is another kind of document.
    #[error("it is {found:?}; expected {expected}")]
    Kind {
        /// What it says to be.
        found: String,
        /// What was expected.
        expected: &'static str,
    },
    /// It is too large.
    #[error("{what} is said to have {size} bytes; more than {limit} are not read")]
    TooLarge {
        /// What is.
        what: &'static str,
        /// How large it is said to be.
        size: u64,
        /// The most that is read.
        limit: u64,
    },
    /// Something is named by another digest.
    #[error("it names {what} by {digest:?}; expected sha256: and 64 hexadecimal digits")]
    Digest {
        /// What is named.
        what: String,
        /// By what.
        digest: String,
    },
    /// It is no container image.
    #[error("its configuration is {found:?}, so it is not a container image; expected {expected}")]
    NoImage {
        /// What the configuration is.
        found: String,
        /// What it is in container images.
        expected: String,
    },
    /// A layer is not in the registry.
    #[error(
        "its layer {layer} is foreign ({found:?}): registries do not serve it, and devices run no image that needs one"
    )]
    Foreign {
        /// The layer, from 1.
        layer: usize,
        /// Its media type.
        found: String,
    },
    /// A layer is of an unknown kind.
    #[error("its layer {layer} is {found:?}; expected a tar archive, as it is or compressed by gzip or zstd")]
    Layer {
        /// The layer, from 1.
        layer: usize,
        /// Its media type.
        found: String,
    },
    /// It is for another machine than what named it says.
    #[error("its configuration is for {found:?}, and what names it says {expected:?}")]
    Platform {
        /// What the configuration says.
        found: String,
        /// What was expected.
        expected: String,
    },
    /// The configuration speaks of other layers.
    #[error("its configuration has the digests of {configured} layers, and it has {layers}")]
    Layers {
        /// What the configuration says.
        configured: usize,
        /// How many there are.
        layers: usize,
    },
}
