//! A file that something is asked about, with what is known around it.

use std::path::{Path, PathBuf};

use lsp_types::{Location, Range};
use yoe_lang::{FileKind, Options};

use crate::context::{self, Context};
use crate::evaluation::at_line;
use crate::files::{Root, text};
use crate::home::{Names, parameter};
use crate::index::{At, Definition, Index};
use crate::position::Encoding;
use crate::scan::{Token, tokens};
use crate::symbols::{Symbol, loads, symbols};
use crate::uri::uri;

/// A file that something is asked about.
pub(crate) struct View<'a> {
    pub(crate) text: &'a str,
    pub(crate) tokens: Vec<Token>,
    pub(crate) index: &'a Index,
    pub(crate) options: &'a Options,
    pub(crate) encoding: Encoding,
    /// The root that it is in, and its path below that.
    pub(crate) place: Option<(&'a Root, String)>,
    /// What it is.
    pub(crate) home: Option<FileKind>,
}

/// A name that a file loads or defines, and where.
pub(crate) struct Known {
    /// As the file calls it.
    pub(crate) name: String,
    pub(crate) symbol: Symbol,
    /// The file that defines it; absent for the file itself.
    pub(crate) path: Option<PathBuf>,
}

impl<'a> View<'a> {
    pub(crate) fn new(
        path: &Path,
        text: &'a str,
        index: &'a Index,
        options: &'a Options,
        encoding: Encoding,
    ) -> Self {
        let place = index.place(path);
        let home = place.as_ref().and_then(|(_, below)| FileKind::of(below));
        Self { text, tokens: tokens(text), index, options, encoding, place, home }
    }

    /// What is at a byte.
    pub(crate) fn context(&self, at: usize) -> Context {
        context::at(self.text, &self.tokens, at)
    }

    /// The kind of names that a string in this place is one of.
    pub(crate) fn names(&self, context: &Context) -> Option<Names> {
        let call = context.call.as_ref()?;
        let (builtin, parameter) = parameter(&call.function, call.argument.as_deref()?, self.home)?;
        Names::taken(builtin, parameter)
    }

    /// Names that the file loads, and then those that it defines itself.
    pub(crate) fn known(&self) -> Vec<Known> {
        let mut known = Vec::new();
        for load in loads(self.text, &self.tokens) {
            let Some((root, _)) = &self.place else { break };
            let Some(path) = self.index.labelled(root, &load.label) else { continue };
            let theirs = self.symbols_of(&path);
            for (name, original) in load.names {
                if let Some(symbol) = theirs.iter().find(|symbol| symbol.name == original) {
                    known.push(Known { name, symbol: symbol.clone(), path: Some(path.clone()) });
                }
            }
        }
        let own = symbols(self.text, &self.tokens).into_iter();
        known.extend(own.map(|symbol| Known { name: symbol.name.clone(), symbol, path: None }));
        known
    }

    /// What another file defines.
    pub(crate) fn symbols_of(&self, path: &Path) -> Vec<Symbol> {
        let text = text(path, self.options).unwrap_or_default();
        symbols(&text, &tokens(&text))
    }

    /// The directory of the unit that this is the file of, or of the image.
    pub(crate) fn own_directory(&self) -> Option<PathBuf> {
        let (root, below) = self.place.as_ref()?;
        Some(root.directory.join(below.strip_suffix(".star")?))
    }

    /// A range of bytes of this file, as the protocol has it.
    pub(crate) fn range(&self, range: &std::ops::Range<usize>) -> Range {
        self.encoding.range(self.text, range)
    }

    /// Where something is defined.
    pub(crate) fn location(&self, definition: &Definition) -> Option<Location> {
        let content = text(&definition.path, self.options).unwrap_or_default();
        let range = match &definition.at {
            At::Bytes(range) => self.encoding.range(&content, range),
            At::Line(line, column) => {
                let position = at_line(&content, *line, *column, self.encoding);
                Range::new(position, position)
            }
        };
        Some(Location { uri: uri(&definition.path)?, range })
    }

    /// Some bytes of another file.
    pub(crate) fn location_in(&self, path: &Path, range: &std::ops::Range<usize>) -> Option<Location> {
        let content = text(path, self.options).unwrap_or_default();
        Some(Location { uri: uri(path)?, range: self.encoding.range(&content, range) })
    }
}
