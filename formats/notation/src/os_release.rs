//! os-release(5).

/// A field of such a text, without its quotes. Escapes are those that a shell knows in double quotes.
pub fn field(text: &str, name: &str) -> Option<String> {
    let line = text.lines().rev().find_map(|line| line.trim().strip_prefix(name)?.strip_prefix('='))?;
    let quoted = |mark: char| line.strip_prefix(mark).and_then(|rest| rest.strip_suffix(mark));
    if let Some(plain) = quoted('\'') {
        return Some(plain.to_owned());
    }
    let inner = quoted('"').unwrap_or(line);
    let mut value = String::new();
    let mut letters = inner.chars();
    while let Some(letter) = letters.next() {
        let escaped = if letter == '\\' { letters.next() } else { Some(letter) };
        value.extend(escaped);
    }
    Some(value)
}

#[cfg(test)]
mod tests {
    #[test]
    fn quotes_of_fields_are_taken_off() {
        let text = "A='x y'\nB=\"a\\\"b\\$\"\nC=plain\nB2=\nC=last\n";
        let field = |name| super::field(text, name);
        assert_eq!(field("A").as_deref(), Some("x y"));
        assert_eq!(field("B").as_deref(), Some("a\"b$"));
        assert_eq!(field("C").as_deref(), Some("last"));
        assert_eq!(field("B2").as_deref(), Some(""));
    }
}
