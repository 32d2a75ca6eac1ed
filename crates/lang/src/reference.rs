//! The reference of the builtins, as data and as Markdown.

use std::fmt::Write as _;
use std::sync::LazyLock;

use crate::builtins::{self, Entry};
use crate::session::FileKind;

/// A builtin, as the reference has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Builtin {
    /// Its name.
    pub name: &'static str,
    /// What it is.
    pub doc: String,
    /// The files that call it; absent where it makes a part of a definition, in any file.
    pub home: Option<FileKind>,
    /// What it takes.
    pub parameters: Vec<Parameter>,
}

/// An argument that a builtin takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// What is accepted.
    pub expected: String,
    /// All values, as Starlark text, where they are few.
    pub choices: Vec<String>,
    /// The default as Starlark text; absent when the argument is required.
    pub default: Option<String>,
    /// Whether it may be given without its name.
    pub positional: bool,
    /// What it means.
    pub doc: String,
}

static BUILTINS: LazyLock<Vec<Builtin>> = LazyLock::new(|| builtins::all().iter().map(builtin).collect());

/// All builtins, in the order of the reference.
pub fn builtins() -> &'static [Builtin] {
    &BUILTINS
}

fn builtin(entry: &Entry) -> Builtin {
    let parameters = entry.fields.iter().cloned().map(|field| Parameter {
        name: field.name,
        expected: field.expected,
        choices: field.choices,
        default: field.default,
        positional: field.positional,
        doc: field.doc,
    });
    Builtin { name: entry.name, doc: entry.doc.clone(), home: entry.home, parameters: parameters.collect() }
}

/// The reference page of all builtins, made from the tables that check their arguments.
pub fn reference() -> String {
    let mut text = String::from(
        "# Builtins\n\nArguments are given by name, but those marked *first*, which may also stand without it. An \
         argument without a\ndefault is required.\n\n\
         Files also have what Starlark itself defines, `struct(…)`, and `json.encode(VALUE)`, which writes a file that a program of \
         the\ndevice reads: `\"cat >FILE <<'END'\\n\" + json.encode({\"name\": name}) + \"\\nEND\"`.\n",
    );
    for builtin in builtins() {
        // Writing to a string does not fail.
        let _ = write!(text, "\n## {}\n\n{}", builtin.name, builtin.markdown());
    }
    text
}

impl Builtin {
    /// What the reference says of it below its name, as Markdown.
    pub fn markdown(&self) -> String {
        let mut text = format!("{}\n", self.doc);
        if let Some(home) = self.home {
            let _ = write!(text, "\nCalled in {}.\n", home.files());
        }
        text.push_str("\n| argument | takes | default | meaning |\n|---|---|---|---|\n");
        self.parameters.iter().for_each(|parameter| {
            let first = if parameter.positional { ", *first*" } else { "" };
            let (takes, default, doc) =
                (cell(&parameter.expected), parameter.default_markdown(), cell(&parameter.doc));
            let _ = writeln!(text, "| `{}`{first} | {takes} | {default} | {doc} |", parameter.name);
        });
        text
    }
}

impl Parameter {
    /// Its default as Markdown, or that it is required.
    pub fn default_markdown(&self) -> String {
        self.default.as_ref().map_or_else(|| "required".to_owned(), |value| format!("`{value}`"))
    }
}

/// Text that does not end its cell.
fn cell(text: &str) -> String {
    text.replace('\n', " ").replace('|', "\\|")
}
