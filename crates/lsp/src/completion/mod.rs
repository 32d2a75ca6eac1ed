//! What could be typed in a place.

mod code;
mod strings;

use std::ops::Range;

use lsp_types::{
    CompletionItem, CompletionItemKind, CompletionTextEdit, Documentation, MarkupContent, MarkupKind,
    TextEdit,
};

use crate::view::View;

/// What could be typed.
pub(crate) fn completion(view: &View<'_>, at: usize) -> Vec<CompletionItem> {
    let context = view.context(at);
    if context.comment || context.after_dot {
        return Vec::new();
    }
    match &context.string {
        Some(inside) => strings::in_string(view, &context, inside),
        None => code::in_code(view, &context),
    }
}

/// An item that takes the place of these bytes.
fn item(
    view: &View<'_>,
    range: &Range<usize>,
    label: &str,
    kind: CompletionItemKind,
    new: &str,
) -> CompletionItem {
    CompletionItem {
        label: label.to_owned(),
        kind: Some(kind),
        filter_text: Some(label.to_owned()),
        text_edit: Some(CompletionTextEdit::Edit(TextEdit {
            range: view.range(range),
            new_text: new.to_owned(),
        })),
        ..CompletionItem::default()
    }
}

fn markdown(text: String) -> Option<Documentation> {
    Some(Documentation::MarkupContent(MarkupContent { kind: MarkupKind::Markdown, value: text }))
}
