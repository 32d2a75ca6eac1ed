//! Which of the versions that were shipped have a hole: the question that an authority gives 24 hours for.

use std::collections::BTreeSet;
use std::path::Path;

use serde::Serialize;

use crate::audit::{Bill, BillError, Finding, Named};
use crate::vex::{self, ReadError};

/// A file of the directory of what was shipped.
#[derive(Debug)]
pub struct File {
    /// As messages name it.
    pub name: String,
    /// Its bytes.
    pub text: Vec<u8>,
}

/// A hole in a version that was shipped.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Hit {
    /// The file of its bill of materials.
    pub file: String,
    /// What was shipped: name and version.
    pub subject: String,
    /// The finding.
    #[serde(flatten)]
    pub finding: Finding,
}

/// What was looked through, and what was found.
#[derive(Debug, Default, Serialize)]
pub struct Answer {
    /// How many bills of materials there are.
    pub bills: usize,
    /// Files that are neither a bill nor a document about holes.
    pub others: Vec<String>,
    /// Where the hole is.
    pub hits: Vec<Hit>,
}

/// Why a file of the directory cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ShippedError {
    /// It is a damaged bill of materials.
    #[error("{0} cannot be read as a bill of materials")]
    Bill(String, #[source] BillError),
    /// It is a damaged document about holes.
    #[error("{0} cannot be read as what is known of holes")]
    Vex(String, #[source] ReadError),
}

/// Looks for a hole in all bills of materials; documents of OpenVEX say what is known of it there. `directory` is that of the
/// advisories.
///
/// # Errors
/// When a file is damaged: what is passed over could be what has the hole.
pub fn shipped(files: &[File], hole: &Named, directory: &Path) -> Result<Answer, ShippedError> {
    let names: BTreeSet<&str> = hole.names().into_iter().collect();
    let (documents, others): (Vec<&File>, Vec<&File>) =
        files.iter().partition(|file| contains(&file.text, "\"https://openvex.dev/ns"));
    let said: Vec<vex::Document> = documents
        .iter()
        .map(|file| {
            let document = vex::Document::parse(&file.text, &file.name);
            let document = document.map_err(|error| ShippedError::Vex(file.name.clone(), error))?;
            Ok(document.about(&names))
        })
        .collect::<Result<_, _>>()?;
    let lanes = std::thread::available_parallelism().map_or(1, Into::into);
    let share = others.len().div_ceil(lanes).max(1);
    let answers = std::thread::scope(|scope| {
        let one = |files: &[&File]| -> Result<Answer, ShippedError> {
            let mut answer = Answer::default();
            files.iter().try_for_each(|file| look(file, hole, &said, directory, &mut answer))?;
            Ok(answer)
        };
        let running: Vec<_> = others.chunks(share).map(|files| scope.spawn(move || one(files))).collect();
        // A thread that panics takes this one with it.
        let ended = running
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        ended.collect::<Result<Vec<Answer>, ShippedError>>()
    })?;
    let mut all = Answer::default();
    for answer in answers {
        all.bills += answer.bills;
        all.others.extend(answer.others);
        all.hits.extend(answer.hits);
    }
    all.hits.sort_by(|one, other| {
        (&one.subject, &one.file, &one.finding).cmp(&(&other.subject, &other.file, &other.finding))
    });
    Ok(all)
}

fn look(
    file: &File,
    hole: &Named,
    said: &[vex::Document],
    directory: &Path,
    answer: &mut Answer,
) -> Result<(), ShippedError> {
    if !contains(&file.text, "\"CycloneDX\"") {
        answer.others.push(file.name.clone());
        return Ok(());
    }
    let mut bill = match Bill::parse(&file.text) {
        Ok(bill) => bill,
        Err(BillError::Format) => {
            answer.others.push(file.name.clone());
            return Ok(());
        }
        Err(error) => return Err(ShippedError::Bill(file.name.clone(), error)),
    };
    bill.statements = said.iter().flat_map(|document| document.statements(&bill)).collect();
    answer.bills += 1;
    let hit = |finding| Hit { file: file.name.clone(), subject: bill.subject.clone(), finding };
    answer.hits.extend(hole.findings(&bill, directory).into_iter().map(hit));
    Ok(())
}

fn contains(text: &[u8], word: &str) -> bool {
    memchr::memmem::find(text, word.as_bytes()).is_some()
}

#[cfg(test)]
mod tests;
