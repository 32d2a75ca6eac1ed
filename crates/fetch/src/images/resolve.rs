//! From the name of an image to what it stands for.

use std::collections::BTreeSet;

use yoe_model::{Arch, Digest, ImageName, LockedBlob, LockedImage, LockedManifest};

use super::Registries;
use super::access::RepositoryAccess;
use super::document::{self, Document, DocumentError, Entry, Manifest};
use super::error::RegistryError;
use super::place::{Place, places};
use crate::client::Remote;

impl Registries {
    /// Looks up what a name stands for now, for these architectures. One that there is no image for is noted, but `needed` must be there.
    ///
    /// # Errors
    /// When the registry does not answer, or with something that devices cannot use.
    pub fn resolve(
        &self,
        name: &ImageName,
        architectures: &BTreeSet<Arch>,
        needed: Arch,
    ) -> Result<LockedImage, RegistryError> {
        let lookup = Lookup { registries: self, name, places: places(name, &self.mirrors)? };
        let (bytes, digest) = lookup.named()?;
        let whole = LockedBlob { size: bytes.len() as u64, sha256: digest };
        let mut locked = LockedImage::default();
        let there = match document::read(&bytes).map_err(lookup.wrong(&name.to_string()))? {
            Document::Index(entries) => {
                locked.index = Some(whole);
                for arch in architectures {
                    if let Some(manifest) = lookup.of_index(&entries, *arch)? {
                        locked.manifests.insert(*arch, manifest);
                    }
                }
                document::there(&entries)
            }
            Document::Manifest(manifest) => {
                let config = lookup.config(&manifest)?;
                let wrong = lookup.wrong(&format!("the configuration of {name}"));
                let found = document::architecture(&config, manifest.layers.len()).map_err(&wrong)?;
                if let Some(arch) = found.filter(|arch| architectures.contains(arch)) {
                    locked.manifests.insert(arch, joined(whole, manifest));
                }
                format!("it is there for {:?} alone", document::platform(&config).map_err(wrong)?)
            }
        };
        if !locked.manifests.contains_key(&needed) {
            return Err(RegistryError::NoArchitecture { name: name.to_string(), arch: needed, there });
        }
        let lacks = architectures.iter().filter(|arch| !locked.manifests.contains_key(arch));
        locked.lacks = lacks.copied().collect();
        Ok(locked)
    }
}

fn joined(manifest: LockedBlob, Manifest { config, layers }: Manifest) -> LockedManifest {
    LockedManifest { manifest, config, layers }
}

struct Lookup<'a> {
    registries: &'a Registries,
    name: &'a ImageName,
    places: Vec<Place>,
}

impl Lookup<'_> {
    fn wrong(&self, what: &str) -> impl Fn(DocumentError) -> RegistryError + use<> {
        let what = what.to_owned();
        move |source| RegistryError::Document { what: what.clone(), source }
    }

    /// The document that the name stands for, and its digest.
    fn named(&self) -> Result<(Vec<u8>, Digest), RegistryError> {
        let named = self.name.digest().map(|digest| format!("sha256:{digest}"));
        let reference = named.as_deref().or(self.name.tag()).unwrap_or_default();
        let urls: Vec<String> = self.places.iter().map(|place| place.manifest(reference)).collect();
        let access =
            RepositoryAccess::new(&self.registries.grants, &self.places).accepting(document::ACCEPTED);
        let (client, what) = (self.registries.grants.client(), self.name.to_string());
        if let Some(sha256) = self.name.digest() {
            let remote = Remote { urls, size: None, sha256, name: what };
            return Ok((client.fetch_with(&access, &remote, document::LARGEST)?, sha256));
        }
        let bytes = client.fetch_small_with(&access, &what, &urls, document::LARGEST)?;
        let sent = Digest::of(&bytes);
        let said = access.said();
        match said.strip_prefix("sha256:").and_then(|digits| digits.parse().ok()) {
            Some(said) if said != sent => Err(RegistryError::WrongDigest { what, said, sent }),
            _ => Ok((bytes, sent)),
        }
    }

    fn of_index(&self, entries: &[Entry], arch: Arch) -> Result<Option<LockedManifest>, RegistryError> {
        let name = self.name.to_string();
        let Some(found) = document::choose(entries, arch).map_err(self.wrong(&name))? else {
            return Ok(None);
        };
        let what = format!("the manifest of {name} for {arch}");
        let wrong = self.wrong(&what);
        let urls = self.places.iter().map(|place| place.manifest(&format!("sha256:{}", found.sha256)));
        let remote =
            Remote { urls: urls.collect(), size: Some(found.size), sha256: found.sha256, name: what };
        let access =
            RepositoryAccess::new(&self.registries.grants, &self.places).accepting(document::ACCEPTED);
        let bytes = self.registries.grants.client().fetch_with(&access, &remote, document::LARGEST)?;
        let manifest = match document::read(&bytes).map_err(&wrong)? {
            Document::Manifest(manifest) => manifest,
            Document::Index(_) => {
                let found = "an index".to_owned();
                return Err(wrong(DocumentError::Kind { found, expected: "the manifest of an image" }));
            }
        };
        let config = self.config(&manifest)?;
        let wrong = self.wrong(&format!("the configuration of {name} for {arch}"));
        document::is_for(&config, manifest.layers.len(), arch).map_err(wrong)?;
        Ok(Some(joined(found, manifest)))
    }

    fn config(&self, manifest: &Manifest) -> Result<Vec<u8>, RegistryError> {
        let LockedBlob { size, sha256 } = manifest.config;
        let urls = self.places.iter().map(|place| place.blob(&sha256)).collect();
        let name = format!("the configuration of {}", self.name);
        let access = RepositoryAccess::new(&self.registries.grants, &self.places);
        let remote = Remote { urls, size: Some(size), sha256, name };
        Ok(self.registries.grants.client().fetch_with(&access, &remote, document::LARGEST)?)
    }
}
