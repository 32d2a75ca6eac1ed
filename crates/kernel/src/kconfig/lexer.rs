//! The tokens of one line.

use std::fmt;

use super::environment::{Environment, macro_end};
use super::error::ParseError;

/// An operator of comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Order {
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    More,
    /// `>=`
    AtLeast,
}

impl fmt::Display for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::More => ">",
            Self::AtLeast => ">=",
        })
    }
}

/// A token. Text that holds a macro of unknown value is a [`Token::Probe`], quoted or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    Word(String),
    Quoted(String),
    Probe(String),
    Order(Order),
    And,
    Or,
    Not,
    Open,
    Close,
}

impl Token {
    /// The token as a message shows it.
    pub(super) fn shown(token: Option<&Self>) -> String {
        match token {
            None => "the end of the line".to_owned(),
            Some(Self::Word(text) | Self::Probe(text)) => format!("`{text}`"),
            Some(Self::Quoted(text)) => format!("the string \"{text}\""),
            Some(Self::Order(order)) => format!("`{order}`"),
            Some(Self::And) => "`&&`".to_owned(),
            Some(Self::Or) => "`||`".to_owned(),
            Some(Self::Not) => "`!`".to_owned(),
            Some(Self::Open) => "`(`".to_owned(),
            Some(Self::Close) => "`)`".to_owned(),
        }
    }
}

/// The longest operators first.
const OPERATORS: [(&str, Token); 11] = [
    ("&&", Token::And),
    ("||", Token::Or),
    ("!=", Token::Order(Order::NotEqual)),
    ("<=", Token::Order(Order::AtMost)),
    (">=", Token::Order(Order::AtLeast)),
    ("<", Token::Order(Order::Less)),
    (">", Token::Order(Order::More)),
    ("=", Token::Order(Order::Equal)),
    ("!", Token::Not),
    ("(", Token::Open),
    (")", Token::Close),
];

/// The tokens of `line`, up to its end or a comment.
pub(super) fn tokens(line: &str, environment: &Environment) -> Result<Vec<Token>, ParseError> {
    let mut found = Vec::new();
    let mut rest = line.trim_start();
    while let Some(first) = rest.chars().next() {
        if first == '#' {
            break;
        }
        let (token, after) =
            if let Some((text, token)) = OPERATORS.iter().find(|(text, _)| rest.starts_with(text)) {
                (token.clone(), rest.get(text.len()..).unwrap_or_default())
            } else if matches!(first, '"' | '\'') {
                string(rest, first, environment)?
            } else {
                word(rest, environment)?
            };
        found.push(token);
        rest = after.trim_start();
    }
    Ok(found)
}

fn is_word(char: char) -> bool {
    char.is_ascii_alphanumeric() || matches!(char, '_' | '-' | '.' | '/')
}

/// A word, of which macros may be parts: `$(ARCH)_defconfig`.
fn word<'a>(text: &'a str, environment: &Environment) -> Result<(Token, &'a str), ParseError> {
    let mut end = 0;
    while let Some(next) = text.get(end..).and_then(|rest| rest.chars().next()) {
        end += match next {
            '$' => macro_end(text.get(end..).unwrap_or_default()).ok_or(ParseError::OpenMacro)?,
            char if is_word(char) => 1,
            _ => break,
        };
    }
    let (raw, rest) = text.split_at(end);
    if raw.is_empty() {
        return Err(ParseError::Character(text.chars().next().unwrap_or_default()));
    }
    Ok((environment.expand(raw).map_or_else(|| Token::Probe(raw.to_owned()), Token::Word), rest))
}

/// A string in either kind of quotes. A macro may hold quotes of its own.
fn string<'a>(text: &'a str, quote: char, environment: &Environment) -> Result<(Token, &'a str), ParseError> {
    let mut raw = String::new();
    let mut at = 1;
    loop {
        let rest = text.get(at..).unwrap_or_default();
        match rest.chars().next().ok_or(ParseError::OpenString)? {
            char if char == quote => break,
            '\\' => {
                let escaped = rest.chars().nth(1).ok_or(ParseError::OpenString)?;
                raw.push(escaped);
                at += 1 + escaped.len_utf8();
            }
            '$' if rest.starts_with("$(") => {
                let end = macro_end(rest).ok_or(ParseError::OpenMacro)?;
                raw.push_str(rest.get(..end).unwrap_or_default());
                at += end;
            }
            other => {
                raw.push(other);
                at += other.len_utf8();
            }
        }
    }
    // A bare `$` in a string is itself.
    let token = match environment.expand(&raw) {
        Some(text) => Token::Quoted(text),
        None if raw.contains("$(") => Token::Probe(raw),
        None => Token::Quoted(raw),
    };
    Ok((token, text.get(at + 1..).unwrap_or_default()))
}
