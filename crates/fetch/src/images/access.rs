//! The credentials that requests to a registry carry.

use std::cell::RefCell;

use super::grants::Grants;
use super::place::Place;
use crate::client::{Access, AddressError};

/// The requests of one download.
pub(super) struct RepositoryAccess<'a> {
    grants: &'a Grants,
    places: &'a [Place],
    accept: Option<&'static str>,
    digest: RefCell<String>,
}

impl<'a> RepositoryAccess<'a> {
    /// Of files of a repository.
    pub(super) fn new(grants: &'a Grants, places: &'a [Place]) -> Self {
        Self { grants, places, accept: None, digest: RefCell::default() }
    }

    /// Of documents of these media types.
    pub(super) fn accepting(self, accept: &'static str) -> Self {
        Self { accept: Some(accept), ..self }
    }

    /// What the registry said of the last answer's digest; empty when it said nothing.
    pub(super) fn said(&self) -> String {
        self.digest.borrow().clone()
    }

    fn place(&self, url: &str) -> Option<&'a Place> {
        self.places.iter().find(|place| place.has(url))
    }
}

impl Access for RepositoryAccess<'_> {
    fn headers(&self, url: &str) -> Vec<(&'static str, String)> {
        let accept = self.accept.filter(|_| url.contains("/manifests/"));
        let accept = accept.map(|types| ("accept", types.to_owned()));
        let granted = self.place(url).and_then(|place| self.grants.known(place));
        let granted = granted.map(|granted| ("authorization", granted.value.reveal().to_owned()));
        accept.into_iter().chain(granted).collect()
    }

    fn challenged(
        &self,
        url: &str,
        sent: &[(&'static str, String)],
        challenges: &[&str],
    ) -> Result<bool, AddressError> {
        let Some(place) = self.place(url) else { return Ok(false) };
        let sent = sent.iter().find(|(name, _)| *name == "authorization").map(|(_, value)| value.as_str());
        if let Some(granted) = self.grants.known(place) {
            if sent != Some(granted.value.reveal()) {
                // Another download was faster.
                return Ok(true);
            }
            if granted.since.elapsed() < self.grants.fresh {
                return Ok(false);
            }
        }
        let found = self.grants.find(place, challenges)?;
        Ok(found.is_some_and(|value| sent != Some(value.reveal())))
    }

    fn advice(&self, url: &str, status: u16) -> Option<String> {
        let registry = &self.place(url)?.registry;
        let variable = crate::host::mirror_variable(registry);
        Some(match status {
            401 => format!(
                "it is private, or there is no such repository: log in with `docker login {registry}`, or correct the name"
            ),
            403 => format!("who is logged in to {registry} may not read it: log in as somebody who may"),
            404 => "there is no such repository, tag or file: correct the name, or run `yoe lock --update` when it was moved".to_owned(),
            429 => format!(
                "it answers no more for a while: wait, log in with `docker login {registry}`, or name a mirror with {variable}"
            ),
            _ => return None,
        })
    }

    fn answered(&self, value: &str) {
        value.clone_into(&mut self.digest.borrow_mut());
    }

    fn wants(&self) -> &'static str {
        "docker-content-digest"
    }
}
