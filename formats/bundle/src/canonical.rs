//! Canonical JSON, as TUF signs it (OLPC's form): keys sorted, no spaces, only `"` and `\` escaped, whole numbers only.
//!
//! It is made from text, not from a tree of values: nobody vouches for the text yet, and small values make a tree a hundred
//! times as large as they are.

use std::borrow::Cow;
use std::fmt;

use serde::Serialize;
use serde::de::{Deserializer as _, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::Deserializer;
use serde_json::value::RawValue;

/// Values in each other. Metadata has less than ten.
const DEEPEST: usize = 32;

/// Why a text has no canonical form.
#[derive(Debug, thiserror::Error)]
pub enum CanonicalError {
    /// It is no JSON.
    #[error("{0}")]
    Json(#[from] serde_json::Error),
    /// Canonical JSON has whole numbers only.
    #[error("{0} is not a whole number: canonical JSON has no others")]
    Number(String),
    /// Readers would not agree on what is meant.
    #[error("the field {0:?} is there twice")]
    Twice(String),
    /// No metadata needs that.
    #[error("there are more than {DEEPEST} values in each other")]
    Deep,
}

/// The bytes that a signature is over, of something that is to be signed.
///
/// # Errors
/// When it holds a number with a fraction.
pub fn bytes(value: &impl Serialize) -> Result<Vec<u8>, CanonicalError> {
    of_text(&serde_json::to_string(value)?)
}

/// The bytes that a signature is over, of something that was signed. Memory: some multiples of the text, whatever is in it.
///
/// # Errors
/// When it is no JSON, holds a number with a fraction, or a field twice.
pub fn of_text(text: &str) -> Result<Vec<u8>, CanonicalError> {
    // The canonical form is never longer.
    let mut into = String::with_capacity(text.len());
    let value: &RawValue = serde_json::from_str(text)?;
    write(value.get(), 0, &mut into)?;
    Ok(into.into_bytes())
}

fn write(text: &str, depth: usize, into: &mut String) -> Result<(), CanonicalError> {
    if depth > DEEPEST {
        return Err(CanonicalError::Deep);
    }
    match text.as_bytes().first() {
        Some(b'{') => {
            let mut fields = Deserializer::from_str(text).deserialize_map(Fields)?;
            // Whatever the order of the bytes, that of the letters is the same in UTF-8.
            fields.sort_by(|(one, _), (other, _)| one.cmp(other));
            if let Some(pair) = fields.windows(2).find(|pair| pair[0].0 == pair[1].0) {
                return Err(CanonicalError::Twice(pair[0].0.to_string()));
            }
            into.push('{');
            for (index, (key, value)) in fields.into_iter().enumerate() {
                if index > 0 {
                    into.push(',');
                }
                string(&key, into);
                into.push(':');
                write(value.get(), depth + 1, into)?;
            }
            into.push('}');
        }
        Some(b'[') => {
            into.push('[');
            Deserializer::from_str(text).deserialize_seq(Items { depth, into })??;
            into.push(']');
        }
        Some(b'"') => string(&letters(text)?, into),
        Some(b'-' | b'0'..=b'9') => {
            let whole = text.parse::<u64>().is_ok() || (text.parse::<i64>().is_ok() && text != "-0");
            if !whole {
                return Err(CanonicalError::Number(text.to_owned()));
            }
            into.push_str(text);
        }
        // null, true, false.
        _ => into.push_str(text),
    }
    Ok(())
}

/// What stands between the quotes.
fn letters(text: &str) -> Result<Cow<'_, str>, serde_json::Error> {
    let plain = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    match plain.filter(|plain| !plain.contains('\\')) {
        Some(plain) => Ok(Cow::Borrowed(plain)),
        None => serde_json::from_str(text).map(Cow::Owned),
    }
}

fn string(text: &str, into: &mut String) {
    into.push('"');
    for letter in text.chars() {
        if matches!(letter, '"' | '\\') {
            into.push('\\');
        }
        into.push(letter);
    }
    into.push('"');
}

/// Takes the fields of an object as they stand in the text.
struct Fields;

impl<'de> Visitor<'de> for Fields {
    type Value = Vec<(Cow<'de, str>, &'de RawValue)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut fields = Vec::new();
        while let Some((key, value)) = map.next_entry::<&RawValue, &RawValue>()? {
            fields.push((letters(key.get()).map_err(A::Error::custom)?, value));
        }
        Ok(fields)
    }
}

/// Writes the items of an array, one after the other.
struct Items<'a> {
    depth: usize,
    into: &'a mut String,
}

impl<'de> Visitor<'de> for Items<'_> {
    type Value = Result<(), CanonicalError>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let mut first = true;
        while let Some(item) = items.next_element::<&RawValue>()? {
            if !std::mem::take(&mut first) {
                self.into.push(',');
            }
            if let Err(problem) = write(item.get(), self.depth + 1, self.into) {
                return Ok(Err(problem));
            }
        }
        Ok(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canonical(text: &str) -> Result<String, String> {
        of_text(text).map(|bytes| String::from_utf8(bytes).unwrap()).map_err(|problem| problem.to_string())
    }

    #[test]
    fn the_form_is_canonical() {
        let text =
            canonical("{ \"b\": [1 , true, null, []], \"a\\n\\\"\\\\\": {\"ä\": -2, \"\\u00e0\":\"\\/\"} }");
        assert_eq!(text.unwrap(), "{\"a\n\\\"\\\\\":{\"à\":\"/\",\"ä\":-2},\"b\":[1,true,null,[]]}");
        assert_eq!(
            bytes(&serde_json::json!({"b": [18446744073709551615u64], "a": ""})).unwrap(),
            b"{\"a\":\"\",\"b\":[18446744073709551615]}"
        );
        assert!(bytes(&serde_json::json!([1.5])).is_err());
    }

    #[test]
    fn what_two_readers_could_read_differently_has_no_form() {
        for (text, problem) in [
            ("{\"a\":1,\"b\":2,\"a\":3}", "the field \"a\" is there twice"),
            ("{\"a\":1,\"\\u0061\":3}", "the field \"a\" is there twice"),
            ("[{\"x\":{\"\":1,\"\":1}}]", "the field \"\" is there twice"),
            ("1e3", "not a whole number"),
            ("-0", "not a whole number"),
            ("18446744073709551616", "not a whole number"),
            ("\"\\ud800\"", "hex escape"),
            ("{} {}", "trailing"),
            ("[1,]", "expected value"),
            ("", "EOF"),
        ] {
            let message = canonical(text).unwrap_err();
            assert!(message.contains(problem), "{text}: {message}");
        }
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(canonical(&nested(DEEPEST + 1)).is_ok());
        assert!(canonical(&nested(DEEPEST + 2)).unwrap_err().contains("in each other"));
        assert!(canonical(&"[".repeat(1 << 20)).is_err());
    }

    /// The value of a canonical form, which has control characters as they are, and JSON must not.
    fn value_of(form: &str) -> serde_json::Value {
        let escaped: String = form
            .chars()
            .map(|letter| match letter {
                '\0'..='\x1f' => format!("\\u{:04x}", u32::from(letter)),
                letter => letter.to_string(),
            })
            .collect();
        serde_json::from_str(&escaped).unwrap()
    }

    #[test]
    fn control_characters_stand_as_they_are() {
        let form = canonical(r#""\b\f\n\r\t\u0000\u001f""#).unwrap();
        assert_eq!(form, "\"\u{8}\u{c}\n\r\t\0\u{1f}\"");
        assert_eq!(value_of(&form), "\u{8}\u{c}\n\r\t\0\u{1f}");
    }

    proptest::proptest! {
        /// As a tree of values has it, which sorts its keys.
        #[test]
        fn it_is_that_of_the_values(text in r#"[\[\]{},:"\\a-fnrtu0-9 -]{0,24}"#) {
            let value: Result<serde_json::Value, _> = serde_json::from_str(&text);
            match (canonical(&text), value) {
                (Ok(form), value) => proptest::prop_assert_eq!(value_of(&form), value.unwrap()),
                (Err(_), Err(_)) => {}
                (Err(message), Ok(_)) => proptest::prop_assert!(message.contains("twice") || message.contains("whole"), "{}", message),
            }
        }
    }
}
