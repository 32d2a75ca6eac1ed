//! One call of a builtin: its arguments by name, and where its problems go.

use std::collections::BTreeMap;

use starlark::values::Value;

use super::{Argument, Field};
use crate::near;
use crate::problem::{Place, Problem};
use crate::session::Session;
use crate::site::Site;

/// A call of a builtin.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    /// The builtin.
    pub(crate) builtin: &'static str,
    /// Where it was called.
    pub(crate) site: &'a Site,
    /// Where problems and definitions go.
    pub(crate) session: &'a Session,
}

/// The arguments of a call, checked against the builtin's table.
pub(crate) struct Args<'v, 'a> {
    call: &'a Call<'a>,
    values: BTreeMap<&'static str, Value<'v>>,
}

/// The argument that is being read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct At<'a> {
    pub(crate) call: &'a Call<'a>,
    pub(crate) field: &'static str,
}

impl<'v, 'a> Args<'v, 'a> {
    /// Gives each value its field. Unknown, repeated and missing arguments are reported; what remains is read.
    pub(crate) fn bind(
        call: &'a Call<'a>,
        fields: &[Field],
        positional: Vec<Value<'v>>,
        named: Vec<(&str, Value<'v>)>,
    ) -> (Self, bool) {
        let mut values = BTreeMap::new();
        let places: Vec<&Field> = fields.iter().filter(|field| field.positional).collect();
        let positional_fit = positional.len() <= places.len();
        let mut whole = positional_fit;
        if !whole {
            call.report_too_many(&places, fields);
        }
        values.extend(places.iter().map(|field| field.name).zip(positional));
        for (name, value) in named {
            match fields.iter().find(|field| field.name == name) {
                Some(field) if values.contains_key(field.name) => {
                    whole = false;
                    let place = Place::ArgumentName(call.site.clone(), name.to_owned());
                    call.report(Problem::error(place, format!("{}() takes `{name}` twice", call.builtin)));
                }
                Some(field) => {
                    values.insert(field.name, value);
                }
                None => {
                    whole = false;
                    call.report_unknown(name, fields);
                }
            }
        }
        let missing: Vec<&str> = fields
            .iter()
            .filter(|field| field.default.is_none() && !values.contains_key(field.name))
            .map(|field| field.name)
            .collect();
        if !missing.is_empty() && positional_fit {
            whole = false;
            call.report_missing(&missing);
        }
        (Self { call, values }, whole)
    }

    /// Reads a field that must be there; its absence was reported already.
    pub(crate) fn required<T: Argument>(&self, field: &'static str) -> Option<T> {
        T::read(*self.values.get(field)?, &At { call: self.call, field })
    }

    /// Reads a field that has a default.
    pub(crate) fn optional<T: Argument>(
        &self,
        field: &'static str,
        default: impl FnOnce() -> T,
    ) -> Option<T> {
        match self.values.get(field) {
            Some(value) => T::read(*value, &At { call: self.call, field }),
            None => Some(default()),
        }
    }

    /// The text given for `name`, whatever else is wrong.
    pub(crate) fn name(&self) -> Option<&'v str> {
        self.values.get("name").and_then(|value| value.unpack_str())
    }
}

impl Call<'_> {
    /// Records a problem.
    pub(crate) fn report(&self, problem: Problem) {
        self.session.report(problem);
    }

    fn report_unknown(&self, name: &str, fields: &[Field]) {
        let place = Place::ArgumentName(self.site.clone(), name.to_owned());
        let names: Vec<&str> = fields.iter().map(|field| field.name).collect();
        let near = near::hint(name, names.iter().copied());
        let hint = near.unwrap_or_else(|| format!("{}() takes {}", self.builtin, names.join(", ")));
        self.report(Problem::error(place, format!("{}() has no argument `{name}`", self.builtin)).hint(hint));
    }

    fn report_missing(&self, missing: &[&str]) {
        let names: Vec<String> = missing.iter().map(|name| format!("`{name}`")).collect();
        let message = format!("{}() lacks {}", self.builtin, names.join(", "));
        self.report(Problem::error(Place::Call(self.site.clone()), message));
    }

    fn report_too_many(&self, places: &[&Field], fields: &[Field]) {
        let message = match places {
            [] => format!("{}() takes its arguments by name", self.builtin),
            some => format!("{}() takes at most {} without a name", self.builtin, some.len()),
        };
        let example = fields.iter().find(|field| !field.positional);
        let hint = example.map(|field| format!("write `{} = …`", field.name));
        self.report(Problem::error(Place::Call(self.site.clone()), message).maybe_hint(hint));
    }
}

impl At<'_> {
    /// The whole argument as a place.
    pub(crate) fn place(&self) -> Place {
        Place::argument(self.call.site, self.field)
    }

    /// A string in the argument as a place.
    pub(crate) fn text(&self, text: &str) -> Place {
        Place::text(self.call.site, self.field, text)
    }

    /// Records a problem; for use as the result of a reading that failed.
    pub(crate) fn fail<T>(&self, problem: Problem) -> Option<T> {
        self.call.report(problem);
        None
    }

    /// Records that a value is of the wrong type.
    pub(crate) fn wrong_type<T>(&self, value: Value<'_>, expected: String) -> Option<T> {
        let place = match value.unpack_str() {
            Some(text) => self.text(text),
            None => self.place(),
        };
        let found = match value.get_type() {
            "NoneType" => "None".to_owned(),
            kind @ ("int" | "float" | "bool") => format!("the {kind} {value}"),
            kind => format!("a {kind}"),
        };
        let message = format!("{}() cannot take {found} for `{}`", self.call.builtin, self.field);
        // A number where a text belongs: a version without its quotes.
        let number = matches!(value.get_type(), "int" | "float") && !expected.contains("number");
        let hint = number.then(|| format!("a text is written in quotes: \"{value}\""));
        self.fail(Problem::error(place, message).expected(expected).maybe_hint(hint))
    }
}
