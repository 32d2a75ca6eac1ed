//! Fetching what is missing, from whatever server.
//!
//! A server that does as RFC 9110 says sends what is asked for and no more. What others do is answered so:
//!
//! | it sends | then |
//! |---|---|
//! | the whole file | the rest is taken from this same answer |
//! | more than the part, such as whole blocks of a cache | what is wanted of it is taken; parts that are nearer than what it sent too much are joined |
//! | less than the part | the rest is asked for |
//! | another part, several parts, 416, no length | the whole file is asked for |
//! | damaged bytes | asked for once more, past all caches; then the whole file; then no more |
//! | nothing new, again and again; too much; or too slowly | given up, and what came is kept for the next run |

use std::time::{Duration, Instant};

use super::ranges::{REQUEST, first};
use super::receiver::{Receiver, Wanted};
use crate::config::Network;
use crate::error::{Again, UpdaterError};
use crate::source::{Ask, Repository, Tries};

/// Answers with damaged chunks after which the file is damaged.
const DAMAGED: u32 = 3;
/// Bytes that may come beyond twice the content: what is rounded, and what was on its way when an answer was given up.
const SLACK: u64 = 1 << 20;

/// Where content is fetched from.
pub struct Fetch<'a> {
    /// The repository.
    pub repository: &'a dyn Repository,
    /// The content's file there.
    pub path: &'a str,
    /// Its length.
    pub length: u64,
    /// How long is waited for it.
    pub network: &'a Network,
}

impl Fetch<'_> {
    /// Writes every chunk to where it belongs. What an attempt that fails wrote is not fetched by the next one.
    ///
    /// # Errors
    /// When the repository or a disk fails.
    pub fn run(&self, mut wanted: Vec<Wanted<'_>>) -> Result<(), UpdaterError> {
        wanted.sort_by_key(|wanted| wanted.at);
        let (start, before) = (Instant::now(), self.repository.came());
        let mut tries = Tries::new(self.network);
        let (mut request, mut damaged) = (REQUEST, 0);
        while let Some(part) = first(wanted.iter().map(Wanted::part), request) {
            let time = self.left(start, before)?;
            let (by_parts, fresh) = (tries.by_parts(), damaged > 0);
            let ask = Ask { part, whole: self.length, time, by_parts, fresh };
            let mut receiver = Receiver::new(&mut wanted, ask.part.clone(), request);
            let result = self.repository.read(self.path, &ask, &mut |piece| {
                Ok(receiver.take(piece)? && self.came(before) <= self.most())
            });
            request = receiver.request();
            let Receiver { got, damaged: bad, failed, .. } = receiver;
            if let Some(error) = failed {
                return Err(UpdaterError::file("filled", std::path::Path::new("the place of new content"))(
                    error,
                ));
            }
            wanted.retain(|wanted| !wanted.done);
            if got > 0 {
                tries.got_on();
            }
            if bad > 0 {
                damaged += 1;
                if damaged >= DAMAGED || self.repository.is_local() {
                    let origin = format!("{} in {}", self.path, self.repository.name());
                    return Err(UpdaterError::Damaged { origin });
                }
                if damaged + 1 == DAMAGED {
                    tries.ask_for_the_whole();
                }
                continue;
            }
            match result {
                Ok(()) if got > 0 => {}
                Ok(()) => tries.failed(self.failed("nothing of what was asked for came", Again::Whole))?,
                Err(problem) => tries.failed(problem)?,
            }
        }
        Ok(())
    }

    /// How much longer it may take. Nobody is waited for without an end, whatever comes meanwhile.
    fn left(&self, start: Instant, before: Option<u64>) -> Result<Duration, UpdaterError> {
        let came = self.came(before);
        if came > self.most() {
            let problem = format!("{came} bytes came for a file of {}, and it is not complete", self.length);
            return Err(self.failed(&problem, Again::Never));
        }
        let total = self.network.total(self.length);
        let over = || {
            let problem = format!("it was not complete after {} seconds", total.as_secs());
            self.failed(&problem, Again::Never)
        };
        total.checked_sub(start.elapsed()).filter(|left| !left.is_zero()).ok_or_else(over)
    }

    fn came(&self, before: Option<u64>) -> u64 {
        self.repository.came().unwrap_or(0) - before.unwrap_or(0)
    }

    fn most(&self) -> u64 {
        self.length.saturating_mul(2).saturating_add(SLACK)
    }

    fn failed(&self, problem: &str, again: Again) -> UpdaterError {
        let origin = format!("{} in {}", self.path, self.repository.name());
        UpdaterError::Fetch { origin, problem: problem.to_owned(), again }
    }
}
