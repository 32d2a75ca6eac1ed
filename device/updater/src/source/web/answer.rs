//! One answer of a server: which part of the file it holds, and its bytes.

use std::io::Read as _;
use std::ops::Range;
use std::time::Instant;

use ureq::Body;
use ureq::http::Response;

use super::pace::Pace;
use super::{Web, failed};
use crate::error::{Again, UpdaterError};
use crate::source::{Piece, Sink};

/// The longest pause that a server can ask for, in seconds. Who asks for more is left alone.
const PAUSE: u64 = 60;

/// An answer with content.
pub struct Answer {
    response: Response<Body>,
    url: String,
    /// Which bytes of the file these are. Without a known end it ends with the answer.
    place: Range<u64>,
    /// All of the file.
    whole: bool,
    /// The length of the file, where the server says it.
    pub length: Option<u64>,
}

impl Answer {
    /// What came when this part was asked for, or the whole file.
    ///
    /// # Errors
    /// When there is nothing, or nothing of use, in it.
    pub fn new(response: Response<Body>, url: &str, part: Option<&Range<u64>>) -> Result<Self, UpdaterError> {
        let problem = |text: String, again| Err(failed(url, &text, again));
        let field = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok());
        let status = response.status().as_u16();
        match status {
            200 | 206 => {}
            404 | 410 => return Err(UpdaterError::Missing { origin: url.to_owned() }),
            403 => return Err(UpdaterError::Forbidden { origin: url.to_owned(), status }),
            408 | 425 | 429 | 500..=599 => {
                let after: Option<u64> = field("retry-after").and_then(|after| after.trim().parse().ok());
                return match after {
                    Some(seconds) if seconds > PAUSE => problem(
                        format!(
                            "the server answered {status} and asks to be left alone for {seconds} seconds"
                        ),
                        Again::Never,
                    ),
                    Some(seconds) => problem(format!("the server answered {status}"), Again::After(seconds)),
                    None => problem(format!("the server answered {status}"), Again::Soon),
                };
            }
            _ if part.is_some() => return problem(format!("the server answered {status}"), Again::Whole),
            _ => return problem(format!("the server answered {status}"), Again::Never),
        }
        if let Some(encoding) = field("content-encoding").filter(|encoding| *encoding != "identity") {
            let text = format!("the server answered in the encoding {encoding:?}, which nobody asked for");
            return problem(text, Again::Never);
        }
        let (place, whole, length) = if status == 200 {
            let length = field("content-length").and_then(|length| length.parse().ok());
            (0..length.unwrap_or(u64::MAX), true, length)
        } else {
            let range = field("content-range").unwrap_or_default();
            let Some(part) = part else {
                return problem("the server answered with a part of the file".to_owned(), Again::Soon);
            };
            match content_range(range) {
                Some((place, length)) if place.contains(&part.start) => (place, false, length),
                _ => {
                    let text = format!("the server answered with {range:?}, asked for bytes {part:?}");
                    return problem(text, Again::Whole);
                }
            }
        };
        Ok(Self { url: url.to_owned(), place, whole, length, response })
    }

    /// What tells one version of a file from another (RFC 9110, 8.8).
    pub fn marks(&self) -> [Option<String>; 2] {
        let field = |name: &str| self.response.headers().get(name).map(|value| format!("{value:?}"));
        [field("etag"), field("last-modified")]
    }

    /// Gives all of it, as long as the sink wants more.
    ///
    /// # Errors
    /// When it breaks off, stands still or only drips; or with the sink's.
    pub fn read(mut self, web: &Web, sink: &mut Sink<'_>) -> Result<(), UpdaterError> {
        let Range { start: mut at, end } = self.place;
        let problem = |error: &dyn std::fmt::Display| failed(&self.url, error, Again::Soon);
        let mut pace = Pace::new(&web.network);
        let mut reader = self.response.body_mut().as_reader();
        let mut buffer = vec![0; 1 << 16];
        while at < end {
            let asked = Instant::now();
            let count = reader.read(&mut buffer).map_err(|error| problem(&error))? as u64;
            web.came.set(web.came.get().saturating_add(count));
            if count == 0 {
                // Without a length the end of the answer is the end of the file.
                return match end {
                    u64::MAX => Ok(()),
                    _ => Err(problem(&format!("the answer ended {} bytes early", end - at))),
                };
            }
            let count = count.min(end - at);
            if !sink(Piece { at, bytes: &buffer[..count as usize], whole: self.whole })? {
                return Ok(());
            }
            at += count;
            pace.came(count, asked.elapsed()).map_err(|error| problem(&error))?;
        }
        Ok(())
    }
}

/// Reads `bytes 0-499/1234` (RFC 9110, 14.4): which bytes, and of how many where that is known.
fn content_range(text: &str) -> Option<(Range<u64>, Option<u64>)> {
    let (unit, range) = text.trim().split_once(' ')?;
    let (range, length) = range.split_once('/')?;
    let (first, last) = range.split_once('-')?;
    let place = first.trim().parse().ok()?..last.trim().parse::<u64>().ok()?.checked_add(1)?;
    let length = match length.trim() {
        "*" => None,
        length => Some(length.parse().ok()?),
    };
    let is_right = !place.is_empty() && length.is_none_or(|length| place.end <= length);
    (unit.eq_ignore_ascii_case("bytes") && is_right).then_some((place, length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_read() {
        assert_eq!(content_range("bytes 0-499/1234"), Some((0..500, Some(1234))));
        assert_eq!(content_range("Bytes 5-5/6"), Some((5..6, Some(6))));
        assert_eq!(content_range("bytes 5-5/*"), Some((5..6, None)));
        assert_eq!(content_range("bytes 0-511/9223372036854775807"), Some((0..512, Some(u64::MAX / 2))));
    }

    #[test]
    fn what_is_no_place_is_none() {
        for text in [
            "",
            "bytes",
            "bytes */1234",
            "bytes 5-4/10",
            "bytes 0-10/10",
            "items 0-1/10",
            "bytes 0-1",
            "bytes -1-2/10",
            "bytes 0-18446744073709551615/*",
            "bytes 0-1/99999999999999999999",
            "bytes 0-1/10, 3-4/10",
        ] {
            assert_eq!(content_range(text), None, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn nothing_panics(text in "[bytes 0-9/*-]{0,40}") {
            let _ = content_range(&text);
        }
    }
}
