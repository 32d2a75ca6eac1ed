//! What can be wrong with images of registries.

use std::io;
use std::path::PathBuf;

use yoe_model::{Arch, Digest};

use super::document::DocumentError;
use crate::client::FetchError;

/// Why nobody knows how to log in.
#[derive(Debug, thiserror::Error)]
pub enum LoginError {
    /// Docker's configuration cannot be read.
    #[error("docker's configuration {} cannot be read: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// Docker's configuration is not what docker writes. What stands there is secret, so the place alone is said.
    #[error("docker's configuration {}, line {line}, column {column}: this is not what docker writes", path.display())]
    Configuration {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
    },
    /// The credentials of a registry are not a user and a password.
    #[error(
        "docker's configuration {}: the `auth` of {registry:?} is not a user and a password; log in again with `docker login`",
        path.display()
    )]
    Credentials {
        /// The file.
        path: PathBuf,
        /// The registry, as the file calls it.
        registry: String,
    },
    /// The name of a helper is not one.
    #[error("docker's configuration {} names the credential helper {helper:?}, which is no part of a program's name", path.display())]
    HelperName {
        /// The file.
        path: PathBuf,
        /// The helper.
        helper: String,
    },
    /// A helper cannot be run.
    #[error(
        "docker's configuration {} says that {program} knows the credentials of {registry}, and it cannot be run: {source}",
        path.display()
    )]
    NoHelper {
        /// The configuration.
        path: PathBuf,
        /// The program.
        program: String,
        /// The registry.
        registry: String,
        /// Why not.
        source: io::Error,
    },
    /// A helper failed.
    #[error("{program} does not give the credentials of {registry}: {said}")]
    Helper {
        /// The program.
        program: String,
        /// The registry.
        registry: String,
        /// What it said, or how it ended.
        said: String,
    },
    /// A helper was not awaited any more.
    #[error("waiting for {program} was cancelled")]
    Cancelled {
        /// The program.
        program: String,
    },
}

/// Why a server gave no token.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// What docker knows cannot be had.
    #[error(transparent)]
    Login(#[from] LoginError),
    /// The challenge leads nowhere.
    #[error("the registry {registry} names no token server (`realm`) when it asks who asks")]
    NoRealm {
        /// The registry.
        registry: String,
    },
    /// The token server is asked without TLS.
    #[error(
        "the registry {registry} names {realm:?} as its token server; expected an address of https://, as nothing is asked in clear"
    )]
    Plain {
        /// The registry.
        registry: String,
        /// The token server.
        realm: String,
    },
    /// The token server leads elsewhere.
    #[error(
        "the token server {realm:?} leads to {location:?}; it is not followed, as what is said to a token server is for nobody else"
    )]
    Redirected {
        /// The token server.
        realm: String,
        /// Where to.
        location: String,
    },
    /// The token server refuses.
    #[error("the token server {realm:?} answered {status}: {advice}")]
    Refused {
        /// The token server.
        realm: String,
        /// The status.
        status: u16,
        /// What to do.
        advice: String,
    },
    /// The token server's answer is none.
    #[error("the token server {realm:?} answered with something that holds no token")]
    NoToken {
        /// The token server.
        realm: String,
    },
}

/// Why an image of a registry could not be looked up.
#[derive(Debug, thiserror::Error)]
pub enum RegistryError {
    /// It cannot be fetched.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// A mirror is asked in clear.
    #[error(
        "{address:?} cannot stand in for the registry {registry}: expected https://HOST, or http:// of this machine"
    )]
    Mirror {
        /// The mirror.
        address: String,
        /// The registry.
        registry: String,
    },
    /// The registry says of what it sent that it is something else.
    #[error("the registry says that {what} is sha256:{said}, and what it sent is sha256:{sent}")]
    WrongDigest {
        /// What was asked for.
        what: String,
        /// What the registry says.
        said: Digest,
        /// What came.
        sent: Digest,
    },
    /// A document cannot be used.
    #[error("{what} cannot be used")]
    Document {
        /// The document.
        what: String,
        /// Why not.
        source: DocumentError,
    },
    /// An architecture is missing.
    #[error("{name} is not there for {arch} (linux/{}); {there}", arch.debian())]
    NoArchitecture {
        /// The image.
        name: String,
        /// The architecture.
        arch: Arch,
        /// What it is there for, in a sentence.
        there: String,
    },
}
