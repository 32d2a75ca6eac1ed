//! Words for a POSIX shell (The Open Group Base Specifications, Shell Command Language, 2.2 Quoting).

/// A word in quotes, so that a shell reads it as it is.
pub fn quote(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::quote;

    #[test]
    fn quoted_words_survive_a_real_shell() {
        for word in ["plain", "a b", "it's", "$HOME `id` \\ \"", "a\nb", ""] {
            let shown = Command::new("sh").arg("-c").arg(format!("printf %s {}", quote(word))).output();
            assert_eq!(shown.expect("sh is there").stdout, word.as_bytes());
        }
    }
}
