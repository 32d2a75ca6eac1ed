//! From files to a [`Tree`]: `source`, blocks and what they put around the symbols inside.

use std::sync::Arc;

use super::environment::MAX_COST;
use super::error::{KconfigError, ParseError};
use super::files::Lines;
use super::{Condition, Environment, Expr, Location, Sources, Tree};

/// Limits that no kernel comes near: 1,800 files, 4 MB, files 8 deep, blocks 10 deep.
const MAX_FILES: usize = 20_000;
const MAX_TEXT: usize = 64 << 20;
const MAX_FILES_DEEP: usize = 64;
const MAX_BLOCKS_DEEP: usize = 256;

/// What is being read.
pub(super) struct Parser<'a> {
    sources: &'a dyn Sources,
    pub environment: Environment,
    pub tree: Tree,
    pub current: Current,
    pub scope: Scope,
    blocks: Vec<Block>,
    reading: Vec<Arc<str>>,
    text: usize,
}

/// What the following property lines belong to.
pub(super) enum Current {
    Nothing,
    /// The last definition of this symbol.
    Symbol(String),
    Menu,
    Choice(usize),
    Comment,
}

/// What the blocks around a place ask.
#[derive(Clone, Default)]
pub(super) struct Scope {
    pub depends: Vec<Arc<Condition>>,
    pub visible: Vec<Arc<Condition>>,
    pub choice: Option<usize>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum BlockKind {
    If,
    Menu,
    Choice,
}

struct Block {
    kind: BlockKind,
    at: Location,
    outer: Scope,
}

/// Reads the Kconfig file `root` and all that it sources.
///
/// # Errors
/// A file that is missing or not in the Kconfig language, with file and line.
pub fn parse(sources: &dyn Sources, root: &str, environment: &Environment) -> Result<Tree, KconfigError> {
    let mut parser = Parser {
        sources,
        environment: environment.clone(),
        tree: Tree::default(),
        current: Current::Nothing,
        scope: Scope::default(),
        blocks: Vec::new(),
        reading: Vec::new(),
        text: 0,
    };
    parser.file(root, &Location { file: root.into(), line: 1 })?;
    Ok(parser.tree)
}

impl Parser<'_> {
    /// Reads one file, named at `from`.
    pub fn file(&mut self, path: &str, from: &Location) -> Result<(), KconfigError> {
        let failed = |problem| KconfigError { at: from.clone(), problem, cause: None };
        self.check_limits(path).map_err(failed)?;
        let bytes = self.sources.read(path).map_err(|error| {
            let problem = if error.kind() == std::io::ErrorKind::InvalidInput {
                ParseError::Outside(path.to_owned())
            } else {
                ParseError::Unreadable(path.to_owned())
            };
            KconfigError { at: from.clone(), problem, cause: Some(error) }
        })?;
        self.text += bytes.len();
        self.tree.files += 1;
        let mut lines = Lines::new(&bytes).map_err(failed)?;
        let file: Arc<str> = path.into();
        self.reading.push(file.clone());
        let outside = self.blocks.len();
        self.current = Current::Nothing;
        while let Some((line, text)) = lines.next() {
            let at = Location { file: file.clone(), line };
            self.statement(&text, &at, &mut lines, outside)?;
            if self.environment.is_exhausted() {
                let problem = ParseError::TooMuch { what: "units of work on macros", limit: MAX_COST };
                return Err(KconfigError { at, problem, cause: None });
            }
        }
        self.reading.pop();
        self.current = Current::Nothing;
        match self.blocks.get(outside) {
            Some(open) => Err(KconfigError { at: open.at.clone(), problem: ParseError::Open, cause: None }),
            None => Ok(()),
        }
    }

    fn check_limits(&self, path: &str) -> Result<(), ParseError> {
        if self.reading.iter().any(|open| **open == *path) {
            return Err(ParseError::Recursive(path.to_owned()));
        }
        for (count, limit, what) in [
            (self.reading.len(), MAX_FILES_DEEP, "files deep"),
            (self.tree.files, MAX_FILES, "files"),
            (self.text, MAX_TEXT, "bytes of Kconfig"),
        ] {
            if count >= limit {
                return Err(ParseError::TooMuch { what, limit });
            }
        }
        Ok(())
    }

    /// Opens a block; until it ends, the scope is the inner one.
    pub fn open(&mut self, kind: BlockKind, at: &Location) -> Result<(), ParseError> {
        if self.blocks.len() >= MAX_BLOCKS_DEEP {
            return Err(ParseError::TooMuch { what: "blocks deep", limit: MAX_BLOCKS_DEEP });
        }
        self.blocks.push(Block { kind, at: at.clone(), outer: self.scope.clone() });
        Ok(())
    }

    /// Ends the innermost block, which must be of `kind` and begin in this file.
    pub fn close(&mut self, kind: BlockKind, word: &str, outside: usize) -> Result<(), ParseError> {
        match self.blocks.pop() {
            Some(block) if block.kind == kind && self.blocks.len() >= outside => {
                self.scope = block.outer;
                self.current = Current::Nothing;
                Ok(())
            }
            other => Err(ParseError::WrongEnd { end: word.to_owned(), open: other.map(|block| block.at) }),
        }
    }

    /// What everything further inside the innermost block depends on.
    pub fn inside_depends(&mut self, expr: Expr, at: &Location) {
        self.scope.depends.push(Arc::new(Condition { expr, at: at.clone() }));
    }
}
