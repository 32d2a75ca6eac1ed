//! Starlark's own errors in the form of all others.

use starlark::codemap::FileSpan;
use starlark::{Error, ErrorKind};

use crate::labels::Loaded;
use crate::near;
use crate::problem::{Place, Problem};
use crate::site::Site;

/// Calls between the first and the last that are shown.
const CALLS_SHOWN: usize = 3;

/// An error of parsing or evaluating `file`. Through functions the main place is the call in the definition file, for
/// that is the file the user edits; the line that failed is a note.
pub(crate) fn problem(error: Error, file: &str, loaded: Option<&Loaded>) -> Problem {
    let text = error.without_diagnostic().to_string();
    let calls: Vec<FileSpan> =
        error.call_stack().frames.iter().filter_map(|frame| frame.location.clone()).collect();
    let failed = error.span().cloned().or_else(|| calls.last().cloned());
    if let Some(problem) = misfit(&text, &calls, loaded) {
        return with_notes(problem, &calls, None);
    }
    let (message, hint) = wording(error.kind(), &text, failed.as_ref());
    let place = match (calls.first(), &failed) {
        (Some(first), Some(failed)) if first != failed => Place::Call(Site::of_calls(&calls)),
        (_, Some(failed)) => Place::Span(failed.clone()),
        _ => Place::File(file.to_owned()),
    };
    with_notes(Problem::error(place, message).maybe_hint(hint), &calls, failed.as_ref())
}

/// Adds the calls between the definition file and what failed, and that itself.
fn with_notes(mut problem: Problem, calls: &[FileSpan], failed: Option<&FileSpan>) -> Problem {
    let inner = calls.iter().skip(1).filter(|call| Some(*call) != failed);
    for call in inner.take(CALLS_SHOWN) {
        problem = problem.related(Place::Span(call.clone()), "called from here");
    }
    match failed {
        Some(failed) if calls.first().is_some_and(|first| first != failed) => {
            problem.related(Place::Span(failed.clone()), "this is what failed")
        }
        _ => problem,
    }
}

/// The message in the form of all others, and what to do.
fn wording(kind: &ErrorKind, text: &str, span: Option<&FileSpan>) -> (String, Option<String>) {
    let text = text.trim();
    let (head, tail) = text.split_once('\n').unwrap_or((text, ""));
    match kind {
        ErrorKind::Fail(_) => (text.strip_prefix("fail:").unwrap_or(text).trim().to_owned(), None),
        ErrorKind::StackOverflow(_) => ("functions call each other too deep".to_owned(), None),
        ErrorKind::Parser(_) => parse_error(head.strip_prefix("Parse error: ").unwrap_or(head), span),
        _ if head.contains("ticks has been exceeded") => {
            ("evaluating the file takes too many steps".to_owned(), None)
        }
        _ if head.starts_with("Heap memory limit") => {
            ("evaluating the file takes too much memory".to_owned(), None)
        }
        _ => near_name(head, tail.trim()),
    }
}

/// An error of the parser, with what most often causes it.
fn parse_error(reason: &str, span: Option<&FileSpan>) -> (String, Option<String>) {
    let reason = reason.trim_end_matches('.');
    let at_end = span.is_some_and(|span| {
        let rest = span.file.source().get(span.span.begin().get() as usize..);
        rest.is_some_and(|rest| rest.trim().is_empty())
    });
    let line = span.map(|span| span.file.source_line(span.resolve_span().begin.line)).unwrap_or_default();
    let hint = if ["<<<<<<<", "=======", ">>>>>>>"].iter().any(|marker| line.starts_with(marker)) {
        Some("the line is a marker of a merge: the file holds both sides; choose one, or join them")
    } else if at_end {
        Some("the file ends here; a bracket or a string may still be open")
    } else if reason.contains("expected symbol ')'") || reason.contains("expected symbol ']'") {
        Some("a comma may be missing before this")
    } else if reason.contains("cannot be used outside") || reason.contains("not allowed at the top level") {
        Some("put it in a function of a class file")
    } else {
        None
    };
    (format!("this is not Starlark: {reason}"), hint.map(str::to_owned))
}

/// Takes Starlark's near name out of the message. `ctx` is special: it exists, but not yet.
fn near_name(head: &str, tail: &str) -> (String, Option<String>) {
    let late = head.starts_with("Variable `ctx`").then(|| {
        "`ctx` is bound after machines are evaluated; machines and what they load cannot use it".to_owned()
    });
    let rest = (!tail.is_empty()).then(|| tail.trim_end_matches('.').to_owned());
    match head.split_once(", did you mean ") {
        Some((message, near)) => {
            let near = near.trim_end_matches('?').trim_matches('`');
            (message.to_owned(), late.or_else(|| Some(format!("did you mean `{near}`?"))))
        }
        None => (head.trim_end_matches('.').to_owned(), late.or(rest)),
    }
}

/// A call of a class function with too many or too few arguments, in the words of our own builtins.
fn misfit(text: &str, calls: &[FileSpan], loaded: Option<&Loaded>) -> Option<Problem> {
    let (what, function) = text.lines().next()?.split_once(" for call to ")?;
    let function = function.trim_end_matches('.').trim_matches('`').rsplit('.').next()?;
    let names: Vec<&str> = what.split('`').skip(1).step_by(2).collect();
    let listed = names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let site = Site::of_calls(calls.get(calls.len().checked_sub(1)?..)?);
    if what.starts_with("Missing ") {
        return Some(Problem::error(Place::Call(site), format!("{function}() lacks {listed}")));
    }
    let first = names.first().filter(|_| what.contains("extra named"))?;
    let taken = loaded.map(|loaded| parameters(function, loaded)).unwrap_or_default();
    let near = names.iter().find_map(|name| near::hint(name, taken.iter().map(String::as_str)));
    let all = || (!taken.is_empty()).then(|| format!("{function}() takes {}", taken.join(", ")));
    let place = Place::ArgumentName(site, (*first).to_owned());
    let problem = Problem::error(place, format!("{function}() has no argument {listed}"));
    Some(problem.maybe_hint(near.or_else(all)))
}

/// The names of a class function's parameters.
fn parameters(function: &str, loaded: &Loaded) -> Vec<String> {
    let found = loaded.values().find_map(|module| module.get(function).ok());
    let Some(spec) = found.as_ref().and_then(|value| value.value().parameters_spec()) else {
        return Vec::new();
    };
    spec.parameters_str()
        .split(',')
        .filter_map(|part| part.split([':', '=']).next())
        .map(|name| name.trim().trim_matches('*').to_owned())
        .filter(|name| !name.is_empty())
        .collect()
}
