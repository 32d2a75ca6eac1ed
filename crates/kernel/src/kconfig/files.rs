//! A file's lines, with continuations joined and help texts skipped.

use super::error::ParseError;

/// Limits that no kernel comes near: its largest file has 100,000 bytes, all together 4,000,000.
const MAX_FILE: usize = 4 << 20;

/// A walk over the lines of one file.
pub(super) struct Lines {
    lines: Vec<String>,
    /// The line that [`Lines::next`] returns, from 0.
    at: usize,
}

impl Lines {
    /// The lines of a file. Bytes that are no UTF-8 can only stand in help texts and prompts: they are replaced.
    pub fn new(bytes: &[u8]) -> Result<Self, ParseError> {
        if bytes.len() > MAX_FILE {
            return Err(ParseError::TooMuch { what: "bytes in one file", limit: MAX_FILE });
        }
        Ok(Self { lines: String::from_utf8_lossy(bytes).lines().map(str::to_owned).collect(), at: 0 })
    }

    /// The next line that is not blank, with the lines that it continues on, and its number.
    pub fn next(&mut self) -> Option<(usize, String)> {
        while self.lines.get(self.at).is_some_and(|line| line.trim().is_empty()) {
            self.at += 1;
        }
        let number = self.at + 1;
        let mut text = self.raw()?;
        while text.ends_with('\\') {
            text.pop();
            text.push_str(&self.raw().unwrap_or_default());
        }
        Some((number, text))
    }

    fn raw(&mut self) -> Option<String> {
        let line = self.lines.get_mut(self.at).map(std::mem::take);
        self.at += 1;
        line
    }

    /// Skips a help text: every line indented at least as far as its first one.
    pub fn skip_help(&mut self) {
        let mut first = None;
        while let Some(line) = self.lines.get(self.at) {
            if !line.trim().is_empty() {
                let indent = indentation(line);
                if indent == 0 || first.is_some_and(|first| indent < first) {
                    return;
                }
                first.get_or_insert(indent);
            }
            self.at += 1;
        }
    }
}

/// The column of the first character, with tabs to every eighth.
fn indentation(line: &str) -> usize {
    let mut column = 0;
    for byte in line.bytes() {
        match byte {
            b' ' => column += 1,
            b'\t' => column = (column / 8 + 1) * 8,
            _ => break,
        }
    }
    column
}
