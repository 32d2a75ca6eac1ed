//! What a cgroup is held to: cgroup v2's control files (Documentation/admin-guide/cgroup-v2.rst) and their values.

use std::collections::BTreeMap;

use starlark::values::dict::DictRef;
use starlark::values::{UnpackValue, Value};
use yoe_model::Size;

use super::{Argument, At};
use crate::near;
use crate::problem::Problem;

/// Text for each control file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ControlFiles(pub(crate) BTreeMap<String, String>);

/// What a control file takes.
#[derive(Debug, Clone, Copy)]
enum Form {
    /// `"64M"`, or `"max"` for no limit.
    Memory,
    /// A number, or `"max"` for no limit.
    Count,
    /// A share among siblings.
    Weight,
    /// Microseconds of processor time in a period of so many microseconds.
    Bandwidth,
    /// Numbers and ranges.
    List,
}

const FILES: [(&str, Form); 11] = [
    ("cpu.max", Form::Bandwidth),
    ("cpu.weight", Form::Weight),
    ("cpuset.cpus", Form::List),
    ("cpuset.mems", Form::List),
    ("io.weight", Form::Weight),
    ("memory.high", Form::Memory),
    ("memory.low", Form::Memory),
    ("memory.max", Form::Memory),
    ("memory.min", Form::Memory),
    ("memory.swap.max", Form::Memory),
    ("pids.max", Form::Count),
];

impl Argument for ControlFiles {
    fn expected() -> String {
        "a dict from the name of a cgroup's control file, such as \"memory.max\", to its value".to_owned()
    }

    fn read(value: Value<'_>, at: &At<'_>) -> Option<Self> {
        let dict = DictRef::from_value(value).or_else(|| at.wrong_type(value, Self::expected()))?;
        let pairs: Vec<Option<(String, String)>> =
            dict.iter().map(|(file, value)| pair(file, value, at)).collect();
        pairs.into_iter().collect::<Option<_>>().map(Self)
    }

    fn show(&self) -> String {
        "{}".to_owned()
    }
}

/// One file and its value.
fn pair(file: Value<'_>, value: Value<'_>, at: &At<'_>) -> Option<(String, String)> {
    let names = || FILES.iter().map(|(name, _)| *name);
    let expected = || names().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(" or ");
    let name = file.unpack_str().or_else(|| at.wrong_type(file, expected()))?;
    let Some((_, form)) = FILES.iter().find(|(known, _)| *known == name) else {
        let problem = Problem::error(at.text(name), format!("{name:?} is not a cgroup limit"));
        let hint = near::nearest(name, names()).map(|near| format!("did you mean {near:?}?"));
        return at.fail(problem.expected(expected()).maybe_hint(hint));
    };
    form.read(value).map(|text| (name.to_owned(), text)).or_else(|| {
        let place = value.unpack_str().map_or_else(|| at.place(), |text| at.text(text));
        at.fail(
            Problem::error(place, format!("{value} is not a valid value for {name}")).expected(form.rule()),
        )
    })
}

impl Form {
    fn rule(self) -> &'static str {
        match self {
            Form::Memory => "a size, such as \"64M\", or \"max\"",
            Form::Count => "a whole number from 1, or \"max\"",
            Form::Weight => "a whole number from 1 to 10000 (100 is usual)",
            Form::Bandwidth => {
                "two numbers of microseconds, such as \"50000 100000\" for half a processor, or \"max\""
            }
            Form::List => "numbers and ranges, such as \"0-1,3\"",
        }
    }

    /// The text that the file takes.
    fn read(self, value: Value<'_>) -> Option<String> {
        let text = value.unpack_str();
        if text == Some("max") && matches!(self, Form::Memory | Form::Count | Form::Bandwidth) {
            return Some("max".to_owned());
        }
        match self {
            Form::Memory => text?.parse::<Size>().ok().map(|size| size.0.to_string()),
            Form::Count => number(value).filter(|count| *count >= 1).map(|count| count.to_string()),
            Form::Weight => {
                number(value).filter(|weight| (1..=10_000).contains(weight)).map(|w| w.to_string())
            }
            Form::Bandwidth => bandwidth(text?),
            Form::List => list(text?),
        }
    }
}

fn number(value: Value<'_>) -> Option<u64> {
    if value.unpack_bool().is_some() {
        return None;
    }
    u64::unpack_value(value).ok().flatten()
}

/// The kernel takes quotas from 1 ms and periods from 1 ms to 1 s.
fn bandwidth(text: &str) -> Option<String> {
    let (quota, period) = text.split_once(' ')?;
    let (quota, period): (u64, u64) = (quota.parse().ok()?, period.parse().ok()?);
    (quota >= 1000 && (1000..=1_000_000).contains(&period)).then(|| format!("{quota} {period}"))
}

fn list(text: &str) -> Option<String> {
    let number = |text: &str| text.parse::<u16>().ok();
    let right = text.split(',').all(|part| match part.split_once('-') {
        Some((first, last)) => matches!((number(first), number(last)), (Some(a), Some(b)) if a <= b),
        None => number(part).is_some(),
    });
    right.then(|| text.to_owned())
}
