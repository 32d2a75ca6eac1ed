//! Credentials that servers took.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::challenge;
use super::error::TokenError;
use super::logins::Logins;
use super::place::Place;
use super::secret::{Login, Secret};
use super::token::token;
use crate::client::{AddressError, Client};

/// The shortest time that tokens are valid is longer.
const FRESH: Duration = Duration::from_secs(20);

/// What was found out about a repository at one server.
#[derive(Debug, Clone)]
pub(super) struct Granted {
    /// The value of `Authorization`.
    pub(super) value: Secret,
    /// When it was had.
    pub(super) since: Instant,
}

/// All that was found out.
pub(super) struct Grants {
    client: Client,
    logins: Logins,
    /// By server and repository: a token is good for one of them.
    known: Mutex<BTreeMap<(String, String), Granted>>,
    /// What is refused within this time is not asked for once more.
    pub(super) fresh: Duration,
}

impl fmt::Debug for Grants {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Grants").field("logins", &self.logins).finish_non_exhaustive()
    }
}

impl Grants {
    /// By what the `config.json` in docker's directory says.
    pub(super) fn new(client: Client, docker: Option<PathBuf>) -> Self {
        Self { client, logins: Logins::new(docker), known: Mutex::default(), fresh: FRESH }
    }

    /// What fetches.
    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    /// What a place took last, or was to take.
    pub(super) fn known(&self, place: &Place) -> Option<Granted> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(&key(place)).cloned()
    }

    /// Finds out what is to be said to a place with these challenges; nothing when there is nothing to say.
    pub(super) fn find(&self, place: &Place, challenges: &[&str]) -> Result<Option<Secret>, AddressError> {
        let Some(value) = self.answer(place, challenges)? else { return Ok(None) };
        let granted = Granted { value: value.clone(), since: Instant::now() };
        self.known.lock().unwrap_or_else(PoisonError::into_inner).insert(key(place), granted);
        Ok(Some(value))
    }

    fn answer(&self, place: &Place, challenges: &[&str]) -> Result<Option<Secret>, AddressError> {
        let login = self.logins.of(&place.registry, self.client.cancel());
        let login = login.map_err(|error| AddressError::Access(Box::new(TokenError::Login(error))))?;
        let all = challenge::read(challenges);
        let of = |scheme: &str| all.iter().find(|challenge| challenge.scheme == scheme);
        if let Some(challenge) = of("bearer") {
            return token(&self.client, place, challenge, login.as_ref()).map(Some);
        }
        Ok(match (of("basic"), login) {
            (Some(_), Some(Login::Password(user, password))) => Some(Login::basic(&user, &password)),
            _ => None,
        })
    }
}

fn key(place: &Place) -> (String, String) {
    (place.server.clone(), place.repository.clone())
}
