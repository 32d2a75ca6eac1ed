//! Why something could not be fetched.

use std::fmt::Write as _;
use std::path::PathBuf;

use yoe_model::Digest;

/// Why a file could not be fetched.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// No address gave the file; what each of them answered.
    #[error("cannot fetch {name}{}", list(tried))]
    Failed {
        /// The file, as messages name it.
        name: String,
        /// Every address that was asked, in order.
        tried: Vec<Tried>,
    },
    /// Nothing may be fetched.
    #[error("cannot fetch {name}: --offline forbids it")]
    Offline {
        /// The file, as messages name it.
        name: String,
    },
    /// There is no address to ask.
    #[error("cannot fetch {name}: no address is known for it")]
    NoAddress {
        /// The file, as messages name it.
        name: String,
    },
    /// The project has no mirrors for an archive.
    #[error(
        "archive {archive:?} has no mirrors; the project knows {known}. Say where it is served: {}=https://…, \
         or, in PROJECT.star, project(mirrors = {{{archive:?}: [\"https://…\"]}})",
        crate::host::mirror_variable(archive)
    )]
    UnknownArchive {
        /// The archive that is missing.
        archive: String,
        /// The archives that have mirrors, as text.
        known: String,
    },
    /// No registry is known that might serve a crate.
    #[error("cannot fetch the crate {name} {version}: no address of a registry is known")]
    NoRegistry {
        /// The crate.
        name: String,
        /// Its version.
        version: String,
    },
    /// The cancel flag was set.
    #[error("fetching {name} was cancelled")]
    Cancelled {
        /// The file, as messages name it.
        name: String,
    },
    /// The local file cannot be used.
    #[error("cannot write {}", path.display())]
    File {
        /// The local file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The address of the proxy is not understood.
    #[error("{address:?} is not the address of a proxy; expected http://HOST:PORT")]
    Proxy {
        /// As it was given.
        address: String,
    },
    /// TLS cannot be set up.
    #[error("TLS cannot be set up: {0}")]
    Tls(String),
}

/// An address and what it answered.
#[derive(Debug)]
pub struct Tried {
    /// The address.
    pub url: String,
    /// What went wrong there.
    pub problem: AddressError,
}

/// What went wrong at one address.
#[derive(Debug, thiserror::Error)]
pub enum AddressError {
    /// The server answered with this HTTP status.
    #[error("the server answered {}{}", .0, reason(*.0))]
    Status(u16),
    /// The server answered with this HTTP status, and there is something to be done about it.
    #[error("the server answered {status}{}; {advice}", reason(*.status))]
    Refused {
        /// The status.
        status: u16,
        /// What to do, as the rest of a sentence.
        advice: String,
    },
    /// The credentials that the server asks for could not be had.
    #[error("{0}")]
    Access(Box<dyn std::error::Error + Send + Sync>),
    /// The connection failed, or stayed silent for too long.
    #[error("{0}")]
    Transport(String),
    /// The connection failed, and a proxy stands between.
    #[error(
        "{what} (by the proxy {proxy}; https_proxy, http_proxy, all_proxy and no_proxy say what goes by a proxy)"
    )]
    Proxy {
        /// What failed.
        what: String,
        /// The proxy's address, without a password.
        proxy: String,
    },
    /// Nobody whom this machine trusts vouches for the server.
    #[error(
        "{what}: no certificate authority that this machine trusts vouches for the server{by}; the variable SSL_CERT_FILE can name \
         a file (PEM) with the authorities to trust"
    )]
    Certificate {
        /// What is wrong with the certificate.
        what: String,
        /// ` (by the proxy …)` when one stands between, which may have put its own certificate there.
        by: String,
    },
    /// The connection ended before the file did.
    #[error("the connection ended after {got} of {expected} bytes")]
    Truncated {
        /// Bytes that the file has.
        expected: u64,
        /// Bytes that arrived.
        got: u64,
    },
    /// The file has another size.
    #[error("wrong size: expected {expected} bytes, the server has {got}")]
    Size {
        /// Bytes that the file must have.
        expected: u64,
        /// Bytes that the server announced, or sent at least.
        got: u64,
    },
    /// The file is larger than what is accepted.
    #[error("larger than the accepted {limit} bytes")]
    TooLarge {
        /// Bytes accepted.
        limit: u64,
    },
    /// The answer to a request for the rest of the file makes no sense.
    #[error("the server answered a request for bytes from {asked} with Content-Range {answered:?}")]
    Range {
        /// First byte asked for.
        asked: u64,
        /// The header it sent, empty when it sent none.
        answered: String,
    },
    /// The bytes are not the expected ones; nothing of them was kept.
    #[error("wrong content: expected SHA-256 {expected}, got {actual}")]
    Checksum {
        /// The digest that the file must have.
        expected: Digest,
        /// The digest of what the server sent.
        actual: Digest,
    },
}

impl FetchError {
    /// Whether every address said that it does not have the file, so that asking again later is of no use.
    pub fn is_missing(&self) -> bool {
        let missing = |tried: &Tried| {
            use AddressError::{Refused, Status};
            matches!(tried.problem, Status(404 | 410) | Refused { status: 404 | 410, .. })
        };
        matches!(self, FetchError::Failed { tried, .. } if tried.iter().all(missing))
    }

    /// Whether the cancel flag ended it.
    pub fn is_cancelled(&self) -> bool {
        matches!(self, FetchError::Cancelled { .. })
    }
}

fn list(tried: &[Tried]) -> String {
    if let [only] = tried {
        return format!(" from {}: {}", only.url, only.problem);
    }
    tried.iter().fold(":".to_owned(), |mut text, Tried { url, problem }| {
        let _ = write!(text, "\n  {url}: {problem}");
        text
    })
}

fn reason(status: u16) -> &'static str {
    match status {
        401 => " Unauthorized",
        403 => " Forbidden",
        404 => " Not Found",
        410 => " Gone",
        429 => " Too Many Requests",
        500 => " Internal Server Error",
        502 => " Bad Gateway",
        503 => " Service Unavailable",
        504 => " Gateway Timeout",
        _ => "",
    }
}
