//! Licence expressions (SPDX 2.3, annex D), by the list of identifiers that the crate `spdx` carries.

use spdx::identifiers::LICENSES;
use spdx::{Expression, ParseMode};

use super::text::{Unfit, form};
use crate::near;

form! {
    /// A licence expression. Identifiers that SPDX has replaced are taken, since sources still carry them.
    License, "an SPDX licence expression", "identifiers joined by AND, OR and WITH, such as \"MIT OR Apache-2.0\"",
    check
}

form! {
    /// Licences that a policy speaks of: one of SPDX' list, or all that begin alike.
    LicensePattern, "a licence of SPDX' list, or a beginning of some and *", "\"AGPL-3.0-only\" or \"GPL-3.0-*\"",
    pattern
}

/// As the standard says, but for identifiers that it calls deprecated.
const MODE: ParseMode =
    ParseMode { allow_deprecated: true, allow_postfix_plus_on_gpl: true, ..ParseMode::STRICT };

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

const OPERATORS: [&str; 3] = ["AND", "OR", "WITH"];

/// The operator that a word is but for its case. The standard's operators are upper case; the parser takes any.
fn other_case(word: &str) -> Option<&'static str> {
    OPERATORS.into_iter().find(|operator| operator.eq_ignore_ascii_case(word) && *operator != word)
}

fn check(text: &str) -> Result<(), Unfit> {
    let names = || LICENSES.iter().map(|license| license.name);
    let usual = USUAL.iter().find(|(wrong, _)| wrong.eq_ignore_ascii_case(text)).map(|(_, right)| *right);
    let known = names().find(|known| known.eq_ignore_ascii_case(text) && *known != text);
    let operator = || text.split([' ', '(', ')']).find_map(other_case);
    if let Some(right) = usual.or(known).or_else(operator) {
        return Err(Unfit::hint(format!("write {right:?}")));
    }
    let Err(error) = Expression::parse_mode(text, MODE) else { return Ok(()) };
    let wrong = text.get(error.span).filter(|wrong| !wrong.is_empty()).unwrap_or(text);
    let near = near::nearest(text, names()).or_else(|| near::nearest(wrong, names()));
    Err(Unfit { hint: near.map(|known| format!("did you mean {known:?}?")) })
}

fn pattern(text: &str) -> Result<(), Unfit> {
    let names = || LICENSES.iter().map(|license| license.name);
    let known = match text.strip_suffix('*') {
        Some(beginning) => names().any(|name| name.starts_with(beginning)),
        None => text.starts_with("LicenseRef-") || names().any(|name| name == text),
    };
    if known {
        return Ok(());
    }
    Err(Unfit { hint: near::nearest(text, names()).map(|known| format!("did you mean {known:?}?")) })
}

#[cfg(test)]
mod tests;
