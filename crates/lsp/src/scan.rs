//! The words of a text that is being typed: unlike a parser, this knows something of every text.

use std::ops::Range;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A name or a keyword.
    Name,
    /// A string, perhaps without its end.
    String,
    /// A number.
    Number,
    /// A comment, to the end of its line.
    Comment,
    /// Any other character.
    Mark(char),
}

/// A token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    /// Bytes of the text; of a string with its quotes.
    pub(crate) range: Range<usize>,
    /// Of a string, what is between its quotes; else the same as `range`.
    pub(crate) inside: Range<usize>,
    /// Whether the token begins its line, without a space before it.
    pub(crate) begins_line: bool,
    /// Of a string, whether its content is what stands there: without escapes and not formatted.
    pub(crate) is_plain: bool,
}

impl Token {
    /// Its text, of a string that between the quotes.
    pub(crate) fn text<'a>(&self, text: &'a str) -> &'a str {
        text.get(self.inside.clone()).unwrap_or_default()
    }

    /// Whether it is this name.
    pub(crate) fn is(&self, text: &str, name: &str) -> bool {
        self.kind == Kind::Name && self.text(text) == name
    }

    /// Whether the place is in it: for a string between its quotes, for a name also at its end.
    pub(crate) fn holds(&self, at: usize) -> bool {
        match self.kind {
            Kind::String | Kind::Name => self.inside.start <= at && at <= self.inside.end,
            Kind::Comment => self.range.start < at && at <= self.range.end,
            _ => self.range.contains(&at),
        }
    }
}

/// All tokens of a text.
pub(crate) fn tokens(text: &str) -> Vec<Token> {
    let mut scan = Scan { text, at: 0, line: 0, found: Vec::new() };
    while scan.at < text.len() {
        scan.next();
    }
    scan.found
}

struct Scan<'a> {
    text: &'a str,
    at: usize,
    /// Where the line begins.
    line: usize,
    found: Vec<Token>,
}

impl Scan<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn next(&mut self) {
        let Some(first) = self.rest().chars().next() else {
            self.at = self.text.len();
            return;
        };
        match first {
            '\n' => {
                self.at += 1;
                self.line = self.at;
            }
            c if c.is_whitespace() || c == '\u{feff}' => self.at += c.len_utf8(),
            '#' => {
                let length = self.rest().find('\n').unwrap_or(self.rest().len());
                self.token(Kind::Comment, length, 0, 0, false);
            }
            '"' | '\'' => self.string(0, false),
            c if c.is_alphabetic() || c == '_' => self.name(),
            c if c.is_ascii_digit() => {
                let length = self.rest().find(|c: char| !c.is_ascii_alphanumeric() && c != '.');
                self.token(Kind::Number, length.unwrap_or(self.rest().len()), 0, 0, false);
            }
            c => self.token(Kind::Mark(c), c.len_utf8(), 0, 0, false),
        }
    }

    fn name(&mut self) {
        let length =
            self.rest().find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(self.rest().len());
        let (word, after) = self.rest().split_at(length);
        let prefix =
            matches!(word, "r" | "b" | "f" | "rb" | "br" | "fr" | "rf") && after.starts_with(['"', '\'']);
        match prefix {
            true => self.string(length, true),
            false => self.token(Kind::Name, length, 0, 0, false),
        }
    }

    /// A string after `prefix` bytes. One that never ends is taken to the end of its line, or of the text when it may hold lines.
    fn string(&mut self, prefix: usize, prefixed: bool) {
        let rest = self.rest().get(prefix..).unwrap_or_default();
        let quote = rest.get(..1).unwrap_or("\"");
        let long = rest.starts_with(&quote.repeat(3));
        let quotes = if long { 3 } else { 1 };
        let inside = rest.get(quotes..).unwrap_or_default();
        let (mut end, mut plain, mut chars) = (0, !prefixed, inside.char_indices());
        let length = loop {
            let Some((at, c)) = chars.next() else { break inside.len() };
            match c {
                '\\' => {
                    plain = false;
                    chars.next();
                }
                '\n' if !long => break at,
                _ if long && inside.get(at..).is_some_and(|rest| rest.starts_with(&quote.repeat(3))) => {
                    end = 3;
                    break at;
                }
                c if !long && quote.starts_with(c) => {
                    end = 1;
                    break at;
                }
                _ => {}
            }
        };
        let whole = prefix + quotes + length + end;
        let lines = self.rest().get(..whole).and_then(|text| text.rfind('\n'));
        let line = lines.map(|newline| self.at + newline + 1);
        self.token(Kind::String, whole, prefix + quotes, end, plain);
        self.line = line.unwrap_or(self.line);
    }

    fn token(&mut self, kind: Kind, length: usize, before: usize, after: usize, is_plain: bool) {
        let range = self.at..self.at + length;
        let inside = range.start + before..range.end - after;
        let begins_line = range.start == self.line;
        self.at = range.end;
        self.found.push(Token { kind, range, inside, begins_line, is_plain });
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::tokens;

    fn shown(text: &str) -> Vec<String> {
        tokens(text).iter().map(|token| format!("{:?} {}", token.kind, token.text(text))).collect()
    }

    #[test]
    fn words_of_a_unit() {
        let text = "unit(name = \"a\", # c\n  b = r'x' + \"\"\"l\n\"l\"\"\", 1.5)\nx";
        assert_eq!(
            shown(text),
            [
                "Name unit",
                "Mark('(') (",
                "Name name",
                "Mark('=') =",
                "String a",
                "Mark(',') ,",
                "Comment # c",
                "Name b",
                "Mark('=') =",
                "String x",
                "Mark('+') +",
                "String l\n\"l",
                "Mark(',') ,",
                "Number 1.5",
                "Mark(')') )",
                "Name x"
            ]
        );
        let tokens = tokens(text);
        let begin: Vec<bool> = tokens.iter().map(|token| token.begins_line).collect();
        assert_eq!(begin.iter().filter(|begins| **begins).count(), 2);
        assert!(tokens[4].is_plain && !tokens[9].is_plain);
    }

    #[test]
    fn a_string_without_an_end_takes_its_line() {
        assert_eq!(shown("a = \"b\nc"), ["Name a", "Mark('=') =", "String b", "Name c"]);
        assert_eq!(shown("\"\"\"b\nc"), ["String b\nc"]);
        assert_eq!(shown("\"b\\"), ["String b\\"]);
        assert_eq!(shown("'\\'é'"), ["String \\'é"]);
        assert_eq!(shown("\"\r\nx"), ["String \r", "Name x"]);
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn every_text_has_tokens_in_order(text in "[a-z\"'#\\\\\n(){}=,é\u{1F600} ]{0,60}") {
            let mut at = 0;
            for token in tokens(&text) {
                prop_assert!(at <= token.range.start && token.range.start < token.range.end);
                prop_assert!(text.get(token.range.clone()).is_some() && text.get(token.inside.clone()).is_some());
                prop_assert!(token.range.start <= token.inside.start && token.inside.end <= token.range.end);
                at = token.range.end;
            }
            prop_assert!(at <= text.len());
        }
    }
}
