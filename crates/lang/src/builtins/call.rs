//! A call of a builtin from Starlark.

use starlark::eval::{Arguments, Evaluator};
use starlark::values::Value;

use super::Entry;
use crate::arguments::{Args, Call};
use crate::definitions::Part;
use crate::problem::{Place, Problem};
use crate::session::FileKind;
use crate::site::Site;
use crate::values::{self, PartValue};

/// Runs a builtin for Starlark. A definition gives None, a part itself.
pub(crate) fn invoke<'v>(
    entry: &'static Entry,
    arguments: &Arguments<'v, '_>,
    evaluator: &mut Evaluator<'v, '_, '_>,
) -> starlark::Result<Value<'v>> {
    let heap = evaluator.heap();
    let positional: Vec<Value<'v>> = arguments.positions(heap)?.collect();
    let named = arguments.names_map()?;
    let named = named.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    let site = Site::of_current_call(evaluator);
    let Some(session) = values::session(evaluator) else {
        return Err(starlark::Error::new_other(SessionError));
    };
    let part = call(entry, &Call { builtin: entry.name, site: &site, session }, positional, named);
    Ok(match entry.home {
        Some(_) => Value::new_none(),
        None => heap.alloc(PartValue(part.unwrap_or(Part::Broken))),
    })
}

#[derive(Debug, thiserror::Error)]
#[error("a builtin was called outside of an evaluation")]
struct SessionError;

/// Checks and runs one call. What is wrong is recorded, and the evaluation goes on: the next mistake is of use too.
fn call<'v>(
    entry: &'static Entry,
    call: &Call<'_>,
    positional: Vec<Value<'v>>,
    named: Vec<(&str, Value<'v>)>,
) -> Option<Part> {
    if let Some(home) = entry.home
        && home != call.session.kind
    {
        call.report(misplaced(entry, home, call));
        return None;
    }
    let before = call.session.defined();
    let (args, whole) = Args::bind(call, &entry.fields, positional, named);
    let made = if whole {
        (entry.run)(&args, call)
    } else {
        (entry.check)(&args);
        None
    };
    // A builtin gives a part, or it defines something; one that does neither is wrong.
    let failed = made.is_none() && call.session.defined() == before;
    if failed
        && entry.home.is_some()
        && let Some(name) = args.name()
    {
        call.session.broken(name);
    }
    made
}

/// A definition in a file of another kind.
fn misplaced(entry: &Entry, home: FileKind, call: &Call<'_>) -> Problem {
    let kind = call.session.kind;
    let message = format!("{}() cannot be called in {}", entry.name, kind.files());
    let hint = match kind {
        FileKind::Class => {
            format!("call {}() in a function, and the function in {}", entry.name, home.files())
        }
        _ => format!("{}() belongs in {}", entry.name, home.files()),
    };
    Problem::error(Place::Call(call.site.clone()), message).hint(hint)
}
