//! What docker's `config.json` says of how to log in: `auths`, `credHelpers`, `credsStore`.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::Deserialize;
use yoe_model::Cancel;

use super::error::LoginError;
use super::helper;
use super::secret::{Login, Secret};

/// What docker calls its own registry where it keeps credentials.
const DOCKER: &str = "https://index.docker.io/v1/";
/// The largest configuration, in bytes.
const LARGEST: u64 = 4 << 20;

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Configuration {
    #[serde(default)]
    auths: BTreeMap<String, Auth>,
    #[serde(default)]
    cred_helpers: BTreeMap<String, String>,
    #[serde(default)]
    creds_store: String,
}

#[derive(Default, Deserialize)]
struct Auth {
    #[serde(default)]
    auth: String,
    #[serde(default)]
    username: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    identitytoken: String,
    #[serde(default)]
    registrytoken: String,
}

/// What docker knows. The file is read, and a helper asked, at the first question of a registry.
pub(super) struct Logins {
    directory: Option<PathBuf>,
    known: Mutex<BTreeMap<String, Option<Login>>>,
}

impl fmt::Debug for Logins {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Logins").field("directory", &self.directory).finish_non_exhaustive()
    }
}

impl Logins {
    /// From the `config.json` in this directory.
    pub(super) fn new(directory: Option<PathBuf>) -> Self {
        Self { directory, known: Mutex::default() }
    }

    /// What is known of a registry, by its host.
    pub(super) fn of(&self, registry: &str, cancel: &Cancel) -> Result<Option<Login>, LoginError> {
        // Whoever asks meanwhile waits, so that a helper which asks a person asks once.
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(login) = known.get(registry) {
            return Ok(login.clone());
        }
        let login = match &self.directory {
            Some(directory) => look_up(&directory.join("config.json"), registry, cancel)?,
            None => None,
        };
        known.insert(registry.to_owned(), login.clone());
        Ok(login)
    }
}

fn look_up(path: &Path, registry: &str, cancel: &Cancel) -> Result<Option<Login>, LoginError> {
    let Some(configuration) = read(path)? else { return Ok(None) };
    let key = if registry == "docker.io" { DOCKER } else { registry };
    let Configuration { auths, cred_helpers, creds_store } = configuration;
    let own = find(&cred_helpers, key).map(String::as_str);
    if let Some(helper) = own.or((!creds_store.is_empty()).then_some(creds_store.as_str()))
        && let Some(login) = helper::ask(helper, key, path, cancel)?
    {
        return Ok(Some(login));
    }
    find(&auths, key).map_or(Ok(None), |auth| auth.login(path, registry))
}

fn read(path: &Path) -> Result<Option<Configuration>, LoginError> {
    let failed = |source| LoginError::Read { path: path.to_owned(), source };
    let mut text = Vec::new();
    match std::fs::File::open(path) {
        Ok(file) => file.take(LARGEST).read_to_end(&mut text).map_err(failed)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    serde_json::from_slice(&text).map(Some).map_err(|error| {
        // The message of such an error may hold what stands there.
        LoginError::Configuration { path: path.to_owned(), line: error.line(), column: error.column() }
    })
}

/// What a table has for a registry: under its name, or under an address that leads to it.
fn find<'a, T>(table: &'a BTreeMap<String, T>, registry: &str) -> Option<&'a T> {
    table.get(registry).or_else(|| {
        let host = host(registry);
        table.iter().find(|(key, _)| self::host(key) == host).map(|(_, value)| value)
    })
}

/// The host of an address, as docker reads one: without scheme and path. Its own registry has three names.
fn host(address: &str) -> &str {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let host = rest.split('/').next().unwrap_or(rest);
    if ["docker.io", "registry-1.docker.io"].contains(&host) { "index.docker.io" } else { host }
}

impl Auth {
    fn login(&self, path: &Path, registry: &str) -> Result<Option<Login>, LoginError> {
        let Self { auth, username, password, identitytoken, registrytoken } = self;
        let wrong = || LoginError::Credentials { path: path.to_owned(), registry: registry.to_owned() };
        Ok(if !registrytoken.is_empty() {
            Some(Login::Token(Secret::new(registrytoken)))
        } else if !identitytoken.is_empty() {
            Some(Login::Identity(Secret::new(identitytoken)))
        } else if !auth.is_empty() {
            Some(Login::of_basic(auth).ok_or_else(wrong)?)
        } else if !username.is_empty() {
            Some(Login::Password(username.clone(), Secret::new(password)))
        } else {
            // Docker leaves an empty entry for what a helper knows.
            None
        })
    }
}
