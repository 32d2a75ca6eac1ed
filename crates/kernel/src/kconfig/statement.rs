//! Statements: what begins an entry or a block.

use super::error::{KconfigError, ParseError};
use super::expr::Reader;
use super::files::Lines;
use super::lexer::{Token, tokens};
use super::parser::{BlockKind, Current, Parser};
use super::{Choice, Definition, Location};

impl Parser<'_> {
    /// Reads one line. `outside` is how many blocks were open when this file began.
    pub(super) fn statement(
        &mut self,
        text: &str,
        at: &Location,
        lines: &mut Lines,
        outside: usize,
    ) -> Result<(), KconfigError> {
        let failed = |problem| KconfigError { at: at.clone(), problem, cause: None };
        let text = text.trim();
        // A line of its own that is a macro checks something or prints a message: there is nothing to remember.
        if text.starts_with('#') || text.starts_with("$(") {
            return Ok(());
        }
        if let Some((name, operator, value)) = assignment(text) {
            self.environment.assign(name, operator, value);
            return Ok(());
        }
        let found = tokens(text, &self.environment).map_err(failed)?;
        let mut reader = Reader { tokens: &found };
        let Some(Token::Word(word)) = reader.next() else {
            return Err(failed(ParseError::Unknown(text.chars().take(40).collect())));
        };
        if word == "source" {
            return self.source(&mut reader, at);
        }
        if matches!(word.as_str(), "help" | "---help---") {
            lines.skip_help();
            return Ok(());
        }
        self.entry(word, &mut reader, at, outside).and_then(|()| reader.end()).map_err(failed)
    }

    fn entry(
        &mut self,
        word: &str,
        reader: &mut Reader,
        at: &Location,
        outside: usize,
    ) -> Result<(), ParseError> {
        match word {
            "config" | "menuconfig" => self.config(reader, at),
            "choice" => self.choice(reader, at),
            "menu" => {
                reader.next().ok_or_else(|| reader.expected("the menu's text"))?;
                self.open(BlockKind::Menu, at)?;
                self.current = Current::Menu;
                Ok(())
            }
            "if" => {
                let expr = reader.expr()?;
                self.open(BlockKind::If, at)?;
                self.inside_depends(expr, at);
                self.current = Current::Nothing;
                Ok(())
            }
            "comment" => {
                reader.next().ok_or_else(|| reader.expected("the comment's text"))?;
                self.current = Current::Comment;
                Ok(())
            }
            "mainmenu" => reader.next().map(|_| ()).ok_or_else(|| reader.expected("the menu's text")),
            "endif" => self.close(BlockKind::If, word, outside),
            "endmenu" => self.close(BlockKind::Menu, word, outside),
            "endchoice" => self.close(BlockKind::Choice, word, outside),
            _ => self.property(word, reader, at),
        }
    }

    fn config(&mut self, reader: &mut Reader, at: &Location) -> Result<(), ParseError> {
        let Some(Token::Word(name)) = reader.next() else { return Err(reader.expected("the symbol's name")) };
        if let Some(choice) = self.scope.choice.and_then(|index| self.tree.choices.get_mut(index)) {
            choice.members.push(name.clone());
        }
        self.tree.symbols.entry(name.clone()).or_default().definitions.push(Definition {
            at: at.clone(),
            prompt: None,
            depends: self.scope.depends.clone(),
            visible: self.scope.visible.clone(),
            defaults: Vec::new(),
            ranges: Vec::new(),
            choice: self.scope.choice,
        });
        self.current = Current::Symbol(name.clone());
        Ok(())
    }

    fn choice(&mut self, reader: &mut Reader, at: &Location) -> Result<(), ParseError> {
        // Old kernels name some choices.
        if matches!(reader.tokens.first(), Some(Token::Word(_))) {
            reader.next();
        }
        self.open(BlockKind::Choice, at)?;
        let index = self.tree.choices.len();
        self.tree.choices.push(Choice { at: at.clone(), prompt: None, members: Vec::new() });
        self.scope.choice = Some(index);
        self.current = Current::Choice(index);
        Ok(())
    }

    fn source(&mut self, reader: &mut Reader, at: &Location) -> Result<(), KconfigError> {
        let failed = |problem| KconfigError { at: at.clone(), problem, cause: None };
        match reader.next() {
            Some(Token::Quoted(path) | Token::Word(path)) => {
                reader.end().map_err(failed)?;
                self.file(path, at)
            }
            Some(Token::Probe(path)) => {
                self.tree
                    .notes
                    .push(format!("{at}: `source \"{path}\"` is skipped: its path is not known here"));
                Ok(())
            }
            _ => Err(failed(reader.expected("the path of a file"))),
        }
    }
}

/// `name = text`, `name := text`, `name += text`.
fn assignment(text: &str) -> Option<(&str, &str, &str)> {
    let end = text.find(|char: char| !char.is_ascii_alphanumeric() && char != '_' && char != '-')?;
    let (name, rest) = text.split_at(end);
    let rest = rest.trim_start();
    let operator = [":=", "+=", "="].into_iter().find(|operator| rest.starts_with(operator))?;
    (!name.is_empty()).then(|| (name, operator, rest.get(operator.len()..).unwrap_or_default().trim()))
}
