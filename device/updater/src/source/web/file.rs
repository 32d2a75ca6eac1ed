//! A bundle on a web server.

use std::cell::{Cell, RefCell};
use std::ops::Range;

use super::answer::Answer;
use super::{Web, failed};
use crate::error::{Again, UpdaterError};
use crate::source::{Ask, Pieces, Sink, Tries};

/// Answers that a small part may come in.
const ANSWERS: usize = 64;

/// A file on a server.
pub struct WebFile {
    web: Web,
    url: String,
    size: Cell<Option<u64>>,
    marks: RefCell<[Option<String>; 2]>,
    replaced: Cell<bool>,
}

impl WebFile {
    /// At this URL. Nothing is asked for yet.
    pub fn new(web: Web, url: &str) -> Self {
        let url = url.split('#').next().unwrap_or_default().to_owned();
        Self { web, url, size: Cell::default(), marks: RefCell::default(), replaced: Cell::default() }
    }

    /// Another file under this name shows by what answers say of it. Servers that share their work may say different things
    /// of one file, so this is a reason for damage and not a fault of its own.
    fn note(&self, answer: &Answer) {
        let mut marks = self.marks.borrow_mut();
        for (known, mark) in marks.iter_mut().zip(answer.marks()) {
            match known {
                Some(_) if mark.is_some() && *known != mark => self.replaced.set(true),
                Some(_) => {}
                None => *known = mark,
            }
        }
        match (self.size.get(), answer.length) {
            (Some(known), Some(length)) if known != length => self.replaced.set(true),
            (None, Some(length)) => self.size.set(Some(length)),
            _ => {}
        }
    }
}

impl Pieces for WebFile {
    fn part(&self, part: Range<u64>) -> Result<Vec<u8>, UpdaterError> {
        let mut tries = Tries::new(&self.web.network);
        let mut got = Vec::new();
        for _ in 0..ANSWERS {
            let from = part.start + got.len() as u64;
            let (time, by_parts) = (self.web.network.total(part.end), tries.by_parts());
            let ask = Ask { part: from..part.end, whole: part.end, time, by_parts, fresh: false };
            let before = got.len();
            let result = self.read(&ask, &mut |piece| {
                let next = part.start + got.len() as u64;
                if let Some(bytes) =
                    next.checked_sub(piece.at).and_then(|skip| piece.bytes.get(skip as usize..))
                {
                    got.extend_from_slice(&bytes[..bytes.len().min((part.end - next) as usize)]);
                }
                Ok(part.start + (got.len() as u64) < part.end)
            });
            let at = part.start + got.len() as u64;
            let is_end = result.is_ok() && self.size.get().map_or(!ask.by_parts, |size| size <= at);
            if at == part.end || is_end {
                return Ok(got);
            }
            if got.len() > before {
                tries.got_on();
            }
            match result {
                Ok(()) if got.len() > before => {}
                Ok(()) => tries.failed(failed(&self.url, &"an answer without content", Again::Whole))?,
                Err(problem) => tries.failed(problem)?,
            }
        }
        Err(failed(&self.url, &"too little came with each answer", Again::Never))
    }

    fn read(&self, ask: &Ask, sink: &mut Sink<'_>) -> Result<(), UpdaterError> {
        let answer = self.web.ask(&self.url, ask)?;
        self.note(&answer);
        answer.read(&self.web, sink)
    }

    fn size(&self) -> Option<u64> {
        self.size.get()
    }

    fn name(&self) -> &str {
        &self.url
    }

    fn is_local(&self) -> bool {
        false
    }

    fn came(&self) -> Option<u64> {
        Some(self.web.came.get())
    }

    fn was_replaced(&self) -> bool {
        self.replaced.get()
    }
}
