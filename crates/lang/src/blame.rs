//! From a problem to a diagnostic: finds the very characters that a problem is about.
//!
//! A builtin knows the calls that led to it and the name of an argument. The text is parsed again, when there is
//! something to report, to find that argument or the string in it. The definition file comes first: when a class hands
//! an argument on, the mistake is most likely in the file that gave it.

use std::collections::HashMap;

use starlark::codemap::{CodeMap, FileSpan, Span};
use starlark::syntax::ast::{ArgumentP, AstExpr, AstLiteral, AstStmt, Expr};
use starlark::syntax::{AstModule, Dialect};
use yoe_model::Origin;

use crate::Diagnostic;
use crate::evaluate;
use crate::problem::{Place, Problem};
use crate::site::{Site, origin_of};

/// Turns problems into diagnostics; keeps what it parsed.
#[derive(Default)]
pub(crate) struct Blame {
    parsed: HashMap<String, Option<AstModule>>,
}

/// A place as it is shown.
struct Shown {
    origin: Option<Origin>,
    line: Option<String>,
    caret: std::ops::Range<u32>,
    /// A place further in, when the main one is only the call that led there.
    inner: Option<FileSpan>,
}

impl Blame {
    /// The diagnostic of a problem.
    pub(crate) fn diagnostic(&mut self, problem: Problem) -> Diagnostic {
        let Problem { severity, message, place, expected, hint, related } = problem;
        let shown = self.show(&place);
        let inner = shown.inner.map(|span| (origin_of(&span), "written here, in a class".to_owned()));
        let notes = related.into_iter().filter_map(|(place, note)| Some((self.show(&place).origin?, note)));
        let related = inner.into_iter().chain(notes.collect::<Vec<_>>()).collect();
        let (origin, line, caret) = (shown.origin, shown.line, shown.caret);
        Diagnostic { severity, message, origin, line, caret, expected, hint, related }
    }

    fn show(&mut self, place: &Place) -> Shown {
        match place {
            Place::Nowhere => Shown { origin: None, line: None, caret: 0..0, inner: None },
            Place::File(file) => {
                let origin = Origin { file: file.clone(), line: 1, column: 1 };
                Shown { origin: Some(origin), line: None, caret: 0..0, inner: None }
            }
            Place::Line { origin, text, end } => {
                let caret = origin.column..*end;
                Shown { origin: Some(origin.clone()), line: Some(text.clone()), caret, inner: None }
            }
            Place::Span(span) => shown(span, None),
            Place::Call(site) => match self.function_name(site) {
                Some(span) => shown(&span, None),
                None => self.show(&Place::Nowhere),
            },
            Place::ArgumentName(site, name) => self.show_found(site, |call| call.argument_name(name)),
            Place::Argument { site, field, text: None } => {
                self.show_found(site, |call| call.argument(field).map(|value| value.span))
            }
            Place::Argument { site, field, text: Some(text) } => {
                let literal = self.find(site, |call| call.literal(field, text));
                match literal {
                    Some(_) => self.show_found(site, |call| call.literal(field, text)),
                    None => self.show_found(site, |call| call.argument(field).map(|value| value.span)),
                }
            }
        }
    }

    /// What was found, when it is in the definition file; otherwise the call in that file, and what was found.
    fn show_found(&mut self, site: &Site, find: impl Fn(&Call<'_>) -> Option<Span>) -> Shown {
        match self.find(site, find) {
            Some((0, span)) => shown(&span, None),
            Some((_, inner)) => match self.function_name(site) {
                Some(span) => shown(&span, Some(inner)),
                None => shown(&inner, None),
            },
            None => self.show(&Place::Call(site.clone())),
        }
    }

    /// The first call, from the definition file inwards, in which something is found.
    fn find(&mut self, site: &Site, find: impl Fn(&Call<'_>) -> Option<Span>) -> Option<(usize, FileSpan)> {
        site.calls().iter().enumerate().find_map(|(depth, span)| {
            let module = self.parse(&span.file)?;
            let call = Call::at(module.statement(), span.span)?;
            let found = find(&call)?;
            Some((depth, span.file.file_span(found)))
        })
    }

    /// The function that the call in the definition file names.
    fn function_name(&mut self, site: &Site) -> Option<FileSpan> {
        let outer = site.calls().first()?;
        let module = self.parse(&outer.file)?;
        let name = Call::at(module.statement(), outer.span).map(|call| call.function.span);
        Some(outer.file.file_span(name.unwrap_or(outer.span)))
    }

    fn parse(&mut self, file: &CodeMap) -> Option<&AstModule> {
        let parsed = self.parsed.entry(file.filename().to_owned()).or_insert_with(|| {
            let dialect: &Dialect = &evaluate::DIALECT;
            AstModule::parse(file.filename(), file.source().to_owned(), dialect).ok()
        });
        parsed.as_ref()
    }
}

/// A span with its line.
fn shown(span: &FileSpan, inner: Option<FileSpan>) -> Shown {
    let resolved = span.resolve_span();
    let line = span.file.source_line(resolved.begin.line).trim_end_matches(['\n', '\r']).to_owned();
    let start = resolved.begin.column as u32 + 1;
    let end = match resolved.begin.line == resolved.end.line {
        true => resolved.end.column as u32 + 1,
        false => line.chars().count() as u32 + 1,
    };
    Shown { origin: Some(origin_of(span)), line: Some(line), caret: start..end.max(start + 1), inner }
}

/// A call as it is written.
struct Call<'a> {
    function: &'a AstExpr,
    arguments: &'a [starlark::syntax::ast::AstArgument],
}

impl<'a> Call<'a> {
    /// The call that covers exactly these characters.
    fn at(statement: &'a AstStmt, span: Span) -> Option<Self> {
        let mut open: Vec<&'a AstExpr> = Vec::new();
        let mut statements = vec![statement];
        while let Some(statement) = statements.pop() {
            statement.visit_stmt(|inner| statements.push(inner));
            // Yields the expressions of inner statements as well; meeting one twice does no harm.
            if !matches!(statement.node, starlark::syntax::ast::Stmt::Statements(_)) {
                statement.visit_expr(|inner| open.push(inner));
            }
        }
        while let Some(expression) = open.pop() {
            if let Expr::Call(function, arguments) = &expression.node
                && expression.span == span
            {
                return Some(Self { function, arguments: &arguments.args });
            }
            expression.visit_expr(|inner| open.push(inner));
        }
        None
    }

    /// The name of an argument.
    fn argument_name(&self, name: &str) -> Option<Span> {
        self.arguments.iter().find_map(|argument| match &argument.node {
            ArgumentP::Named(given, _) if given.node == name => Some(given.span),
            _ => None,
        })
    }

    /// The value of an argument given by name.
    fn argument(&self, name: &str) -> Option<&'a AstExpr> {
        self.arguments.iter().find_map(|argument| match &argument.node {
            ArgumentP::Named(given, value) if given.node == name => Some(value),
            _ => None,
        })
    }

    /// A string that reads so, in the argument; in those without a name, when it is not given by name.
    fn literal(&self, name: &str, text: &str) -> Option<Span> {
        let mut open: Vec<&AstExpr> = match self.argument(name) {
            Some(value) => vec![value],
            None => self.arguments.iter().rev().filter_map(unnamed).collect(),
        };
        let mut found: Option<Span> = None;
        while let Some(expression) = open.pop() {
            match &expression.node {
                Expr::Literal(AstLiteral::String(string)) if string.node == text => {
                    // The first in the text, whatever the order of the search.
                    let earlier = found.is_none_or(|found| expression.span.begin() < found.begin());
                    found = if earlier { Some(expression.span) } else { found };
                }
                _ => expression.visit_expr(|inner| open.push(inner)),
            }
        }
        found
    }
}

/// The value of an argument without a name.
fn unnamed(argument: &starlark::syntax::ast::AstArgument) -> Option<&AstExpr> {
    match &argument.node {
        ArgumentP::Positional(value) => Some(value),
        _ => None,
    }
}
