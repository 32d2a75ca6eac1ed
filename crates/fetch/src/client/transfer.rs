//! One download: addresses in turn, attempts at each, and what one attempt's answer means.

use std::io::Read;
use std::path::Path;
use std::time::{Duration, Instant};

use ureq::http::{HeaderMap, Response, Uri, header};
use ureq::{Agent, Body, Proxy, ResponseExt};
use yoe_model::Digest;

use super::pace::Pace;
use super::sink::Sink;
use super::{Access, AddressError, FetchError, Progress, STEP, Settings, Tried};
use crate::Cancel;

/// The longest wait that a server's Retry-After may ask for.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// How often one request is sent anew because the server asked who sends it: what was known may be out of date.
const CHALLENGES: usize = 2;
/// An attempt that brought this much further starts the count of attempts anew.
const REAL_PROGRESS: u64 = 64 * 1024;

/// What is wanted.
pub(super) struct Want<'a> {
    pub(super) name: &'a str,
    pub(super) urls: &'a [String],
    pub(super) size: Option<u64>,
    pub(super) sha256: Option<Digest>,
    pub(super) limit: u64,
    pub(super) access: Option<&'a dyn Access>,
}

pub(super) struct Transfer<'a> {
    pub(super) agent: &'a Agent,
    pub(super) proxy: Option<&'a Proxy>,
    pub(super) settings: &'a Settings,
    pub(super) cancel: &'a Cancel,
    pub(super) want: &'a Want<'a>,
}

/// Headers of a request.
type Sent = Vec<(&'static str, String)>;

/// Why an attempt ended without the file.
enum Stop {
    /// Nothing helps.
    Fatal(FetchError),
    /// The same address may do better, after the wait that it asked for.
    Again(AddressError, Option<Duration>),
    /// Only another address may do better.
    Next(AddressError),
}

impl Transfer<'_> {
    pub(super) fn run(
        &self,
        sink: &mut Sink,
        path: &Path,
        progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<(), FetchError> {
        let mut tried = Vec::new();
        for url in self.want.urls {
            match self.address(url, sink, path, progress) {
                Ok(()) => return Ok(()),
                Err(Stop::Fatal(error)) => return Err(error),
                Err(Stop::Again(problem, _) | Stop::Next(problem)) => {
                    tried.push(Tried { url: url.clone(), problem });
                }
            }
        }
        let name = self.want.name.to_owned();
        Err(if tried.is_empty() {
            FetchError::NoAddress { name }
        } else {
            FetchError::Failed { name, tried }
        })
    }

    /// Asks one address until it gives the file or there is no point in going on.
    fn address(
        &self,
        url: &str,
        sink: &mut Sink,
        path: &Path,
        progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<(), Stop> {
        let mut failures = 0;
        let mut furthest = sink.len();
        loop {
            if self.cancel.is_cancelled() {
                return Err(self.cancelled());
            }
            let (problem, wait) = match self.attempt(url, sink, path, progress) {
                // Whatever broke off after the flag was set broke off because of it.
                Err(_) if self.cancel.is_cancelled() => return Err(self.cancelled()),
                Err(Stop::Again(problem, wait)) => (problem, wait),
                other => return other,
            };
            failures = if sink.len() > furthest + REAL_PROGRESS { 1 } else { failures + 1 };
            furthest = furthest.max(sink.len());
            if failures >= self.settings.attempts {
                return Err(Stop::Again(problem, None));
            }
            let delay = wait.unwrap_or(self.settings.backoff * (1 << (failures - 1).min(6)));
            progress(Progress::Waiting { url, problem: &problem, delay });
            if !self.wait(delay) {
                return Err(self.cancelled());
            }
        }
    }

    fn attempt(
        &self,
        url: &str,
        sink: &mut Sink,
        path: &Path,
        progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<(), Stop> {
        let file_error = |source| Stop::Fatal(FetchError::File { path: path.to_owned(), source });
        if sink.len() > self.want.limit {
            sink.reset().map_err(file_error)?;
        }
        let resumed = sink.len() > 0;
        // A file that is complete already needs no request, only its verification.
        if !resumed || self.want.size != Some(sink.len()) {
            let mut response = self.ask(url, sink, path)?;
            let total = length(response.headers()).map(|rest| sink.len() + rest);
            self.check_total(total)?;
            self.receive(url, &mut response, sink, path, total, progress)?;
        }
        match self.want.sha256 {
            Some(expected) if sink.digest() != expected => {
                let actual = sink.digest();
                sink.reset().map_err(file_error)?;
                let problem = AddressError::Checksum { expected, actual };
                // What was there before may be what was wrong.
                Err(if resumed { Stop::Again(problem, Some(Duration::ZERO)) } else { Stop::Next(problem) })
            }
            _ => Ok(()),
        }
    }

    /// Sends the request; on return the body continues what the sink holds.
    fn ask(&self, url: &str, sink: &mut Sink, path: &Path) -> Result<Response<Body>, Stop> {
        let have = sink.len();
        let response = self.admitted(url, have)?;
        if let Some(access) = self.want.access {
            access.answered(response.headers().get(access.wants()).map_or("", as_text));
        }
        let mut restart =
            || sink.reset().map_err(|source| Stop::Fatal(FetchError::File { path: path.to_owned(), source }));
        match response.status().as_u16() {
            200 => restart().map(|()| response),
            206 if range_start(response.headers()) == Some(have) => Ok(response),
            206 => {
                restart()?;
                let answered = text(response.headers(), header::CONTENT_RANGE).to_owned();
                Err(Stop::Again(AddressError::Range { asked: have, answered }, Some(Duration::ZERO)))
            }
            // There is no byte at the place asked for: what is here is longer than the file.
            416 if have > 0 => {
                restart()?;
                Err(Stop::Again(AddressError::Status(416), Some(Duration::ZERO)))
            }
            status @ (408 | 429 | 500..) => {
                Err(Stop::Again(self.status(url, status), retry_after(response.headers())))
            }
            status => Err(Stop::Next(self.status(url, status))),
        }
    }

    fn status(&self, url: &str, status: u16) -> AddressError {
        match self.want.access.and_then(|access| access.advice(url, status)) {
            Some(advice) => AddressError::Refused { status, advice },
            None => AddressError::Status(status),
        }
    }

    /// The answer to a request, once the server knows who asks.
    fn admitted(&self, url: &str, have: u64) -> Result<Response<Body>, Stop> {
        for _ in 0..CHALLENGES {
            let (sent, response) = self.send(url, have)?;
            // A server that the address led to gets no credentials.
            let challenge = response.status() == 401 && same_server(response.get_uri(), url);
            let Some(access) = self.want.access.filter(|_| challenge) else { return Ok(response) };
            let challenges: Vec<&str> =
                response.headers().get_all(header::WWW_AUTHENTICATE).iter().map(as_text).collect();
            match access.challenged(url, &sent, &challenges) {
                Ok(true) => (),
                Ok(false) => return Ok(response),
                Err(problem @ AddressError::Access(_)) => return Err(Stop::Next(problem)),
                Err(problem) => return Err(Stop::Again(problem, None)),
            }
        }
        self.send(url, have).map(|(_, response)| response)
    }

    /// Sends a request for what is from this byte on; gives what it said of who asks, too.
    fn send(&self, url: &str, have: u64) -> Result<(Sent, Response<Body>), Stop> {
        let mut request = self.agent.get(url);
        if have > 0 {
            request = request.header(header::RANGE, format!("bytes={have}-"));
        }
        let sent = self.want.access.map(|access| access.headers(url)).unwrap_or_default();
        for (name, value) in &sent {
            request = request.header(*name, value);
        }
        if self.want.access.is_some() && self.want.sha256.is_none() && url.starts_with("https://") {
            request = request.config().https_only(true).build();
        }
        let response = request.call().map_err(|error| transport(error, self.proxy_for(url).as_deref()))?;
        Ok((sent, response))
    }

    fn check_total(&self, total: Option<u64>) -> Result<(), Stop> {
        match (total, self.want.size) {
            (Some(got), Some(expected)) if got != expected => {
                Err(Stop::Next(AddressError::Size { expected, got }))
            }
            (Some(got), None) if got > self.want.limit => {
                Err(Stop::Next(AddressError::TooLarge { limit: self.want.limit }))
            }
            _ => Ok(()),
        }
    }

    fn receive(
        &self,
        url: &str,
        response: &mut Response<Body>,
        sink: &mut Sink,
        path: &Path,
        total: Option<u64>,
        progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<(), Stop> {
        let mut body = response.body_mut().as_reader();
        let mut buffer = vec![0; 64 * 1024];
        let mut pace = Pace::new(self.settings);
        let broken = |what| Stop::Again(failed(what, self.proxy_for(url).as_deref()), None);
        loop {
            if self.cancel.is_cancelled() {
                return Err(self.cancelled());
            }
            let began = Instant::now();
            let count = match body.read(&mut buffer) {
                Ok(0) => break,
                Ok(count) => count,
                Err(error) => return Err(broken(error.to_string())),
            };
            let waited = began.elapsed();
            if sink.len() + count as u64 > self.want.limit {
                let got = sink.len() + count as u64;
                return Err(Stop::Next(match self.want.size {
                    Some(expected) => AddressError::Size { expected, got },
                    None => AddressError::TooLarge { limit: self.want.limit },
                }));
            }
            let file_error = |source| Stop::Fatal(FetchError::File { path: path.to_owned(), source });
            sink.write(&buffer[..count]).map_err(file_error)?;
            progress(Progress::Bytes { done: sink.len(), total: self.want.size.or(total) });
            pace.came(count, waited).map_err(broken)?;
        }
        match self.want.size.or(total) {
            Some(expected) if sink.len() < expected => {
                Err(Stop::Again(AddressError::Truncated { expected, got: sink.len() }, None))
            }
            _ => Ok(()),
        }
    }

    /// The proxy that requests to this address go through, without its password.
    fn proxy_for(&self, url: &str) -> Option<String> {
        let proxy = self.proxy?;
        let uri = url.parse().ok()?;
        let scheme = format!("{:?}", proxy.protocol()).to_lowercase();
        (!proxy.is_no_proxy(&uri)).then(|| format!("{scheme}://{}:{}", proxy.host(), proxy.port()))
    }

    /// Waits this long; `false` when the flag was set meanwhile.
    fn wait(&self, time: Duration) -> bool {
        let end = Instant::now() + time;
        while !self.cancel.is_cancelled() {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return true;
            }
            std::thread::sleep(left.min(STEP));
        }
        false
    }

    fn cancelled(&self) -> Stop {
        Stop::Fatal(FetchError::Cancelled { name: self.want.name.to_owned() })
    }
}

/// What failed, with the proxy that stands between.
fn failed(what: String, proxy: Option<&str>) -> AddressError {
    match proxy {
        Some(proxy) => AddressError::Proxy { what, proxy: proxy.to_owned() },
        None => AddressError::Transport(what),
    }
}

/// What is wrong with the server's certificate, when it is that.
fn certificate(error: &ureq::Error) -> Option<String> {
    let found = match error {
        ureq::Error::Rustls(error) => Some(error),
        ureq::Error::Io(error) => error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()),
        _ => None,
    };
    match found? {
        error @ rustls::Error::InvalidCertificate(_) => Some(error.to_string()),
        _ => None,
    }
}

/// What failed before an answer came. An address that is wrong in itself stays wrong.
fn transport(error: ureq::Error, proxy: Option<&str>) -> Stop {
    if let Some(what) = certificate(&error) {
        let by = proxy.map(|proxy| format!(" (by the proxy {proxy})")).unwrap_or_default();
        return Stop::Next(AddressError::Certificate { what, by });
    }
    let problem = failed(error.to_string(), proxy);
    match error {
        ureq::Error::BadUri(_)
        | ureq::Error::Http(_)
        | ureq::Error::TooManyRedirects
        | ureq::Error::RequireHttpsOnly(_)
        | ureq::Error::Rustls(_)
        | ureq::Error::Tls(_) => Stop::Next(problem),
        _ => Stop::Again(problem, None),
    }
}

pub(super) fn text(headers: &HeaderMap, name: header::HeaderName) -> &str {
    headers.get(name).map_or("", as_text)
}

fn as_text(value: &header::HeaderValue) -> &str {
    value.to_str().unwrap_or_default()
}

/// Whether an answer came from the server that was asked.
fn same_server(answered: &Uri, asked: &str) -> bool {
    let asked = asked.parse::<Uri>().ok();
    asked
        .is_some_and(|asked| (asked.scheme(), asked.authority()) == (answered.scheme(), answered.authority()))
}

fn length(headers: &HeaderMap) -> Option<u64> {
    text(headers, header::CONTENT_LENGTH).trim().parse().ok()
}

/// The first byte that a `Content-Range: bytes FIRST-LAST/TOTAL` announces (RFC 9110, section 14.4).
fn range_start(headers: &HeaderMap) -> Option<u64> {
    let range = text(headers, header::CONTENT_RANGE).trim().strip_prefix("bytes ")?;
    range.split_once('-')?.0.trim().parse().ok()
}

/// The wait that the server asks for in seconds; the form with a date is not read.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = text(headers, header::RETRY_AFTER).trim().parse().ok()?;
    Some(Duration::from_secs(seconds).min(LONGEST_WAIT))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_that_nobody_vouches_for_leads_to_the_variable() {
        let unknown = || rustls::Error::InvalidCertificate(rustls::CertificateError::UnknownIssuer);
        let wrapped = std::io::Error::new(std::io::ErrorKind::InvalidData, unknown());
        for error in [ureq::Error::Rustls(unknown()), ureq::Error::Io(wrapped)] {
            let Stop::Next(problem) = transport(error, Some("http://127.0.0.1:3128")) else { panic!() };
            let message = problem.to_string();
            assert!(message.contains("UnknownIssuer") && message.contains("SSL_CERT_FILE"), "{message}");
            assert!(message.contains("by the proxy http://127.0.0.1:3128"), "{message}");
        }
        let refused = ureq::Error::Io(std::io::ErrorKind::ConnectionRefused.into());
        assert!(matches!(transport(refused, None), Stop::Again(AddressError::Transport(_), None)));
    }
}
