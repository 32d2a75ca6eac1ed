//! The texts of SPDX' list, for what came without one.

use std::collections::BTreeSet;

use spdx::{Expression, ParseMode};

use super::Text;

/// The texts of all licences and exceptions that an expression names, by their identifiers; none of one that the list does not have.
pub(super) fn texts(expression: &str) -> BTreeSet<Text> {
    let Ok(expression) = Expression::parse_mode(expression, ParseMode::LAX) else { return BTreeSet::new() };
    let requirements = expression.requirements().map(|one| &one.req);
    let mut texts = BTreeSet::new();
    for requirement in requirements {
        if let Some(id) = requirement.license.id() {
            texts.insert(text(id.name, id.text()));
        }
        if let Some(spdx::AdditionItem::Spdx(exception)) = &requirement.addition {
            texts.insert(text(exception.name, exception.text()));
        }
    }
    texts
}

fn text(name: &str, content: &str) -> Text {
    Text { name: name.to_owned(), content: content.to_owned() }
}
