//! Where a unit is spoken of, and giving it another name.

use std::ops::Range;
use std::path::Path;

use lsp_types::{
    DocumentChangeOperation, DocumentChanges, Location, OneOf, OptionalVersionedTextDocumentIdentifier,
    RenameFile, ResourceOp, TextDocumentEdit, TextEdit, WorkspaceEdit,
};
use yoe_lang::{Builtin, FileKind, Parameter, builtins};

use crate::context::{self, Call};
use crate::files::{StarFile, text};
use crate::home::{Names, builtin, parameter};
use crate::scan::{Token, tokens};
use crate::uri::uri;
use crate::view::View;

/// The unit that is named at a place, and the bytes that name it.
pub(crate) fn unit_at(view: &View<'_>, at: usize) -> Option<(String, Range<usize>)> {
    let inside = view.context(at).string?;
    let name = view.text.get(inside.clone())?.to_owned();
    let known = view.index.names.contains_key(&(Names::Units, name.clone()));
    let own = view.home == Some(FileKind::Unit);
    let named = known && strings(view.text, &name, view.home, own).contains(&inside);
    named.then_some((name, inside))
}

/// Strings of a file that are this name of a unit, in its order; `own` is whether the file may define it.
fn strings(text: &str, name: &str, home: Option<FileKind>, own: bool) -> Vec<Range<usize>> {
    let all = tokens(text);
    let mut found = Vec::new();
    context::each_string(text, &all, |token, call, directly| {
        if !token.is_plain || token.text(text) != name {
            return;
        }
        let defines = || own && directly && call.is_some_and(|call| call.argument.as_deref() == Some("name"));
        let named = match call {
            Some(call) => takes_unit(call, home) || defines(),
            None => !is_key(text, token),
        };
        if named {
            found.push(token.inside.clone());
        }
    });
    found
}

/// Whether an argument takes names of units. In what a class hands on, every argument counts that takes such names anywhere.
fn takes_unit(call: &Call, home: Option<FileKind>) -> bool {
    let Some(argument) = call.argument.as_deref() else { return false };
    let takes =
        |builtin: &Builtin, parameter: &Parameter| Names::taken(builtin, parameter) == Some(Names::Units);
    match (builtin(&call.function), home) {
        (None, Some(FileKind::Class) | None) => builtins().iter().any(|builtin| {
            let named = builtin.parameters.iter().find(|parameter| parameter.name == argument);
            named.is_some_and(|parameter| takes(builtin, parameter))
        }),
        _ => parameter(&call.function, argument, home)
            .is_some_and(|(builtin, parameter)| takes(builtin, parameter)),
    }
}

/// Whether a string is the key of a dict: such are words of a class, and no units.
fn is_key(text: &str, token: &Token) -> bool {
    text.get(token.range.end..).is_some_and(|rest| rest.trim_start().starts_with(':'))
}

/// The places of a file that name a unit.
fn places(view: &View<'_>, file: &StarFile, name: &str) -> Vec<lsp_types::Range> {
    let Some(text) = text(&file.path, view.options).filter(|text| text.contains(name)) else {
        return Vec::new();
    };
    let own = file.home == FileKind::Unit && file.below.ends_with(&format!("/{name}.star"));
    view.encoding.ranges(&text, &strings(&text, name, Some(file.home), own))
}

/// Every place that names a unit.
pub(crate) fn references(view: &View<'_>, name: &str) -> Vec<Location> {
    let in_file = |file: &StarFile| {
        let uri = uri(&file.path);
        let places = places(view, file, name).into_iter();
        places.filter_map(|range| Some(Location { uri: uri.clone()?, range })).collect::<Vec<_>>()
    };
    view.index.files.iter().flat_map(in_file).collect()
}

/// The changes that give a unit another name: in every file that names it, and of its own file and directory.
///
/// # Errors
/// Why it cannot have that name.
pub(crate) fn rename(view: &View<'_>, name: &str, new: &str) -> Result<WorkspaceEdit, String> {
    check_name(new)?;
    if view.index.names.contains_key(&(Names::Units, new.to_owned())) {
        return Err(format!("there is a unit {new:?} already"));
    }
    let files = &view.index.files;
    let own =
        |file: &&StarFile| file.home == FileKind::Unit && file.below.ends_with(&format!("/{name}.star"));
    let homes: Vec<&StarFile> = files.iter().filter(own).collect();
    let editable = |file: &StarFile| view.index.roots.get(file.root).is_some_and(|root| !root.fetched);
    match homes.as_slice() {
        [] => return Err(format!("no file defines the unit {name:?}")),
        homes if !homes.iter().all(|file| editable(file)) => {
            return Err(format!(
                "the unit {name:?} is of a module that was fetched; rename it where it comes from"
            ));
        }
        _ => {}
    }
    let mut changes = Vec::new();
    for file in files.iter().filter(|file| editable(file)) {
        let edits: Vec<_> = places(view, file, name)
            .into_iter()
            .map(|range| OneOf::Left(TextEdit { range, new_text: new.to_owned() }))
            .collect();
        if let (false, Some(uri)) = (edits.is_empty(), uri(&file.path)) {
            let text_document = OptionalVersionedTextDocumentIdentifier { uri, version: None };
            changes.push(DocumentChangeOperation::Edit(TextDocumentEdit { text_document, edits }));
        }
    }
    for file in homes {
        let directory = file.path.with_extension("");
        changes.extend(moved(&file.path, &file.path.with_file_name(format!("{new}.star"))));
        if directory.is_dir() {
            changes.extend(moved(&directory, &directory.with_file_name(new)));
        }
    }
    Ok(WorkspaceEdit {
        document_changes: Some(DocumentChanges::Operations(changes)),
        ..WorkspaceEdit::default()
    })
}

fn moved(from: &Path, to: &Path) -> Option<DocumentChangeOperation> {
    let rename = RenameFile { old_uri: uri(from)?, new_uri: uri(to)?, options: None, annotation_id: None };
    Some(DocumentChangeOperation::Op(ResourceOp::Rename(rename)))
}

fn check_name(name: &str) -> Result<(), String> {
    let letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let fits = name.len() <= 128
        && name.bytes().next().is_some_and(letter)
        && name.bytes().all(|byte| letter(byte) || b"+._-".contains(&byte));
    match fits {
        true => Ok(()),
        false => Err(format!(
            "{name:?} is not the name of a unit: lower-case letters, digits and + . _ -, starting with a letter or digit"
        )),
    }
}
