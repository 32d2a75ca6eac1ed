//! Strings, truth values, lists and maps.

use std::collections::{BTreeMap, BTreeSet};

use starlark::values::Value;
use starlark::values::dict::DictRef;
use starlark::values::list::ListRef;
use starlark::values::tuple::TupleRef;

use super::{Argument, At};
use crate::problem::Problem;

impl Argument for String {
    fn expected() -> String {
        "a string".to_owned()
    }

    fn read(value: Value<'_>, at: &At<'_>) -> Option<Self> {
        let text = value.unpack_str().or_else(|| at.wrong_type(value, Self::expected()))?;
        if text.contains('\0') {
            return at.fail(Problem::error(at.place(), "a string must not hold a NUL character"));
        }
        Some(text.to_owned())
    }

    fn show(&self) -> String {
        format!("{self:?}")
    }
}

impl Argument for bool {
    fn expected() -> String {
        "True or False".to_owned()
    }

    fn read(value: Value<'_>, at: &At<'_>) -> Option<Self> {
        value.unpack_bool().or_else(|| at.wrong_type(value, Self::expected()))
    }

    fn choices() -> Vec<String> {
        ["False", "True"].map(str::to_owned).into()
    }

    fn show(&self) -> String {
        if *self { "True" } else { "False" }.to_owned()
    }
}

impl<T: Argument> Argument for Option<T> {
    fn choices() -> Vec<String> {
        T::choices()
    }

    fn expected() -> String {
        format!("{} or None", T::expected())
    }

    fn read(value: Value<'_>, at: &At<'_>) -> Option<Self> {
        if value.is_none() { Some(None) } else { T::read(value, at).map(Some) }
    }

    fn show(&self) -> String {
        self.as_ref().map_or_else(|| "None".to_owned(), T::show)
    }
}

/// The elements of a list or a tuple.
pub(crate) fn elements<'v>(value: Value<'v>) -> Option<&'v [Value<'v>]> {
    ListRef::from_value(value)
        .map(|list| list.content())
        .or_else(|| TupleRef::from_value(value).map(|tuple| tuple.content()))
}

/// Reads all elements, so that each mistake is reported.
fn read_all<T: Argument>(values: &[Value<'_>], at: &At<'_>) -> Option<Vec<T>> {
    let read: Vec<Option<T>> = values.iter().map(|value| T::read(*value, at)).collect();
    read.into_iter().collect()
}

impl<T: Argument> Argument for Vec<T> {
    fn choices() -> Vec<String> {
        T::choices()
    }

    fn expected() -> String {
        format!("a list, each {}", T::expected())
    }

    fn read(value: Value<'_>, at: &At<'_>) -> Option<Self> {
        let values = elements(value).or_else(|| {
            let place = value.unpack_str().map_or_else(|| at.place(), |text| at.text(text));
            let message = format!("{}() takes a list for `{}`", at.call.builtin, at.field);
            let hint = value.unpack_str().map(|text| format!("write `[{text:?}]`"));
            at.fail(Problem::error(place, message).expected(Self::expected()).maybe_hint(hint))
        })?;
        read_all(values, at)
    }

    fn show(&self) -> String {
        let items: Vec<String> = self.iter().map(T::show).collect();
        format!("[{}]", items.join(", "))
    }
}

impl<T: Argument + Ord> Argument for BTreeSet<T> {
    fn choices() -> Vec<String> {
        T::choices()
    }

    fn expected() -> String {
        Vec::<T>::expected()
    }

    fn read(value: Value<'_>, at: &At<'_>) -> Option<Self> {
        Vec::<T>::read(value, at).map(|items| items.into_iter().collect())
    }

    fn show(&self) -> String {
        let items: Vec<String> = self.iter().map(T::show).collect();
        format!("[{}]", items.join(", "))
    }
}

impl<K: Argument + Ord, V: Argument> Argument for BTreeMap<K, V> {
    fn expected() -> String {
        format!("a dict from {} to {}", K::expected(), V::expected())
    }

    fn read(value: Value<'_>, at: &At<'_>) -> Option<Self> {
        let dict = DictRef::from_value(value).or_else(|| at.wrong_type(value, Self::expected()))?;
        let pairs: Vec<(Option<K>, Option<V>)> =
            dict.iter().map(|(key, value)| (K::read(key, at), V::read(value, at))).collect();
        pairs.into_iter().map(|(key, value)| Some((key?, value?))).collect()
    }

    fn show(&self) -> String {
        let items: Vec<String> =
            self.iter().map(|(key, value)| format!("{}: {}", key.show(), value.show())).collect();
        format!("{{{}}}", items.join(", "))
    }
}

/// One value or a list of them.
#[derive(Debug)]
pub(crate) struct OneOrMany<T>(pub(crate) Vec<T>);

impl<T: Argument> Argument for OneOrMany<T> {
    fn choices() -> Vec<String> {
        T::choices()
    }

    fn expected() -> String {
        format!("{}, or a list of them", T::expected())
    }

    fn read(value: Value<'_>, at: &At<'_>) -> Option<Self> {
        match elements(value) {
            Some(values) => read_all(values, at).map(OneOrMany),
            None if value.is_none() => Some(OneOrMany(Vec::new())),
            None => T::read(value, at).map(|one| OneOrMany(vec![one])),
        }
    }

    fn show(&self) -> String {
        match self.0.as_slice() {
            [] => "None".to_owned(),
            [one] => one.show(),
            _ => String::new(),
        }
    }
}
