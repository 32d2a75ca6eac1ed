//! Licence expressions (SPDX 2.3, annex D).

use super::text::{Unfit, form};
use crate::near;

form! {
    /// A licence expression. Its identifiers are checked for their form, not against the list: that one grows.
    License, "an SPDX licence expression", "identifiers joined by AND, OR and WITH, such as \"MIT OR Apache-2.0\"",
    check
}

/// Identifiers that are met often, to offer as near names.
const KNOWN: [&str; 30] = [
    "0BSD",
    "AGPL-3.0-only",
    "AGPL-3.0-or-later",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "Artistic-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "GPL-2.0-only",
    "GPL-2.0-only WITH Linux-syscall-note",
    "GPL-2.0-or-later",
    "GPL-3.0-only",
    "GPL-3.0-or-later",
    "ISC",
    "LGPL-2.0-or-later",
    "LGPL-2.1-only",
    "LGPL-2.1-or-later",
    "LGPL-3.0-only",
    "LGPL-3.0-or-later",
    "MIT",
    "MPL-2.0",
    "OFL-1.1",
    "OpenSSL",
    "PSF-2.0",
    "Unicode-3.0",
    "Unlicense",
    "X11",
    "Zlib",
];

/// What people write, and what SPDX calls it.
const USUAL: [(&str, &str); 12] = [
    ("gplv2", "GPL-2.0-only"),
    ("gpl2", "GPL-2.0-only"),
    ("gpl-2", "GPL-2.0-only"),
    ("gplv2+", "GPL-2.0-or-later"),
    ("gplv3", "GPL-3.0-only"),
    ("gplv3+", "GPL-3.0-or-later"),
    ("lgplv2.1", "LGPL-2.1-only"),
    ("lgplv2.1+", "LGPL-2.1-or-later"),
    ("apache", "Apache-2.0"),
    ("apache2", "Apache-2.0"),
    ("bsd", "BSD-3-Clause"),
    ("public domain", "CC0-1.0"),
];

fn check(text: &str) -> Result<(), Unfit> {
    let usual = USUAL.iter().find(|(wrong, _)| wrong.eq_ignore_ascii_case(text)).map(|(_, right)| *right);
    let other_case = KNOWN.iter().find(|known| known.eq_ignore_ascii_case(text) && **known != text).copied();
    if let Some(right) = usual.or(other_case) {
        return Err(Unfit::hint(format!("write {right:?}")));
    }
    if expression(&tokens(text)) {
        return Ok(());
    }
    Err(Unfit { hint: near::nearest(text, KNOWN).map(|known| format!("did you mean {known:?}?")) })
}

/// Words and brackets.
fn tokens(text: &str) -> Vec<&str> {
    text.split_whitespace()
        .flat_map(|word| word.split_inclusive(['(', ')']))
        .flat_map(|piece| match piece.strip_suffix(['(', ')']) {
            Some(word) => [word, &piece[word.len()..]],
            None => [piece, ""],
        })
        .filter(|token| !token.is_empty())
        .collect()
}

/// Whether tokens alternate between identifiers and operators, with balanced brackets. Precedence does not matter
/// here.
fn expression(tokens: &[&str]) -> bool {
    let mut depth = 0_usize;
    let mut operand = false;
    for (index, token) in tokens.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|at| tokens.get(at));
        let fits = match *token {
            "(" => !operand && before != Some(&"WITH"),
            ")" => operand && depth > 0,
            "AND" | "OR" => operand,
            "WITH" => operand && before.is_some_and(|before| identifier(before)),
            word => !operand && identifier(word),
        };
        if !fits {
            return false;
        }
        match *token {
            "(" => depth += 1,
            ")" => depth -= 1,
            "AND" | "OR" | "WITH" => operand = false,
            _ => operand = true,
        }
    }
    operand && depth == 0
}

fn identifier(word: &str) -> bool {
    let bare = word.strip_suffix('+').unwrap_or(word);
    let known_form = bare.starts_with(|c: char| c.is_ascii_alphanumeric())
        && bare.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.:".contains(&b));
    known_form && !matches!(word, "AND" | "OR" | "WITH" | "and" | "or" | "with")
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn expressions_pass() {
        for text in [
            "MIT",
            "GPL-2.0-only WITH Linux-syscall-note",
            "MIT AND (BSD-2-Clause OR Apache-2.0)",
            "LicenseRef-own",
            "GPL-2.0+",
            "((MIT))",
        ] {
            assert!(check(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn others_are_refused() {
        for text in
            ["", "MIT BSD-2-Clause", "MIT AND", "(MIT", "MIT)", "AND", "MIT, ISC", "MIT/ISC", "GPLv2", "mit"]
        {
            assert!(check(text).is_err(), "{text}");
        }
        assert_eq!(check("Apache 2.0").unwrap_err().hint.as_deref(), Some("did you mean \"Apache-2.0\"?"));
        assert_eq!(check("gplv2").unwrap_err().hint.as_deref(), Some("write \"GPL-2.0-only\""));
    }
}
