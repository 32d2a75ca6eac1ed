//! The reference of the builtins, as Markdown.

use std::fmt::Write as _;

use crate::arguments::Field;
use crate::builtins::{self, Entry};

/// The reference page of all builtins, made from the tables that check their arguments.
pub fn reference() -> String {
    let mut text = String::from(
        "# Builtins\n\nArguments are given by name, but those marked *first*, which may also stand without it. An \
         argument without a\ndefault is required.\n\n\
         Files also have what Starlark itself defines, `struct(…)`, and `json.encode(VALUE)`, which writes a file that a program of \
         the\ndevice reads: `\"cat >FILE <<'END'\\n\" + json.encode({\"name\": name}) + \"\\nEND\"`.\n",
    );
    for entry in builtins::all() {
        section(&mut text, entry);
    }
    text
}

fn section(text: &mut String, entry: &Entry) {
    let _ = write!(text, "\n## {}\n\n{}\n", entry.name, entry.doc);
    if let Some(home) = entry.home {
        let _ = write!(text, "\nCalled in {}.\n", home.files());
    }
    text.push_str("\n| argument | takes | default | meaning |\n|---|---|---|---|\n");
    for field in &entry.fields {
        row(text, field);
    }
}

fn row(text: &mut String, field: &Field) {
    let first = if field.positional { ", *first*" } else { "" };
    let default = field.default.as_ref().map_or_else(|| "required".to_owned(), |value| format!("`{value}`"));
    let doc = cell(&field.doc);
    let _ = writeln!(text, "| `{}`{first} | {} | {default} | {doc} |", field.name, cell(&field.expected));
}

/// Text that does not end its cell.
fn cell(text: &str) -> String {
    text.replace('\n', " ").replace('|', "\\|")
}
