//! What could be typed outside of strings: arguments, values, and what begins a statement.

use lsp_types::{CompletionItem, CompletionItemKind};
use yoe_lang::{Builtin, FileKind, Parameter, builtins};

use super::{item, markdown};
use crate::context::{Call, Context};
use crate::home::{Names, builtin, defines, parameter};
use crate::hover::{function_text, is_argument, parameter_text};
use crate::view::{Known, View};

/// What could be typed there.
pub(super) fn in_code(view: &View<'_>, context: &Context) -> Vec<CompletionItem> {
    let known = view.known();
    let mut items = Vec::new();
    match &context.call {
        Some(call)
            if call.directly && call.argument.as_deref().is_none_or(|_| is_argument(view, context)) =>
        {
            items.extend(arguments(view, context, call, &known));
            items.extend(values(view, context, call, &known));
        }
        Some(call) => items.extend(values(view, context, call, &known)),
        None => items.extend(at_the_top(view, context, &known)),
    }
    items
}

/// Arguments that were not given yet.
fn arguments(view: &View<'_>, context: &Context, call: &Call, known: &[Known]) -> Vec<CompletionItem> {
    let typed = view.text.get(context.word.clone()).unwrap_or_default();
    let free = |name: &str| name == typed || !call.given.iter().any(|given| given == name);
    let equals = if is_argument(view, context) { "" } else { " = " };
    let new = |name: &str| format!("{name}{equals}");
    let mut items = Vec::new();
    let class =
        known.iter().rev().find(|known| known.name == call.function && builtin(&call.function).is_none());
    let function = class.and_then(|known| known.symbol.function.as_ref());
    for (name, default) in
        function.iter().flat_map(|function| &function.parameters).filter(|(name, _)| free(name))
    {
        items.push(CompletionItem {
            detail: Some(default.as_ref().map_or("required".to_owned(), |value| format!("default {value}"))),
            documentation: function.and_then(|function| markdown(function_text(function))),
            sort_text: Some(format!("0{name}")),
            ..item(view, &context.word, name, CompletionItemKind::PROPERTY, &new(name))
        });
    }
    let own: Vec<String> = items.iter().map(|item| item.label.clone()).collect();
    for parameter in taken(call, view.home, function.is_none_or(|function| function.takes_more)) {
        if free(parameter.name) && !own.iter().any(|name| name == parameter.name) {
            let required = if parameter.default.is_none() && function.is_none() { '0' } else { '1' };
            items.push(CompletionItem {
                detail: Some(parameter.expected.clone()),
                documentation: markdown(parameter_text(parameter)),
                sort_text: Some(format!("{required}{}", parameter.name)),
                ..item(
                    view,
                    &context.word,
                    parameter.name,
                    CompletionItemKind::PROPERTY,
                    &new(parameter.name),
                )
            });
        }
    }
    items
}

/// What a function takes of a builtin: that builtin itself, or what a class hands on.
fn taken(call: &Call, home: Option<FileKind>, hands_on: bool) -> &'static [Parameter] {
    let own = builtin(&call.function);
    let usual = || home.filter(|_| hands_on).and_then(|home| defines(home).first().copied());
    own.or_else(usual).map(|builtin| builtin.parameters.as_slice()).unwrap_or_default()
}

/// Values: the few that an argument takes, parts that it is made of, and what the file knows.
fn values(view: &View<'_>, context: &Context, call: &Call, known: &[Known]) -> Vec<CompletionItem> {
    let expected = call.argument.as_deref().and_then(|name| parameter(&call.function, name, view.home));
    let mut items = Vec::new();
    if let Some((builtin, parameter)) = expected {
        for choice in &parameter.choices {
            items.push(CompletionItem {
                sort_text: Some(format!("0{choice}")),
                ..item(view, &context.word, choice, CompletionItemKind::ENUM_MEMBER, choice)
            });
        }
        if let Some(names) = Names::taken(builtin, parameter) {
            let all = view.index.names.keys().filter(|(of, _)| *of == names);
            items.extend(all.map(|(_, name)| {
                let quoted = format!("\"{name}\"");
                item(view, &context.word, &quoted, CompletionItemKind::VALUE, &quoted)
            }));
        }
        let made = builtins().iter().filter(|one| makes(one, parameter));
        items.extend(made.map(|one| called(view, context, one)));
    }
    items.extend(known.iter().map(|known| of_known(view, context, known)));
    if view.home.is_some_and(|home| !matches!(home, FileKind::Machine | FileKind::Project | FileKind::Module))
    {
        items.push(item(view, &context.word, "ctx", CompletionItemKind::VARIABLE, "ctx"));
    }
    items
}

/// Whether a builtin makes what an argument takes.
fn makes(builtin: &Builtin, parameter: &Parameter) -> bool {
    builtin.home.is_none()
        && parameter
            .expected
            .split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
            .any(|word| word == builtin.name)
}

fn called(view: &View<'_>, context: &Context, builtin: &Builtin) -> CompletionItem {
    CompletionItem {
        detail: builtin.doc.lines().next().map(str::to_owned),
        documentation: markdown(builtin.markdown()),
        ..item(view, &context.word, builtin.name, CompletionItemKind::FUNCTION, builtin.name)
    }
}

fn of_known(view: &View<'_>, context: &Context, known: &Known) -> CompletionItem {
    let function = known.symbol.function.as_ref();
    let kind = if function.is_some() { CompletionItemKind::FUNCTION } else { CompletionItemKind::CONSTANT };
    CompletionItem {
        documentation: function.and_then(|function| markdown(function_text(function))),
        sort_text: Some(format!("2{}", known.name)),
        ..item(view, &context.word, &known.name, kind, &known.name)
    }
}

/// What begins a statement: the builtins that such a file defines things with, what it knows, and the few words of the language.
fn at_the_top(view: &View<'_>, context: &Context, known: &[Known]) -> Vec<CompletionItem> {
    let mut items: Vec<CompletionItem> = known.iter().map(|known| of_known(view, context, known)).collect();
    let own = view.home.map(defines);
    let fits = |builtin: &&Builtin| match &own {
        Some(own) => builtin.home.is_none() || own.contains(builtin),
        None => true,
    };
    items.extend(builtins().iter().filter(fits).map(|builtin| called(view, context, builtin)));
    let words = if view.home == Some(FileKind::Class) { &["load", "def"][..] } else { &["load"] };
    items.extend(words.iter().map(|word| item(view, &context.word, word, CompletionItemKind::KEYWORD, word)));
    items
}
