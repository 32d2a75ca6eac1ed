//! How deep an expression nests, measured before parsing: the parser and the compiler recurse, and a text such as ten
//! thousand opening brackets would otherwise exhaust the stack.
//!
//! The measure is generous: it counts the words and signs of the expression that a position belongs to, with those of
//! every expression around it. A comma starts anew, so long lists cost nothing.

/// Words and signs that may stand around a position.
const DEPTH: usize = 600;
/// Spaces at the start of a line, which bound how deep statements nest.
const INDENT: usize = 240;
/// `elif` branches in a file: each nests in the one before.
const BRANCHES: usize = 300;

/// The byte offset and the reason where a text nests too deep.
pub(crate) fn too_deep(text: &str) -> Option<(usize, &'static str)> {
    Scanner { bytes: text.as_bytes(), at: 0, open: vec![0], branches: 0 }.run()
}

struct Scanner<'a> {
    bytes: &'a [u8],
    at: usize,
    /// Words and signs up to here, for each open bracket and the statement itself.
    open: Vec<usize>,
    branches: usize,
}

impl Scanner<'_> {
    fn run(&mut self) -> Option<(usize, &'static str)> {
        while let Some(&byte) = self.bytes.get(self.at) {
            let start = self.at;
            match byte {
                b'\n' if self.open.len() == 1 => {
                    self.at += 1;
                    self.open[0] = 0;
                    if self.indent() > INDENT {
                        return Some((self.at, "the line is indented too far"));
                    }
                }
                b'#' => self.comment(),
                b'"' | b'\'' => self.string(byte),
                b',' => self.separate(),
                b'(' | b'[' | b'{' => self.descend(),
                b')' | b']' | b'}' => self.ascend(),
                byte if byte.is_ascii_whitespace() => self.at += 1,
                byte if word(byte) => self.word(),
                _ => self.count(1),
            }
            if self.open.last().is_some_and(|depth| *depth > DEPTH) {
                return Some((start, "the expression nests too deep"));
            }
            if self.branches > BRANCHES {
                return Some((start, "the file has too many `elif` branches"));
            }
        }
        None
    }

    fn count(&mut self, bytes: usize) {
        self.at += bytes;
        if let Some(last) = self.open.last_mut() {
            *last += 1;
        }
    }

    fn descend(&mut self) {
        self.count(1);
        let around = self.open.last().copied().unwrap_or_default();
        self.open.push(around);
    }

    fn ascend(&mut self) {
        if self.open.len() > 1 {
            self.open.pop();
        }
        self.count(1);
    }

    fn separate(&mut self) {
        self.at += 1;
        let around = self.open.len().checked_sub(2).and_then(|at| self.open.get(at)).copied();
        if let Some(last) = self.open.last_mut() {
            *last = around.unwrap_or_default();
        }
    }

    fn word(&mut self) {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let length = rest.iter().take_while(|byte| word(**byte)).count();
        if rest.starts_with(b"elif") && length == 4 {
            self.branches += 1;
        }
        self.count(length.max(1));
    }

    fn comment(&mut self) {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        self.at += rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
    }

    /// Passes a string. One that never ends is passed up to where the parser will complain about it: a line's end.
    fn string(&mut self, quote: u8) {
        let triple = [quote; 3];
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let long = rest.starts_with(&triple);
        self.at += if long { 3 } else { 1 };
        while let Some(&byte) = self.bytes.get(self.at) {
            let rest = self.bytes.get(self.at..).unwrap_or_default();
            match byte {
                b'\\' => self.at += 2,
                b'\n' if !long => return,
                _ if long && rest.starts_with(&triple) => {
                    self.at += 3;
                    return;
                }
                byte if !long && byte == quote => {
                    self.at += 1;
                    return;
                }
                _ => self.at += 1,
            }
        }
    }

    /// Spaces and tabs from here.
    fn indent(&self) -> usize {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count()
    }
}

fn word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

#[cfg(test)]
mod tests {
    use super::too_deep;

    #[test]
    fn wide_texts_pass() {
        let list = format!("x = [{}]\n", "\"a\", ".repeat(100_000));
        assert_eq!(too_deep(&list), None);
        let lines = "x = 1 + 2\n".repeat(50_000);
        assert_eq!(too_deep(&lines), None);
        assert_eq!(too_deep("x = \"\"\"((((\n\n((((\"\"\" # ((((((\n"), None);
    }

    #[test]
    fn deep_texts_are_refused() {
        for text in [
            "(".repeat(2000),
            "x = ".to_owned() + &"-".repeat(2000) + "1",
            "x = 1".to_owned() + &" + 1".repeat(2000),
            "x = a".to_owned() + &".b".repeat(2000),
            "x = ".to_owned() + &"not ".repeat(2000),
            "x = ".to_owned() + &"[a, ".repeat(2000),
            "if a:\n  pass\n".to_owned() + &"elif b:\n  pass\n".repeat(500),
            "if a:\n".to_owned() + &" ".repeat(500) + "pass\n",
        ] {
            assert!(too_deep(&text).is_some(), "{}", &text[..40]);
        }
    }
}
