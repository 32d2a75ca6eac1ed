//! Property lines: what stands below `config`, `menu`, `choice` and `comment`.

use std::sync::Arc;

use super::error::ParseError;
use super::expr::{Operand, Reader};
use super::lexer::Token;
use super::parser::{Current, Parser};
use super::{Condition, Default, Definition, Expr, Kind, Location, Prompt, Reverse, Span};

impl Parser<'_> {
    pub(super) fn property(
        &mut self,
        word: &str,
        reader: &mut Reader,
        at: &Location,
    ) -> Result<(), ParseError> {
        match word {
            "bool" | "boolean" | "tristate" | "string" | "int" | "hex" => {
                self.kind(word);
                if reader.tokens.is_empty() { Ok(()) } else { self.prompt(word, reader, at) }
            }
            "prompt" => self.prompt(word, reader, at),
            "def_bool" | "def_tristate" => {
                self.kind(word);
                self.default(word, reader, at)
            }
            "default" => self.default(word, reader, at),
            "depends" => self.depends(reader, at),
            "visible" => self.visible(reader, at),
            "select" | "imply" => self.reverse(word, reader, at),
            "range" => self.range(reader, at),
            // What these change is how `make menuconfig` looks or what a new tree starts with.
            "option" | "modules" | "optional" | "transitional" => {
                while reader.next().is_some() {}
                Ok(())
            }
            other => Err(ParseError::Unknown(other.to_owned())),
        }
    }

    /// The definition that the line belongs to. `Ok(None)` when it belongs to something that keeps no such lines.
    fn definition(&mut self, word: &str) -> Result<Option<&mut Definition>, ParseError> {
        match &self.current {
            Current::Symbol(name) => {
                Ok(self.tree.symbols.get_mut(name).and_then(|symbol| symbol.definitions.last_mut()))
            }
            Current::Nothing => Err(ParseError::NoEntry(word.to_owned())),
            Current::Menu | Current::Choice(_) | Current::Comment => Ok(None),
        }
    }

    fn kind(&mut self, word: &str) {
        let kind = match word {
            "bool" | "boolean" | "def_bool" => Kind::Bool,
            "tristate" | "def_tristate" => Kind::Tristate,
            "string" => Kind::Text,
            "int" => Kind::Int,
            _ => Kind::Hex,
        };
        if let Current::Symbol(name) = &self.current
            && let Some(symbol) = self.tree.symbols.get_mut(name)
        {
            symbol.kind.get_or_insert(kind);
        }
    }

    fn prompt(&mut self, word: &str, reader: &mut Reader, at: &Location) -> Result<(), ParseError> {
        let Some(Token::Quoted(text) | Token::Probe(text)) = reader.next() else {
            return Err(reader.expected("the prompt's text in quotes"));
        };
        let when = when(reader)?.map(|expr| Condition { expr, at: at.clone() });
        if let Current::Choice(index) = self.current {
            if let Some(choice) = self.tree.choices.get_mut(index) {
                choice.prompt = Some(text.clone());
            }
            self.scope.visible.extend(when.map(Arc::new));
            return Ok(());
        }
        if let Some(definition) = self.definition(word)? {
            definition.prompt = Some(Prompt { text: text.clone(), when });
        }
        Ok(())
    }

    fn default(&mut self, word: &str, reader: &mut Reader, at: &Location) -> Result<(), ParseError> {
        let value = reader.expr()?;
        let when = when(reader)?;
        if let Some(definition) = self.definition(word)? {
            definition.defaults.push(Default { value, when, at: at.clone() });
        }
        Ok(())
    }

    /// `depends on a`, and `depends on a if b`, which newer kernels know: it asks for `a` only where `b` holds.
    fn depends(&mut self, reader: &mut Reader, at: &Location) -> Result<(), ParseError> {
        if !reader.take_word("on") {
            return Err(reader.expected("`on`"));
        }
        let mut expr = reader.expr()?;
        if let Some(when) = when(reader)? {
            expr = Expr::Any(vec![expr, Expr::Not(Box::new(when))]);
        }
        match self.current {
            Current::Menu | Current::Choice(_) => self.inside_depends(expr, at),
            _ => {
                if let Some(definition) = self.definition("depends on")? {
                    definition.depends.push(Arc::new(Condition { expr, at: at.clone() }));
                }
            }
        }
        Ok(())
    }

    fn visible(&mut self, reader: &mut Reader, at: &Location) -> Result<(), ParseError> {
        let expr = when(reader)?.ok_or_else(|| reader.expected("`if`"))?;
        if !matches!(self.current, Current::Menu) {
            return Err(ParseError::NoEntry("visible if".to_owned()));
        }
        self.scope.visible.push(Arc::new(Condition { expr, at: at.clone() }));
        Ok(())
    }

    fn reverse(&mut self, word: &str, reader: &mut Reader, at: &Location) -> Result<(), ParseError> {
        let Some(Token::Word(target)) = reader.next() else {
            return Err(reader.expected("the name of a symbol"));
        };
        let when = when(reader)?;
        let Current::Symbol(by) = &self.current else { return Err(ParseError::NoEntry(word.to_owned())) };
        let reverse = Reverse { by: by.clone(), when, at: at.clone() };
        let symbol = self.tree.symbols.entry(target.clone()).or_default();
        if word == "select" {
            symbol.selected_by.push(reverse)
        } else {
            symbol.implied_by.push(reverse)
        }
        Ok(())
    }

    fn range(&mut self, reader: &mut Reader, at: &Location) -> Result<(), ParseError> {
        let mut bound = || match reader.next() {
            Some(Token::Word(text)) => Ok(Operand::Symbol(text.clone())),
            Some(Token::Quoted(text)) => Ok(Operand::Text(text.clone())),
            Some(Token::Probe(text)) => Ok(Operand::Probe(text.clone())),
            _ => Err(reader.expected("a number or a symbol")),
        };
        let (low, high) = (bound()?, bound()?);
        let when = when(reader)?;
        if let Some(definition) = self.definition("range")? {
            definition.ranges.push(Span { low, high, when, at: at.clone() });
        }
        Ok(())
    }
}

/// The condition behind a property, `if …`.
fn when(reader: &mut Reader) -> Result<Option<Expr>, ParseError> {
    if reader.take_word("if") { reader.expr().map(Some) } else { Ok(None) }
}
