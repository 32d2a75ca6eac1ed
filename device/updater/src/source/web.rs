//! Web servers. They need know nothing of updates; those that can serve a part of a file (RFC 9110, 14) save the rest.

use std::io::Read as _;
use std::sync::Arc;
use std::time::Duration;

use ureq::http::Response;
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use ureq::{Agent, Body};

use super::{Pieces, Repository, Sink};
use crate::problem::Problem;

/// Until a server answers.
const PATIENCE: Duration = Duration::from_secs(30);
/// For one answer; what was not read by then is asked for again.
const ANSWER: Duration = Duration::from_secs(120);

/// A client.
#[derive(Clone)]
pub struct Web {
    agent: Agent,
}

impl Web {
    /// With the certificate authorities that this device trusts.
    pub fn new() -> Self {
        let roots: Vec<Certificate<'static>> = rustls_native_certs::load_native_certs()
            .certs
            .iter()
            .map(|root| Certificate::from_der(root.as_ref()).to_owned())
            .collect();
        let tls = TlsConfig::builder()
            .root_certs(RootCerts::from(roots))
            .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .build();
        let config = Agent::config_builder()
            .tls_config(tls)
            .http_status_as_error(false)
            .timeout_connect(Some(PATIENCE))
            .timeout_recv_response(Some(PATIENCE))
            .timeout_recv_body(Some(ANSWER))
            .user_agent("yoe-updater")
            .build();
        Self { agent: config.into() }
    }

    /// Asks for a file, or a part of it; nothing when it is not there.
    fn get(&self, url: &str, range: Option<(u64, u64)>) -> Result<Option<Response<Body>>, Problem> {
        let mut request = self.agent.get(url);
        if let Some((start, length)) = range {
            request = request.header("Range", format!("bytes={start}-{}", start + length - 1));
        }
        let response = request.call().map_err(|error| failed(url, &error))?;
        match response.status().as_u16() {
            200 | 206 => Ok(Some(response)),
            404 | 410 => Ok(None),
            status => Err(failed(url, &format!("the server answered {status}"))),
        }
    }

    fn small(&self, url: &str, limit: u64) -> Result<Option<Vec<u8>>, Problem> {
        let Some(mut response) = self.get(url, None)? else { return Ok(None) };
        let mut all = Vec::new();
        let body = response.body_mut().as_reader().take(limit + 1).read_to_end(&mut all);
        body.map_err(|error| failed(url, &error))?;
        if all.len() as u64 > limit {
            return Err(Problem::Damaged { origin: url.to_owned() });
        }
        Ok(Some(all))
    }

    fn range(&self, url: &str, start: u64, length: u64, sink: &mut Sink<'_>) -> Result<(), Problem> {
        if length == 0 {
            return Ok(());
        }
        let response = self.get(url, Some((start, length)))?;
        let mut response = response.ok_or_else(|| Problem::Missing { origin: url.to_owned() })?;
        // A server that does not know parts sends the whole file.
        let mut before = if response.status() == 206 { 0 } else { start };
        let mut left = length;
        let mut reader = response.body_mut().as_reader();
        let mut buffer = vec![0; 1 << 16];
        while left > 0 {
            let count = reader.read(&mut buffer).map_err(|error| failed(url, &error))?;
            if count == 0 {
                return Err(failed(url, &format!("the answer ended {left} bytes early")));
            }
            let skip = before.min(count as u64);
            before -= skip;
            let rest = &buffer[skip as usize..count];
            let take = (rest.len() as u64).min(left);
            sink(&rest[..take as usize])?;
            left -= take;
        }
        Ok(())
    }
}

fn failed(url: &str, problem: &dyn std::fmt::Display) -> Problem {
    Problem::Fetch { origin: url.to_owned(), problem: problem.to_string() }
}

/// A file on a server.
pub struct WebFile {
    web: Web,
    url: String,
    size: u64,
}

impl WebFile {
    /// Asks for its size.
    pub fn open(web: Web, url: &str) -> Result<Self, Problem> {
        let response = web.get(url, Some((0, 1)))?;
        let response = response.ok_or_else(|| Problem::Missing { origin: url.to_owned() })?;
        let header = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok());
        let size = match response.status().as_u16() {
            206 => header("content-range").and_then(|range| range.rsplit('/').next()),
            _ => header("content-length"),
        };
        let size = size.and_then(|size| size.parse().ok());
        let size = size.ok_or_else(|| failed(url, &"the server does not say how long it is"))?;
        Ok(Self { web, url: url.to_owned(), size })
    }
}

impl Pieces for WebFile {
    fn range(&self, start: u64, length: u64, sink: &mut Sink<'_>) -> Result<(), Problem> {
        self.web.range(&self.url, start, length, sink)
    }

    fn size(&self) -> Result<u64, Problem> {
        Ok(self.size)
    }

    fn name(&self) -> &str {
        &self.url
    }

    fn is_local(&self) -> bool {
        false
    }
}

/// A repository on a server.
pub struct WebFolder {
    web: Web,
    url: String,
}

impl WebFolder {
    /// At this URL.
    pub fn new(web: Web, url: &str) -> Self {
        Self { web, url: url.trim_end_matches('/').to_owned() }
    }
}

impl Repository for WebFolder {
    fn small(&self, path: &str, limit: u64) -> Result<Option<Vec<u8>>, Problem> {
        self.web.small(&format!("{}/{path}", self.url), limit)
    }

    fn range(&self, path: &str, start: u64, length: u64, sink: &mut Sink<'_>) -> Result<(), Problem> {
        self.web.range(&format!("{}/{path}", self.url), start, length, sink)
    }

    fn length(&self, _path: &str) -> Option<u64> {
        None
    }

    fn is_local(&self) -> bool {
        false
    }

    fn name(&self) -> &str {
        &self.url
    }
}
