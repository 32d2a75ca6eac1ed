//! Where in a text something is typed: in which call, for which of its arguments.

use std::ops::Range;

use crate::scan::{Kind, Token};

/// A call that is written around a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Call {
    /// The function's name.
    pub(crate) function: String,
    /// The argument that the place is in, when it is given by name.
    pub(crate) argument: Option<String>,
    /// How many arguments come before it.
    pub(crate) before: usize,
    /// Arguments that are given by name, in the part before the place.
    pub(crate) given: Vec<String>,
    /// Whether the place is directly between the parentheses, in no list or dict.
    pub(crate) directly: bool,
}

/// A place in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Context {
    /// The innermost call around it.
    pub(crate) call: Option<Call>,
    /// The string that it is in: what is between the quotes.
    pub(crate) string: Option<Range<usize>>,
    /// The name that it is in or at the end of; empty where there is none.
    pub(crate) word: Range<usize>,
    /// Whether it is in a comment.
    pub(crate) comment: bool,
    /// Whether a name before it is asked for one of its parts: `a.b`.
    pub(crate) after_dot: bool,
}

/// Something that is open.
struct Open {
    mark: char,
    call: Option<Call>,
}

/// Where a place is.
pub(crate) fn at(text: &str, tokens: &[Token], at: usize) -> Context {
    let mut open: Vec<Open> = Vec::new();
    let mut context = Context { call: None, string: None, word: at..at, comment: false, after_dot: false };
    let mut last: Option<&Token> = None;
    let mut last_but_one: Option<&Token> = None;
    for token in tokens {
        if token.range.start >= at && !token.holds(at) || token.inside.start > at {
            break;
        }
        if token.holds(at) {
            match token.kind {
                Kind::String => {
                    context.string = Some(token.inside.clone());
                    break;
                }
                Kind::Comment => {
                    context.comment = true;
                    break;
                }
                Kind::Name => {
                    context.word = token.range.clone();
                    break;
                }
                Kind::Number | Kind::Mark(_) => {}
            }
        }
        if token.range.end > at {
            break;
        }
        step(&mut open, text, token, last, last_but_one);
        if token.kind != Kind::Comment {
            (last_but_one, last) = (last, Some(token));
        }
    }
    context.after_dot = last.is_some_and(|last| last.kind == Kind::Mark('.'));
    let directly = open.last().is_some_and(|open| open.call.is_some());
    context.call = open.into_iter().rev().find_map(|open| open.call).map(|call| Call { directly, ..call });
    context
}

/// Each string of a text, with the innermost call around it and whether it is directly in that.
pub(crate) fn each_string(text: &str, tokens: &[Token], mut visit: impl FnMut(&Token, Option<&Call>, bool)) {
    let mut open: Vec<Open> = Vec::new();
    let (mut last, mut last_but_one): (Option<&Token>, Option<&Token>) = (None, None);
    for token in tokens.iter().filter(|token| token.kind != Kind::Comment) {
        if token.kind == Kind::String {
            let directly = open.last().is_some_and(|open| open.call.is_some());
            visit(token, open.iter().rev().find_map(|open| open.call.as_ref()), directly);
        }
        step(&mut open, text, token, last, last_but_one);
        (last_but_one, last) = (last, Some(token));
    }
}

fn step(open: &mut Vec<Open>, text: &str, token: &Token, last: Option<&Token>, last_but_one: Option<&Token>) {
    match token.kind {
        Kind::Mark(mark @ ('(' | '[' | '{')) => {
            let name = last.filter(|last| mark == '(' && last.kind == Kind::Name);
            let defined = last_but_one.is_some_and(|token| token.is(text, "def"));
            let call = name.filter(|_| !defined).map(|name| Call {
                function: name.text(text).to_owned(),
                argument: None,
                before: 0,
                given: Vec::new(),
                directly: true,
            });
            open.push(Open { mark, call });
        }
        Kind::Mark(mark @ (')' | ']' | '}')) => {
            let opens = |open: &Open| matches!((open.mark, mark), ('(', ')') | ('[', ']') | ('{', '}'));
            // A bracket that was not opened, as long as somebody types, closes nothing.
            if let Some(at) = open.iter().rposition(opens) {
                open.truncate(at);
            }
        }
        Kind::Mark(',') => {
            if let Some(call) = open.last_mut().and_then(|open| open.call.as_mut()) {
                call.argument = None;
                call.before += 1;
            }
        }
        Kind::Mark('=') => {
            let named = last.filter(|last| last.kind == Kind::Name && last.range.end <= token.range.start);
            let call = open.last_mut().and_then(|open| open.call.as_mut());
            if let (Some(name), Some(call)) = (named, call)
                && call.argument.is_none()
            {
                call.argument = Some(name.text(text).to_owned());
                call.given.push(name.text(text).to_owned());
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::tokens;

    /// The context at the `|` of a text.
    fn of(marked: &str) -> Context {
        let place = marked.find('|').unwrap();
        let text = marked.replacen('|', "", 1);
        at(&text, &tokens(&text), place)
    }

    fn call(marked: &str) -> String {
        let call = of(marked).call.unwrap();
        format!("{} {:?} {} {}", call.function, call.argument.unwrap_or_default(), call.before, call.directly)
    }

    #[test]
    fn the_innermost_call_and_its_argument_are_found() {
        assert_eq!(call("unit(|"), "unit \"\" 0 true");
        assert_eq!(call("unit(name = \"a\", de|"), "unit \"\" 1 true");
        assert_eq!(call("unit(name = \"a\", deps = [\"x\", \"|"), "unit \"deps\" 1 false");
        assert_eq!(call("unit(tasks = [task(\"a\", steps = [|])], x = 1)"), "task \"steps\" 1 false");
        assert_eq!(call("unit(tasks = [task(\"a\")], |)"), "unit \"\" 1 true");
        assert_eq!(call("unit(a = {\"b\": (1, \"|\")})"), "unit \"a\" 0 false");
        assert_eq!(call("unit(a = x == |"), "unit \"a\" 0 true");
        assert_eq!(call("load(\"//|"), "load \"\" 0 true");
        assert_eq!(call("f(]}a = |"), "f \"a\" 0 true");
    }

    #[test]
    fn words_strings_and_comments_are_kept_apart() {
        assert!(of("# a|").comment && of("x = 1 #|").comment);
        assert!(!of("|# a").comment);
        assert_eq!(of("un|it(").word, 0..4);
        assert_eq!(of("x = \"ab|c\"").string, Some(5..8));
        assert_eq!(of("x = \"|").string, Some(5..5));
        assert_eq!(of("x = \"a\"|").string, None);
        assert!(of("ctx.|").after_dot && of("def f(|").call.is_none());
        assert_eq!(of("unit()|").call, None);
    }
}
