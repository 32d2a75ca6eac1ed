//! Evaluating a project as an editor has it: what is wrong, and what is known.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use lsp_types::{Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, Location, Position, Range};
use yoe_lang::{Diagnostics, Options, Severity};
use yoe_model::Origin;

use crate::files::text;
use crate::index::Index;
use crate::position::{Encoding, number};
use crate::uri::uri;

/// A project to evaluate.
pub(crate) struct Job {
    /// Its directory.
    pub(crate) root: PathBuf,
    /// The texts that are open, and where fetched modules are.
    pub(crate) options: Options,
    pub(crate) encoding: Encoding,
}

/// What came of it.
pub(crate) struct Evaluated {
    pub(crate) root: PathBuf,
    pub(crate) index: Index,
    /// What is wrong, by the files that it is wrong in.
    pub(crate) wrong: BTreeMap<PathBuf, Vec<Diagnostic>>,
}

/// Evaluates a project: the very diagnostics of `yoe build`, its warnings among them.
pub(crate) fn evaluate(job: Job) -> Evaluated {
    let Job { root, options, encoding } = job;
    let loaded = yoe_lang::load(&root, &options);
    let index = Index::read(&root, &options, loaded.as_ref().ok());
    let shown = Shown { root: &root, index: &index, options: &options, encoding };
    let mut wrong = BTreeMap::new();
    match loaded {
        Err(diagnostics) => shown.add(&diagnostics, &mut wrong),
        Ok(_) => {
            let warnings = yoe_lang::architectures(&root, &options);
            warnings.iter().for_each(|warnings| shown.add(warnings, &mut wrong));
        }
    }
    Evaluated { index, wrong, root }
}

struct Shown<'a> {
    root: &'a Path,
    index: &'a Index,
    options: &'a Options,
    encoding: Encoding,
}

impl Shown<'_> {
    fn add(&self, diagnostics: &Diagnostics, wrong: &mut BTreeMap<PathBuf, Vec<Diagnostic>>) {
        for diagnostic in diagnostics {
            // What no file is to blame for is shown where the project is named.
            let file = diagnostic.origin.as_ref().map_or("PROJECT.star", |origin| origin.file.as_str());
            let Some(path) = self.index.path(self.root, file) else { continue };
            wrong.entry(path).or_default().push(self.diagnostic(diagnostic));
        }
    }

    fn diagnostic(&self, from: &yoe_lang::Diagnostic) -> Diagnostic {
        let mut message = from.message.clone();
        for (what, text) in [("expected", &from.expected), ("hint", &from.hint)] {
            if let Some(text) = text {
                message.push_str(&format!("\n{what}: {text}"));
            }
        }
        let related = from.related.iter().filter_map(|(origin, message)| {
            let location = self.location(origin)?;
            Some(DiagnosticRelatedInformation { location, message: message.clone() })
        });
        Diagnostic {
            range: self.range(from),
            severity: Some(match from.severity {
                Severity::Error => DiagnosticSeverity::ERROR,
                Severity::Warning => DiagnosticSeverity::WARNING,
            }),
            source: Some("yoe".to_owned()),
            message,
            related_information: Some(related.collect()),
            ..Diagnostic::default()
        }
    }

    /// The characters that are wrong; of a whole file its beginning.
    fn range(&self, from: &yoe_lang::Diagnostic) -> Range {
        let (Some(origin), Some(line)) = (&from.origin, &from.line) else { return Range::default() };
        let row = origin.line.saturating_sub(1);
        let column = |character: u32| self.encoding.column(line, character.saturating_sub(1) as usize);
        Range::new(Position::new(row, column(from.caret.start)), Position::new(row, column(from.caret.end)))
    }

    fn location(&self, origin: &Origin) -> Option<Location> {
        let path = self.index.path(self.root, &origin.file)?;
        let content = text(&path, self.options).unwrap_or_default();
        let position = at_line(&content, origin.line, origin.column, self.encoding);
        Some(Location { uri: uri(&path)?, range: Range::new(position, position) })
    }
}

/// The position of a line and a column of characters, both counted from 1.
pub(crate) fn at_line(text: &str, line: u32, column: u32, encoding: Encoding) -> Position {
    let row = line.saturating_sub(1);
    let content = text.lines().nth(row as usize).unwrap_or_default();
    let fits = number(text.lines().count()) > row;
    Position::new(if fits { row } else { 0 }, encoding.column(content, column.saturating_sub(1) as usize))
}
