//! Images of registries (OCI distribution specification 1.1): what their names stand for, and their files by digest.
//!
//! Who asks is said as docker says it: by the credentials of its `config.json` and of the helpers that it names, which go to the registry
//! that they are for and to the token server that it names, and nowhere else. Everything that comes is held against its digest, but what
//! a tag stands for, which the registry alone knows: it is asked by TLS.

mod access;
mod challenge;
mod document;
mod error;
#[cfg(feature = "fuzzing")]
pub(crate) mod fuzzing;
mod grants;
mod helper;
mod logins;
mod place;
mod resolve;
mod secret;
mod token;

use std::path::{Path, PathBuf};

use yoe_model::{ImageName, LockedManifest, Mirrors};

use self::access::RepositoryAccess;
use self::grants::Grants;
use self::place::places;
use crate::client::{Client, Progress, Remote};
pub use document::{DocumentError, layer_digests};
pub use error::{LoginError, RegistryError, TokenError};

/// All registries. Credentials that they took are remembered.
#[derive(Debug)]
pub struct Registries {
    grants: Grants,
    mirrors: Mirrors,
}

impl Registries {
    /// Registries with these mirrors, which are known by the registries' names. `docker` is the directory of docker's `config.json`.
    pub fn new(client: Client, mirrors: Mirrors, docker: Option<PathBuf>) -> Self {
        Self { grants: Grants::new(client, docker), mirrors }
    }

    /// The files of a locked image: its manifest, its configuration, then its layers, each once.
    ///
    /// # Errors
    /// When a mirror cannot be used.
    pub fn files(&self, name: &ImageName, image: &LockedManifest) -> Result<Vec<Remote>, RegistryError> {
        let places = places(name, &self.mirrors)?;
        let blobs = image.blobs();
        let file = |(at, blob): (usize, &yoe_model::LockedBlob)| Remote {
            urls: match at {
                0 => places.iter().map(|place| place.manifest(&format!("sha256:{}", blob.sha256))).collect(),
                _ => places.iter().map(|place| place.blob(&blob.sha256)).collect(),
            },
            size: Some(blob.size),
            sha256: blob.sha256,
            name: blob.sha256.to_string(),
        };
        Ok(blobs.iter().enumerate().map(file).collect())
    }

    /// Downloads a file of an image, as [`Client::download`] does.
    ///
    /// # Errors
    /// When a mirror cannot be used, and as [`Client::download`].
    pub fn download(
        &self,
        name: &ImageName,
        file: &Remote,
        partial: &Path,
        progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<(), RegistryError> {
        let places = places(name, &self.mirrors)?;
        let access = RepositoryAccess::new(&self.grants, &places).accepting(document::ACCEPTED);
        let named = Remote { name: format!("{} of {name}", file.name), ..file.clone() };
        Ok(self.grants.client().download_with(&access, &named, partial, progress)?)
    }
}

#[cfg(test)]
mod tests;
