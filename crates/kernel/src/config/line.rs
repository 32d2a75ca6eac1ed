//! One line of a configuration.

use super::{LineError, Value};

/// What a line says.
pub(crate) enum Line<'a> {
    /// `CONFIG_X=…` or `# CONFIG_X is not set`.
    Setting {
        /// Without `CONFIG_`.
        symbol: &'a str,
        value: Value,
        /// The text after `#` behind the value.
        comment: Option<&'a str>,
    },
    /// A comment, without its first `#`.
    Comment(&'a str),
    Blank,
}

/// Reads a line whose end is cut off.
pub(crate) fn parse_line(text: &str) -> Result<Line<'_>, LineError> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(Line::Blank);
    }
    if let Some(comment) = text.strip_prefix('#') {
        return Ok(unset(text).map_or(Line::Comment(comment), |symbol| Line::Setting {
            symbol,
            value: Value::No,
            comment: None,
        }));
    }
    let (name, rest) = text.split_once('=').ok_or_else(|| LineError::NotASetting(excerpt(text)))?;
    let symbol = name.strip_prefix("CONFIG_").ok_or_else(|| LineError::NotASetting(excerpt(text)))?;
    if !is_symbol(symbol) {
        return Err(LineError::Name(excerpt(name)));
    }
    let (value, comment) = parse_value(symbol, rest)?;
    Ok(Line::Setting { symbol, value, comment })
}

/// The symbol of `# CONFIG_X is not set`. Kconfig knows this form to the letter and no other.
fn unset(text: &str) -> Option<&str> {
    let symbol = text.strip_prefix("# CONFIG_")?.strip_suffix(" is not set")?;
    is_symbol(symbol).then_some(symbol)
}

/// Whether `name` (without `CONFIG_`) can be a symbol's.
pub(crate) fn is_symbol(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn parse_value<'a>(symbol: &str, text: &'a str) -> Result<(Value, Option<&'a str>), LineError> {
    if let Some(inner) = text.strip_prefix('"') {
        let (value, rest) = quoted(inner).ok_or_else(|| LineError::OpenString(symbol.to_owned()))?;
        return Ok((Value::Text(value), trailing(symbol, rest)?));
    }
    let end = text.find([' ', '\t', '#']).unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    let value = match word {
        "" => return Err(LineError::NoValue(symbol.to_owned())),
        "y" => Value::Yes,
        "m" => Value::Module,
        "n" => Value::No,
        number => parse_number(symbol, number)?,
    };
    let comment = trailing(symbol, rest)?;
    if comment.is_some() && matches!(value, Value::Int(_) | Value::Hex(_)) {
        return Err(LineError::CommentAfterNumber(symbol.to_owned()));
    }
    Ok((value, comment))
}

/// The string up to its closing quote, and what stands behind it.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut chars = text.char_indices();
    while let Some((at, char)) = chars.next() {
        match char {
            '"' => return text.get(at + 1..).map(|rest| (value, rest)),
            '\\' => value.push(chars.next()?.1),
            other => value.push(other),
        }
    }
    None
}

fn parse_number(symbol: &str, word: &str) -> Result<Value, LineError> {
    let all =
        |digits: &str, test: fn(&u8) -> bool| !digits.is_empty() && digits.bytes().all(|byte| test(&byte));
    let number = || LineError::Number { symbol: symbol.to_owned(), value: excerpt(word) };
    if let Some(digits) = word.strip_prefix("0x").or_else(|| word.strip_prefix("0X"))
        && all(digits, u8::is_ascii_hexdigit)
    {
        return u64::from_str_radix(digits, 16).map(Value::Hex).map_err(|_| number());
    }
    if all(word.strip_prefix('-').unwrap_or(word), u8::is_ascii_digit) {
        return word.parse().map(Value::Int).map_err(|_| number());
    }
    Err(LineError::Value { symbol: symbol.to_owned(), value: excerpt(word) })
}

/// The comment behind a value, if any.
fn trailing<'a>(symbol: &str, rest: &'a str) -> Result<Option<&'a str>, LineError> {
    match rest.trim_start() {
        "" => Ok(None),
        text => match text.strip_prefix('#') {
            Some(comment) => Ok(Some(comment)),
            None => Err(LineError::Trailing { symbol: symbol.to_owned(), rest: excerpt(text) }),
        },
    }
}

/// Enough of a text to recognise it on a screen.
fn excerpt(text: &str) -> String {
    const WIDTH: usize = 60;
    let mut cut: String = text.chars().take(WIDTH).flat_map(char::escape_debug).collect();
    if text.chars().nth(WIDTH).is_some() {
        cut.push('…');
    }
    cut
}
