//! Web servers. They need know nothing of updates; those that can serve a part of a file (RFC 9110, 14) save the rest.
//!
//! What a server or a proxy does wrong costs time and bytes within bounds, and never a device: docs/design/0026.

mod answer;
mod directory;
mod file;
mod pace;

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use ureq::Agent;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

use super::Ask;
use crate::config::Network;
use crate::error::{Again, UpdaterError};
use answer::Answer;
pub use directory::WebDirectory;
pub use file::WebFile;

/// Answers in a row that only say where to ask instead.
const REDIRECTS: u32 = 5;

/// A client.
#[derive(Clone)]
pub struct Web {
    agent: Agent,
    network: Network,
    /// Bytes of all answers.
    came: Rc<Cell<u64>>,
}

impl Web {
    /// For this URL, with the certificate authorities that this device trusts. What is asked for by TLS is never fetched without.
    pub fn new(url: &str, network: &Network) -> Self {
        let roots: Vec<Certificate<'static>> = rustls_native_certs::load_native_certs()
            .certs
            .iter()
            .map(|root| Certificate::from_der(root.as_ref()).to_owned())
            .collect();
        let tls = TlsConfig::builder()
            .root_certs(RootCerts::from(roots))
            .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .build();
        let stall = Some(Duration::from_secs(network.stall));
        let config = Agent::config_builder()
            .tls_config(tls)
            .https_only(url.starts_with("https://"))
            .http_status_as_error(false)
            .max_redirects(REDIRECTS)
            .timeout_resolve(stall)
            .timeout_connect(stall)
            .timeout_send_request(stall)
            .timeout_recv_response(stall)
            .timeout_per_read(stall)
            // Without the field, any encoding would be right (RFC 9110, 12.5.3).
            .accept_encoding("identity")
            .user_agent("yoe-updater")
            .build();
        Self { agent: config.into(), network: network.clone(), came: Rc::default() }
    }

    /// Asks for a file, or a part of it.
    fn ask(&self, url: &str, ask: &Ask) -> Result<Answer, UpdaterError> {
        let mut request = self.agent.get(url);
        let part = ask.by_parts.then_some(&ask.part);
        if let Some(part) = part {
            request = request.header("Range", format!("bytes={}-{}", part.start, part.end.saturating_sub(1)));
        }
        if ask.fresh {
            request = request.header("Cache-Control", "no-cache");
        }
        let request = request.config().timeout_global(Some(ask.time)).build();
        let response = request.call().map_err(|error| failed(url, &error, again(&error)))?;
        Answer::new(response, url, part)
    }
}

/// Whether another attempt may end differently.
fn again(error: &ureq::Error) -> Again {
    use ureq::Error;
    match error {
        Error::TooManyRedirects | Error::RequireHttpsOnly(_) | Error::BadUri(_) | Error::RedirectFailed => {
            Again::Never
        }
        _ => Again::Soon,
    }
}

fn failed(url: &str, problem: &dyn std::fmt::Display, again: Again) -> UpdaterError {
    UpdaterError::Fetch { origin: url.to_owned(), problem: problem.to_string(), again }
}
