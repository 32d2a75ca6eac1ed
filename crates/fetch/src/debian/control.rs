//! Debian control files (deb822(5)): stanzas of `Name: value` with continuation lines.

use std::io::{self, BufRead, Read as _};

/// One stanza.
#[derive(Debug, Clone, Default)]
pub(crate) struct Stanza<'a> {
    fields: Vec<(&'a str, &'a str)>,
}

impl<'a> Stanza<'a> {
    /// A field's value without the space around it; continuation lines are part of it.
    pub(crate) fn get(&self, name: &str) -> Option<&'a str> {
        self.fields.iter().find(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| *value)
    }

    /// The lines of a field that has one entry a line.
    pub(crate) fn lines(&self, name: &str) -> impl Iterator<Item = &'a str> {
        self.get(name).unwrap_or_default().lines().map(str::trim).filter(|line| !line.is_empty())
    }
}

/// The stanzas of a text. A line that is neither a field, a continuation nor a comment is passed over: what a reader needs
/// it asks for by name, and then its absence shows.
pub(crate) fn stanzas(text: &str) -> impl Iterator<Item = Stanza<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let mut stanza = Stanza::default();
        while !rest.is_empty() {
            let field = take_field(&mut rest);
            if field.trim().is_empty() {
                if stanza.fields.is_empty() {
                    continue;
                }
                return Some(stanza);
            }
            if let Some((name, value)) = field.split_once(':')
                && !field.starts_with('#')
            {
                stanza.fields.push((name.trim(), value.trim()));
            }
        }
        (!stanza.fields.is_empty()).then_some(stanza)
    })
}

/// The most bytes of a stanza that [`stanzas_of`] reads, and of all that it gives.
const LONGEST: usize = 1 << 20;

/// The text of the stanzas of one package, of an index that is looked through as it comes: it may be long, and from anybody.
///
/// # Errors
/// Those of the reader, and when a stanza, or all of them, are longer than those of any package.
pub(crate) fn stanzas_of(mut index: impl BufRead, package: &str) -> io::Result<String> {
    let invalid = |what: &'static str| io::Error::new(io::ErrorKind::InvalidData, what);
    let wanted = format!("Package: {package}");
    let (mut found, mut stanza, mut taken) = (String::new(), Vec::new(), false);
    loop {
        let start = stanza.len();
        let room = (LONGEST + 1 - start) as u64;
        let more = index.by_ref().take(room).read_until(b'\n', &mut stanza)? > 0;
        if stanza.len() > LONGEST || found.len() > LONGEST {
            return Err(invalid("a stanza is longer than that of any package"));
        }
        let line = stanza[start..].trim_ascii_end();
        if !line.is_empty() {
            taken |= line == wanted.as_bytes();
            continue;
        }
        if taken {
            found.push_str(std::str::from_utf8(&stanza).map_err(|_| invalid("it is not text"))?);
            found.push('\n');
        }
        if !more {
            return Ok(found);
        }
        stanza.clear();
        taken = false;
    }
}

/// Takes a line and the continuation lines after it.
fn take_field<'a>(rest: &mut &'a str) -> &'a str {
    let text = *rest;
    let mut end = line_end(text, 0);
    let blank = text[..end].trim().is_empty();
    while !blank && end < text.len() && text[end..].starts_with([' ', '\t']) {
        let next = line_end(text, end);
        // A line of nothing but space ends the stanza, as an empty one does.
        if text[end..next].trim().is_empty() {
            break;
        }
        end = next;
    }
    *rest = &text[end..];
    &text[..end]
}

fn line_end(text: &str, from: usize) -> usize {
    text[from..].find('\n').map_or(text.len(), |at| from + at + 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn stanzas_and_continuations_are_read() {
        let text = "\n# note\nPackage: a\nFiles:\n 1 x\n 2 y\n\n \nPackage: b\r\nsize:  7 \n";
        let all: Vec<_> = stanzas(text).collect();
        assert_eq!(all.len(), 2);
        assert_eq!(all[0].get("package"), Some("a"));
        assert_eq!(all[0].lines("Files").collect::<Vec<_>>(), ["1 x", "2 y"]);
        assert_eq!(all[1].get("Package"), Some("b"));
        assert_eq!(all[1].get("Size"), Some("7"));
        assert_eq!(all[1].get("Nothing"), None);
    }

    #[test]
    fn one_package_is_found_without_the_rest() {
        let index =
            "Package: a\nSize: 1\n\nVersion: 2\nPackage: key\n\nPackage: keys\n\n \nPackage: key\nSize: 3";
        let found = stanzas_of(index.as_bytes(), "key").unwrap();
        assert_eq!(found, "Version: 2\nPackage: key\n\n\nPackage: key\nSize: 3\n");
        assert_eq!(stanzas(&found).count(), 2);
        assert_eq!(stanzas_of(&b""[..], "key").unwrap(), "");
    }

    #[test]
    fn a_stanza_without_end_is_not_kept() {
        let endless = io::BufReader::new(io::repeat(b'x'));
        assert!(
            stanzas_of(endless, "key").unwrap_err().to_string().contains("longer than that of any package")
        );
        let many = "Package: key\n\n".repeat(LONGEST / 10);
        assert!(stanzas_of(many.as_bytes(), "key").is_err());
    }

    proptest! {
        #[test]
        fn any_text_is_read_to_its_end(text in "(\\PC|\n|\t| |:){0,60}") {
            for stanza in stanzas(&text) {
                prop_assert!(!stanza.fields.is_empty());
            }
        }
    }
}
