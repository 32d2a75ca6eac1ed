//! What could be typed in a string: files to load, names, words of which there are few, files next to a unit.

use std::ops::Range;
use std::path::Path;

use lsp_types::{CompletionItem, CompletionItemKind};

use super::{item, markdown};
use yoe_lang::FileKind;

use crate::context::{Call, Context};
use crate::home::{Names, parameter};
use crate::hover::function_text;
use crate::index::Definition;
use crate::symbols::{Symbol, load_at};
use crate::view::View;

/// Files of a unit's directory that are offered at most.
const FILES: usize = 200;

/// What could be typed between the quotes of a string.
pub(super) fn in_string(view: &View<'_>, context: &Context, inside: &Range<usize>) -> Vec<CompletionItem> {
    let Some(call) = &context.call else { return Vec::new() };
    if call.function == "load" {
        return in_load(view, call, inside);
    }
    if let Some(names) = view.names(context) {
        return named(view, names, inside);
    }
    let argument = call.argument.as_deref();
    let Some((_, parameter)) = argument.and_then(|name| parameter(&call.function, name, view.home)) else {
        return Vec::new();
    };
    if parameter.expected.contains("below the unit's directory") {
        return own_files(view, inside);
    }
    let words = parameter.choices.iter().filter_map(|choice| choice.strip_prefix('"')?.strip_suffix('"'));
    words.map(|word| item(view, inside, word, CompletionItemKind::ENUM_MEMBER, word)).collect()
}

fn named(view: &View<'_>, names: Names, inside: &Range<usize>) -> Vec<CompletionItem> {
    let all = view.index.names.iter().filter(|((of, _), _)| *of == names);
    let one = |((_, name), definition): (&(Names, String), &Definition)| CompletionItem {
        detail: Some(names.one().to_owned()),
        documentation: markdown(definition.about.clone()).filter(|_| !definition.about.is_empty()),
        ..item(view, inside, name, CompletionItemKind::VALUE, name)
    };
    all.map(one).collect()
}

/// Files that can be loaded, and names that they define.
fn in_load(view: &View<'_>, call: &Call, inside: &Range<usize>) -> Vec<CompletionItem> {
    let Some((from, below)) = &view.place else { return Vec::new() };
    if call.before == 0 {
        let classes = view.index.files.iter().filter(|file| file.home == FileKind::Class);
        let labels = classes.filter_map(|file| {
            let root = view.index.roots.get(file.root)?;
            match (&root.module, root == *from) {
                (_, true) => (file.below != *below).then(|| format!("//{}", file.below)),
                (Some(module), false) => Some(format!("@{module}//{}", file.below)),
                // A module cannot load what the project has.
                (None, false) => None,
            }
        });
        return labels.map(|label| item(view, inside, &label, CompletionItemKind::FILE, &label)).collect();
    }
    let load = load_at(view.text, &view.tokens, inside.start);
    let path = load.and_then(|load| view.index.labelled(from, &load.label));
    let symbols = path.map(|path| view.symbols_of(&path)).unwrap_or_default();
    let public = symbols.into_iter().filter(|symbol| !symbol.name.starts_with('_'));
    let one = |symbol: Symbol| {
        let kind = if symbol.function.is_some() {
            CompletionItemKind::FUNCTION
        } else {
            CompletionItemKind::CONSTANT
        };
        let documentation = symbol.function.as_ref().and_then(|function| markdown(function_text(function)));
        CompletionItem { documentation, ..item(view, inside, &symbol.name, kind, &symbol.name) }
    };
    public.map(one).collect()
}

/// Files next to the unit.
fn own_files(view: &View<'_>, inside: &Range<usize>) -> Vec<CompletionItem> {
    let Some(directory) = view.own_directory() else { return Vec::new() };
    let (mut paths, mut open) = (Vec::new(), vec![String::new()]);
    while let Some(below) = open.pop() {
        for (name, is_directory) in entries(&directory.join(&below)) {
            let path = format!("{below}{name}");
            if is_directory { open.push(format!("{path}/")) } else { paths.push(path) }
        }
        if paths.len() >= FILES || open.len() >= FILES {
            break;
        }
    }
    paths.sort();
    paths.iter().map(|path| item(view, inside, path, CompletionItemKind::FILE, path)).collect()
}

fn entries(directory: &Path) -> Vec<(String, bool)> {
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    entries
        .filter_map(|entry| Some((entry.file_name().into_string().ok()?, entry.file_type().ok()?.is_dir())))
        .collect()
}
