//! Canonical JSON, as TUF signs it (OLPC's form): keys sorted, no spaces, only `"` and `\` escaped, whole numbers only.

use serde_json::Value;

/// Why a value has no canonical form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0} is not a whole number: canonical JSON has no others")]
pub struct NotCanonical(String);

/// The bytes that a signature is over.
///
/// # Errors
/// When it holds a number with a fraction.
pub fn bytes(value: &Value) -> Result<Vec<u8>, NotCanonical> {
    let mut text = String::new();
    write(value, &mut text)?;
    Ok(text.into_bytes())
}

fn write(value: &Value, into: &mut String) -> Result<(), NotCanonical> {
    match value {
        Value::Null => into.push_str("null"),
        Value::Bool(value) => into.push_str(if *value { "true" } else { "false" }),
        Value::Number(number) if number.is_i64() || number.is_u64() => into.push_str(&number.to_string()),
        Value::Number(number) => return Err(NotCanonical(number.to_string())),
        Value::String(text) => string(text, into),
        Value::Array(items) => {
            into.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    into.push(',');
                }
                write(item, into)?;
            }
            into.push(']');
        }
        Value::Object(fields) => {
            // Whether the map sorts its keys depends on features that other crates choose.
            let mut sorted: Vec<_> = fields.iter().collect();
            sorted.sort_by_key(|(key, _)| *key);
            into.push('{');
            for (index, (key, item)) in sorted.into_iter().enumerate() {
                if index > 0 {
                    into.push(',');
                }
                string(key, into);
                into.push(':');
                write(item, into)?;
            }
            into.push('}');
        }
    }
    Ok(())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_is_canonical() {
        let value: Value =
            serde_json::from_str("{ \"b\": [1, true, null], \"a\\n\\\"\\\\\": {\"ä\": -2} }").unwrap();
        let text = String::from_utf8(bytes(&value).unwrap()).unwrap();
        assert_eq!(text, "{\"a\n\\\"\\\\\":{\"ä\":-2},\"b\":[1,true,null]}");
        assert!(bytes(&serde_json::json!([1.5])).is_err());
    }
}
