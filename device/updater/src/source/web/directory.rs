//! A repository in a directory of a web server.

use super::{Web, failed};
use crate::error::{Again, UpdaterError};
use crate::source::{Ask, Repository, Sink, Tries};

/// A repository on a server.
pub struct WebDirectory {
    web: Web,
    url: String,
    /// What stands behind every path, such as a token.
    query: String,
}

impl WebDirectory {
    /// At this URL.
    pub fn new(web: Web, url: &str) -> Self {
        let url = url.split('#').next().unwrap_or_default();
        let (url, query) = match url.split_once('?') {
            Some((url, query)) => (url, format!("?{query}")),
            None => (url, String::new()),
        };
        Self { web, url: url.trim_end_matches('/').to_owned(), query }
    }

    fn url(&self, path: &str) -> String {
        format!("{}/{path}{}", self.url, self.query)
    }

    fn attempt(&self, url: &str, limit: u64) -> Result<Vec<u8>, UpdaterError> {
        let time = self.web.network.total(limit);
        let ask = Ask { part: 0..limit, whole: limit, time, by_parts: false, fresh: false };
        let oversized = || UpdaterError::Oversized { origin: url.to_owned(), limit };
        let answer = self.web.ask(url, &ask)?;
        if answer.length.is_some_and(|length| length > limit) {
            return Err(oversized());
        }
        let mut all = Vec::new();
        answer.read(&self.web, &mut |piece| {
            all.extend_from_slice(piece.bytes);
            Ok(all.len() as u64 <= limit)
        })?;
        if all.len() as u64 > limit { Err(oversized()) } else { Ok(all) }
    }
}

impl Repository for WebDirectory {
    fn small(&self, path: &str, limit: u64) -> Result<Option<Vec<u8>>, UpdaterError> {
        let url = self.url(path);
        let mut tries = Tries::new(&self.web.network);
        loop {
            match self.attempt(&url, limit) {
                Ok(all) => return Ok(Some(all)),
                Err(UpdaterError::Missing { .. }) => return Ok(None),
                Err(problem) => tries.failed(problem)?,
            }
        }
    }

    fn read(&self, path: &str, ask: &Ask, sink: &mut Sink<'_>) -> Result<(), UpdaterError> {
        let url = self.url(path);
        let answer = self.web.ask(&url, ask)?;
        match answer.length {
            Some(have) if have < ask.whole => {
                // Where parts are served wrongly, so may be what is said of the whole.
                if ask.by_parts {
                    return Err(failed(
                        &url,
                        &format!("the server says that it has {have} bytes"),
                        Again::Whole,
                    ));
                }
                Err(UpdaterError::Truncated { origin: url, have, need: ask.whole })
            }
            _ => answer.read(&self.web, sink),
        }
    }

    fn length(&self, _path: &str) -> Option<u64> {
        None
    }

    fn is_local(&self) -> bool {
        false
    }

    fn came(&self) -> Option<u64> {
        Some(self.web.came.get())
    }

    fn name(&self) -> &str {
        &self.url
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Network;

    #[test]
    fn what_follows_the_path_stays_behind_it() {
        let url = |text: &str| WebDirectory::new(Web::new(text, &Network::default()), text).url("metadata/x");
        assert_eq!(url("http://a/b/"), "http://a/b/metadata/x");
        assert_eq!(url("http://a/b?token=1"), "http://a/b/metadata/x?token=1");
        assert_eq!(url("http://a/b/?t=1#c"), "http://a/b/metadata/x?t=1");
    }
}
