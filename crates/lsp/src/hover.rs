//! What is said of the word under the pointer: the reference's text, a class's own, or what a name stands for.

use lsp_types::{Hover, HoverContents, MarkupContent, MarkupKind};
use yoe_lang::Parameter;

use crate::context::Context;
use crate::home::{builtin, parameter};
use crate::symbols::Function;
use crate::view::View;

/// What is said of a place.
pub(crate) fn hover(view: &View<'_>, at: usize) -> Option<Hover> {
    let context = view.context(at);
    let (text, range) = match &context.string {
        Some(inside) => (of_string(view, &context, inside)?, inside.clone()),
        None if context.comment || context.after_dot || context.word.is_empty() => return None,
        None => (of_word(view, &context)?, context.word.clone()),
    };
    let contents = HoverContents::Markup(MarkupContent { kind: MarkupKind::Markdown, value: text });
    Some(Hover { contents, range: Some(view.range(&range)) })
}

fn of_string(view: &View<'_>, context: &Context, inside: &std::ops::Range<usize>) -> Option<String> {
    let names = view.names(context)?;
    let name = view.text.get(inside.clone())?;
    let definition = view.index.names.get(&(names, name.to_owned()))?;
    Some(match definition.about.as_str() {
        "" => format!("The {} `{name}`.", names.one()),
        about => format!("The {} `{name}`.\n\n{about}", names.one()),
    })
}

fn of_word(view: &View<'_>, context: &Context) -> Option<String> {
    let word = view.text.get(context.word.clone())?;
    let argument = context.call.as_ref().filter(|call| call.directly && is_argument(view, context));
    if let Some(call) = argument {
        return argument_text(view, &call.function, word);
    }
    if let Some(builtin) = builtin(word) {
        return Some(format!("**{}**\n\n{}", builtin.name, builtin.markdown()));
    }
    let known = view.known().into_iter().rev().find(|known| known.name == word)?;
    Some(function_text(&known.symbol.function?))
}

/// Whether a word is the name of an argument: what follows it is one `=`.
pub(crate) fn is_argument(view: &View<'_>, context: &Context) -> bool {
    let after = view.text.get(context.word.end..).unwrap_or_default().trim_start_matches([' ', '\t']);
    after.starts_with('=') && !after.starts_with("==")
}

fn argument_text(view: &View<'_>, function: &str, word: &str) -> Option<String> {
    let class = view.known().into_iter().rev().find(|known| known.name == function);
    let own = class.and_then(|known| known.symbol.function).filter(|_| builtin(function).is_none());
    if let Some(own) = own
        && own.parameters.iter().any(|(name, _)| name == word)
        && word != "name"
    {
        let line = own.doc.lines().find(|line| line.starts_with(&format!("{word}: ")));
        let said = line.unwrap_or(own.doc.as_str());
        return Some(format!("`{word}` of **{function}**\n\n{said}"));
    }
    let (builtin, parameter) = parameter(function, word, view.home)?;
    Some(format!("`{word}` of **{}**\n\n{}", builtin.name, parameter_text(parameter)))
}

/// What the reference says of an argument.
pub(crate) fn parameter_text(parameter: &Parameter) -> String {
    let default = match &parameter.default {
        Some(_) => format!("default {}", parameter.default_markdown()),
        None => parameter.default_markdown(),
    };
    format!("{}\n\nTakes {}; {default}.", parameter.doc, parameter.expected)
}

/// What a function says of itself.
pub(crate) fn function_text(function: &Function) -> String {
    format!("```python\n{}\n```\n\n{}", function.signature, function.doc).trim_end().to_owned()
}
