//! Downloads over HTTP and HTTPS: resumed, retried, verified.

mod access;
mod ask;
mod error;
mod pace;
mod registry;
mod sink;
mod transfer;

use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use ureq::Agent;
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use yoe_model::{ArchiveFile, Digest, Mirrors};
use yoe_notation::percent;

use crate::Cancel;
pub use access::Access;
pub(crate) use ask::{Answer, Ask};
pub use error::{AddressError, FetchError, Tried};
pub use registry::crate_file;
pub(crate) use registry::prefix as crate_prefix;
use sink::Sink;
use transfer::{Transfer, Want};

/// A file that others serve, known by its digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remote {
    /// Places that serve the same bytes, in the order they are asked.
    pub urls: Vec<String>,
    /// Size in bytes, when known.
    pub size: Option<u64>,
    /// Of the whole file.
    pub sha256: Digest,
    /// What messages call it.
    pub name: String,
}

/// What happens during a download.
#[derive(Debug, Clone, Copy)]
pub enum Progress<'a> {
    /// Bytes arrived.
    Bytes {
        /// Bytes that are there, those of an earlier run included.
        done: u64,
        /// Bytes of the whole file, when known.
        total: Option<u64>,
    },
    /// Something went wrong, and the same address is asked again after a while.
    Waiting {
        /// The address.
        url: &'a str,
        /// What went wrong.
        problem: &'a AddressError,
        /// How long it waits.
        delay: Duration,
    },
}

/// Which proxy requests go through.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Proxy {
    /// None.
    #[default]
    None,
    /// Those that `https_proxy`, `http_proxy`, `all_proxy` and `no_proxy` name in the environment.
    Environment,
    /// This one: `http://HOST:PORT`.
    Address(String),
}

/// How patient a [`Client`] is, and which way it goes.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Whether nothing may be fetched.
    pub offline: bool,
    /// The proxy.
    pub proxy: Proxy,
    /// How long a connection may take to be made.
    pub connect: Duration,
    /// How long a server may stay silent before the connection counts as broken.
    pub silence: Duration,
    /// Bytes per second that an answer must bring, averaged over [`Settings::window`].
    pub floor: u64,
    /// What [`Settings::floor`] is averaged over. An answer must begin in this time.
    pub window: Duration,
    /// How often one address is asked without any progress.
    pub attempts: u32,
    /// The wait before the second attempt; doubled before each further one.
    pub backoff: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            offline: false,
            proxy: Proxy::None,
            connect: Duration::from_secs(10),
            silence: Duration::from_secs(30),
            floor: 1024,
            window: Duration::from_secs(60),
            attempts: 4,
            backoff: Duration::from_millis(500),
        }
    }
}

/// Largest file that is fetched when its size is not known: 8 GiB.
const LARGEST: u64 = 8 << 30;

/// How long a wait lasts at most before the flag is looked at again.
const STEP: Duration = Duration::from_millis(50);

/// Fetches files. Clones share connections. Trusts the system's root certificates (those of `SSL_CERT_FILE` and
/// `SSL_CERT_DIR` where these are set).
#[derive(Debug, Clone)]
pub struct Client {
    agent: Agent,
    proxy: Option<ureq::Proxy>,
    settings: Settings,
    cancel: Cancel,
}

impl Client {
    /// A client that ends within a moment once `cancel` is set; then it cannot be used any more.
    ///
    /// # Errors
    /// When the proxy's address cannot be understood.
    pub fn new(settings: Settings, cancel: Cancel) -> Result<Self, FetchError> {
        let proxy = match &settings.proxy {
            Proxy::None => None,
            Proxy::Environment => ureq::Proxy::try_from_env(),
            Proxy::Address(address) => {
                Some(ureq::Proxy::new(address).map_err(|_| FetchError::Proxy { address: address.clone() })?)
            }
        };
        let agent = Agent::config_builder()
            .proxy(proxy.clone())
            .tls_config(tls())
            .http_status_as_error(false)
            .timeout_connect(Some(settings.connect))
            .timeout_resolve(Some(settings.connect))
            .timeout_recv_response(Some(settings.window))
            .timeout_per_read(Some(settings.silence))
            .timeout_per_write(Some(settings.silence))
            .user_agent(concat!("yoe/", env!("CARGO_PKG_VERSION")))
            .build()
            .new_agent();
        Ok(Self { agent, proxy, settings, cancel })
    }

    /// The flag that ends this client.
    pub fn cancel(&self) -> &Cancel {
        &self.cancel
    }

    /// Whether this may be fetched.
    ///
    /// # Errors
    /// When nothing may be.
    pub fn may_fetch(&self, name: &str) -> Result<(), FetchError> {
        if self.settings.offline { Err(FetchError::Offline { name: name.to_owned() }) } else { Ok(()) }
    }

    /// Downloads a file to `partial` and verifies it: on success `partial` holds exactly the file. What `partial` holds
    /// before is continued; after a failure it holds what arrived so far, or nothing when that was wrong.
    ///
    /// # Errors
    /// When no address gives the right bytes, when the local file cannot be written, or when cancelled.
    pub fn download(
        &self,
        remote: &Remote,
        partial: &Path,
        progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<(), FetchError> {
        self.download_by(&Want::from(remote), partial, progress)
    }

    /// As [`Client::download`], from addresses that want to know who asks.
    ///
    /// # Errors
    /// As [`Client::download`].
    pub fn download_with(
        &self,
        access: &dyn Access,
        remote: &Remote,
        partial: &Path,
        progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<(), FetchError> {
        self.download_by(&Want { access: Some(access), ..Want::from(remote) }, partial, progress)
    }

    fn download_by(
        &self,
        want: &Want<'_>,
        partial: &Path,
        progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<(), FetchError> {
        let file_error = |source| FetchError::File { path: partial.to_owned(), source };
        let mut sink = Sink::file(partial).map_err(file_error)?;
        let result = self.run(want, &mut sink, partial, progress);
        if result.is_err() && sink.len() == 0 {
            // An empty file says nothing; leaving it would look like a download under way.
            std::fs::remove_file(partial).map_err(file_error)?;
        }
        result
    }

    /// Downloads a file of a known digest into memory.
    ///
    /// # Errors
    /// As [`Client::download`].
    pub fn fetch(
        &self,
        remote: &Remote,
        progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<Vec<u8>, FetchError> {
        self.in_memory(&Want::from(remote), progress)
    }

    /// Downloads a file of at most `limit` bytes into memory, from the first address that has it. Nothing is verified.
    ///
    /// # Errors
    /// When no address gives it, when it is larger than `limit`, or when cancelled.
    pub fn fetch_small(&self, name: &str, urls: &[String], limit: u64) -> Result<Vec<u8>, FetchError> {
        self.in_memory(&Want { name, urls, size: None, sha256: None, limit, access: None }, &mut |_| ())
    }

    /// As [`Client::fetch`], from addresses that want to know who asks, and of at most `limit` bytes where the size is not known.
    ///
    /// # Errors
    /// As [`Client::download`].
    pub fn fetch_with(
        &self,
        access: &dyn Access,
        remote: &Remote,
        limit: u64,
    ) -> Result<Vec<u8>, FetchError> {
        let limit = remote.size.unwrap_or(limit);
        self.in_memory(&Want { access: Some(access), limit, ..Want::from(remote) }, &mut |_| ())
    }

    /// As [`Client::fetch_small`], from addresses that want to know who asks.
    ///
    /// # Errors
    /// As [`Client::fetch_small`].
    pub fn fetch_small_with(
        &self,
        access: &dyn Access,
        name: &str,
        urls: &[String],
        limit: u64,
    ) -> Result<Vec<u8>, FetchError> {
        let want = Want { name, urls, size: None, sha256: None, limit, access: Some(access) };
        self.in_memory(&want, &mut |_| ())
    }

    fn in_memory(
        &self,
        want: &Want<'_>,
        progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<Vec<u8>, FetchError> {
        let mut sink = Sink::memory();
        self.run(want, &mut sink, Path::new(""), progress)?;
        Ok(sink.into_memory())
    }

    fn run(
        &self,
        want: &Want<'_>,
        sink: &mut Sink,
        path: &Path,
        progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<(), FetchError> {
        self.may_fetch(want.name)?;
        let (done, watched) = mpsc::channel::<()>();
        std::thread::scope(|scope| {
            // A blocked read does not look at the flag; shutting the agent down wakes it.
            scope.spawn(move || {
                while let Err(RecvTimeoutError::Timeout) = watched.recv_timeout(STEP) {
                    if self.cancel.is_cancelled() {
                        self.agent.clone().shutdown();
                        return;
                    }
                }
            });
            let transfer = Transfer {
                agent: &self.agent,
                proxy: self.proxy.as_ref(),
                settings: &self.settings,
                cancel: &self.cancel,
                want,
            };
            let result = transfer.run(sink, path, progress);
            drop(done);
            result
        })
    }
}

impl<'a> From<&'a Remote> for Want<'a> {
    fn from(remote: &'a Remote) -> Self {
        let Remote { urls, size, sha256, name } = remote;
        Want { name, urls, size: *size, sha256: Some(*sha256), limit: size.unwrap_or(LARGEST), access: None }
    }
}

/// Where a locked file of an archive can be fetched from.
///
/// # Errors
/// When the project has no mirrors for its archive.
pub fn remote(file: &ArchiveFile, mirrors: &Mirrors) -> Result<Remote, FetchError> {
    Ok(Remote {
        urls: addresses(mirrors, &file.archive, &file.path)?,
        size: Some(file.size),
        sha256: file.sha256,
        name: file.path.rsplit('/').next().unwrap_or(&file.path).to_owned(),
    })
}

/// The addresses of a path in an archive, one for each mirror.
pub(crate) fn addresses(mirrors: &Mirrors, archive: &str, path: &str) -> Result<Vec<String>, FetchError> {
    let bases = mirrors.get(archive).filter(|bases| !bases.is_empty()).ok_or_else(|| {
        let known = mirrors.iter().filter(|(_, bases)| !bases.is_empty());
        let known: Vec<&str> = known.map(|(archive, _)| archive.as_str()).collect();
        let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        FetchError::UnknownArchive { archive: archive.to_owned(), known }
    })?;
    Ok(bases
        .iter()
        .map(|base| format!("{}/{}", base.trim_end_matches('/'), percent::encode(path, PATH)))
        .collect())
}

/// What may stand in the path of an address as it is (RFC 3986, section 3.3), beyond what may stand anywhere.
const PATH: &str = "/!$&'()*+,;=:@";

fn tls() -> TlsConfig {
    // Certificates that cannot be read are left out: a request that needs one of them says so.
    let roots = rustls_native_certs::load_native_certs().certs;
    let roots = roots.iter().map(|cert| Certificate::from_der(cert).to_owned());
    TlsConfig::builder()
        .root_certs(RootCerts::from(roots))
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .build()
}

#[cfg(test)]
mod tests;
