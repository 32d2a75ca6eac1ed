//! Where something is defined.

use std::path::Path;

use lsp_types::Location;

use crate::symbols::load_at;
use crate::uri::uri;
use crate::view::View;

/// Where what is at a place is defined.
pub(crate) fn definition(view: &View<'_>, at: usize) -> Option<Location> {
    let context = view.context(at);
    let Some(inside) = &context.string else {
        let word = view.text.get(context.word.clone()).filter(|word| !word.is_empty())?;
        return of_name(view, word);
    };
    let string = view.text.get(inside.clone())?;
    let call = context.call.as_ref()?;
    if call.function == "load" && call.directly {
        let (root, _) = view.place.as_ref()?;
        return match call.before {
            0 => start(&view.index.labelled(root, string)?),
            _ => of_loaded(view, inside.start, string),
        };
    }
    if let Some(names) = view.names(&context) {
        let definition = view.index.names.get(&(names, string.to_owned()))?;
        return view.location(definition);
    }
    // A patch, a template, a file to install: what lies next to the unit.
    let plain = !string.is_empty() && string.split('/').all(|part| !matches!(part, "" | "." | ".."));
    start(&view.own_directory().filter(|_| plain)?.join(string))
}

fn of_name(view: &View<'_>, name: &str) -> Option<Location> {
    let known = view.known().into_iter().rev().find(|known| known.name == name)?;
    match &known.path {
        Some(path) => view.location_in(path, &known.symbol.range),
        None => {
            let (root, below) = view.place.as_ref()?;
            view.location_in(&root.directory.join(below), &known.symbol.range)
        }
    }
}

/// The definition of a name that the `load` at this place names.
fn of_loaded(view: &View<'_>, at: usize, name: &str) -> Option<Location> {
    let (root, _) = view.place.as_ref()?;
    let load = load_at(view.text, &view.tokens, at)?;
    let path = view.index.labelled(root, &load.label)?;
    let symbol = view.symbols_of(&path).into_iter().find(|symbol| symbol.name == name)?;
    view.location_in(&path, &symbol.range)
}

/// The beginning of a file that is there.
fn start(path: &Path) -> Option<Location> {
    let there = path.is_file();
    there.then(|| Some(Location { uri: uri(path)?, range: lsp_types::Range::default() })).flatten()
}
