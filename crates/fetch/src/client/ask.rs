//! Small requests whose answers are looked at as a whole, whatever their status. They follow no redirection.

use std::io::Read as _;
use std::time::Instant;

use ureq::http::header;

use super::pace::Pace;
use super::{AddressError, Client};

/// A small request.
#[derive(Debug)]
pub(crate) struct Ask<'a> {
    /// The address.
    pub(crate) url: &'a str,
    /// The value of `Authorization`.
    pub(crate) authorization: Option<&'a str>,
    /// The fields of a form; none for a request without one.
    pub(crate) form: &'a [(&'a str, &'a str)],
    /// The most bytes of the answer.
    pub(crate) limit: usize,
}

/// What came.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Where it leads.
    pub(crate) location: String,
    pub(crate) body: Vec<u8>,
}

impl Client {
    /// Sends a request once. Only who downloads something may call it: that download's end ends it, too.
    pub(crate) fn ask(&self, ask: &Ask<'_>) -> Result<Answer, AddressError> {
        let failed = |error: ureq::Error| AddressError::Transport(error.to_string());
        let response = if ask.form.is_empty() {
            let mut request = self.agent.get(ask.url);
            if let Some(value) = ask.authorization {
                request = request.header(header::AUTHORIZATION, value);
            }
            request.config().max_redirects(0).build().call()
        } else {
            let request = self.agent.post(ask.url).config().max_redirects(0).build();
            request.send_form(ask.form.iter().copied())
        };
        let mut response = response.map_err(failed)?;
        let location = super::transfer::text(response.headers(), header::LOCATION).to_owned();
        let status = response.status().as_u16();
        let (mut body, mut buffer) = (Vec::new(), [0; 4096]);
        let mut pace = Pace::new(&self.settings);
        let mut reader = response.body_mut().as_reader();
        loop {
            let began = Instant::now();
            let count =
                reader.read(&mut buffer).map_err(|error| AddressError::Transport(error.to_string()))?;
            if count == 0 {
                return Ok(Answer { status, location, body });
            }
            body.extend_from_slice(&buffer[..count]);
            if body.len() > ask.limit {
                return Err(AddressError::TooLarge { limit: ask.limit as u64 });
            }
            pace.came(count, began.elapsed()).map_err(AddressError::Transport)?;
        }
    }
}
