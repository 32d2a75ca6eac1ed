//! Numbers and sizes.

use starlark::values::UnpackValue;
use starlark::values::Value;
use starlark::values::float::UnpackFloat;
use yoe_model::{DataSize, Digest, OomScore, RootSize, Size};

use super::{Argument, At};
use crate::near;
use crate::problem::Problem;

/// A whole number between two bounds, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Whole<const MIN: u32, const MAX: u32>(pub(crate) u32);

impl<const MIN: u32, const MAX: u32> Argument for Whole<MIN, MAX> {
    fn expected() -> String {
        match (MIN, MAX) {
            (min, u32::MAX) => format!("a whole number from {min}"),
            _ => format!("a whole number from {MIN} to {MAX}"),
        }
    }

    fn read(value: Value<'_>, at: &At<'_>) -> Option<Self> {
        if value.unpack_bool().is_some() || value.get_type() != "int" {
            return at.wrong_type(value, Self::expected());
        }
        match value.unpack_i32().and_then(|number| u32::try_from(number).ok()) {
            Some(number) if (MIN..=MAX).contains(&number) => Some(Self(number)),
            _ => {
                let message = format!("{value} is out of range for `{}`", at.field);
                at.fail(Problem::error(at.place(), message).expected(Self::expected()))
            }
        }
    }

    fn show(&self) -> String {
        self.0.to_string()
    }
}

/// Permission bits, such as `0o644`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mode(pub(crate) u32);

impl Argument for Mode {
    fn expected() -> String {
        "permission bits, such as 0o644".to_owned()
    }

    fn read(value: Value<'_>, at: &At<'_>) -> Option<Self> {
        if value.unpack_str().is_some() {
            return at.wrong_type(value, Self::expected());
        }
        let Whole(mode) = Whole::<0, { u32::MAX }>::read(value, at)?;
        if mode > 0o7777 {
            let message = format!("{mode} is more than permission bits can hold");
            return at.fail(Problem::error(at.place(), message).expected(Self::expected()));
        }
        // 644 without its 0o is 0o1204: no sane mode, and the usual slip.
        if [644, 600, 640, 755, 750, 700, 555, 444, 664, 775].contains(&mode) {
            let problem = Problem::error(at.place(), format!("the mode {mode} is not octal"));
            return at.fail(problem.expected(Self::expected()).hint(format!("write `0o{mode}`")));
        }
        Some(Self(mode))
    }

    fn show(&self) -> String {
        format!("0o{:o}", self.0)
    }
}

/// A limit of a resource, a number of up to 64 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Amount(pub(crate) u64);

impl Argument for Amount {
    fn expected() -> String {
        "a whole number".to_owned()
    }

    fn read(value: Value<'_>, at: &At<'_>) -> Option<Self> {
        if value.unpack_bool().is_some() || value.get_type() != "int" {
            return at.wrong_type(value, Self::expected());
        }
        match u64::unpack_value(value) {
            Ok(Some(number)) => Some(Self(number)),
            _ => {
                let message = format!("{value} is out of range for `{}`", at.field);
                at.fail(
                    Problem::error(at.place(), message).expected("a whole number from 0, of up to 64 bits"),
                )
            }
        }
    }
}

impl Argument for OomScore {
    fn expected() -> String {
        format!("a whole number from {} to {}", Self::MIN, Self::MAX)
    }

    fn read(value: Value<'_>, at: &At<'_>) -> Option<Self> {
        if value.unpack_bool().is_some() || value.get_type() != "int" {
            return at.wrong_type(value, Self::expected());
        }
        let number = value.unpack_i32().and_then(|number| i16::try_from(number).ok());
        number.and_then(Self::new).or_else(|| {
            let problem =
                Problem::error(at.place(), format!("{value} is out of range for `{}`", at.field)).expected(Self::expected());
            // Asked for by those who know the kernel's file.
            let never = value.unpack_i32() == Some(-1000);
            at.fail(problem.maybe_hint(
                never.then(|| "-1000 would let it take all memory without an end; -999 is ended last".to_owned()),
            ))
        })
    }

    fn show(&self) -> String {
        self.get().to_string()
    }
}

/// How much larger than now something may become; at least 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Growth(pub(crate) f64);

impl Argument for Growth {
    fn expected() -> String {
        "a number from 1.0".to_owned()
    }

    fn read(value: Value<'_>, at: &At<'_>) -> Option<Self> {
        let number = match UnpackFloat::unpack_value(value) {
            Ok(Some(UnpackFloat(number))) => number,
            _ => return at.wrong_type(value, Self::expected()),
        };
        if number.is_finite() && number >= 1.0 {
            return Some(Self(number));
        }
        let message = format!("{number} is out of range for `{}`", at.field);
        at.fail(Problem::error(at.place(), message).expected(Self::expected()))
    }

    fn show(&self) -> String {
        format!("{:?}", self.0)
    }
}

impl Argument for Size {
    fn expected() -> String {
        "a size, such as \"64M\"".to_owned()
    }

    fn read(value: Value<'_>, at: &At<'_>) -> Option<Self> {
        let text = value.unpack_str().or_else(|| at.wrong_type(value, Self::expected()))?;
        match text.parse::<Size>() {
            Ok(Size(0)) => {
                at.fail(Problem::error(at.text(text), "a size cannot be 0").expected(Self::expected()))
            }
            Ok(size) => Some(size),
            Err(_) => {
                let message = format!("{text:?} is not a size");
                let expected = "a whole number with K, M or G, such as \"64M\"";
                at.fail(Problem::error(at.text(text), message).expected(expected))
            }
        }
    }

    fn show(&self) -> String {
        format!("\"{self}\"")
    }
}

/// The word, read as nothing, or a size.
fn word_or_size(value: Value<'_>, at: &At<'_>, word: &str) -> Option<Option<Size>> {
    match value.unpack_str() {
        Some(text) if text == word => Some(None),
        Some(text) if text.parse::<Size>().is_err() => {
            let problem = Problem::error(at.text(text), format!("{text:?} is neither {word:?} nor a size"));
            let hint = near::nearest(text, [word]).map(|near| format!("did you mean {near:?}?"));
            at.fail(problem.expected(format!("{word:?}, or a size such as \"64M\"")).maybe_hint(hint))
        }
        _ => Size::read(value, at).map(Some),
    }
}

impl Argument for RootSize {
    fn expected() -> String {
        "\"fit\" or a size".to_owned()
    }

    fn read(value: Value<'_>, at: &At<'_>) -> Option<Self> {
        Some(word_or_size(value, at, "fit")?.map_or(RootSize::Fit, RootSize::Fixed))
    }

    fn show(&self) -> String {
        match self {
            RootSize::Fit => "\"fit\"".to_owned(),
            RootSize::Fixed(size) => size.show(),
        }
    }
}

impl Argument for DataSize {
    fn expected() -> String {
        "\"fill\" or a size".to_owned()
    }

    fn read(value: Value<'_>, at: &At<'_>) -> Option<Self> {
        Some(word_or_size(value, at, "fill")?.map_or(DataSize::Fill, DataSize::Fixed))
    }

    fn show(&self) -> String {
        match self {
            DataSize::Fill => "\"fill\"".to_owned(),
            DataSize::Fixed(size) => size.show(),
        }
    }
}

impl Argument for Digest {
    fn expected() -> String {
        "a SHA-256 digest".to_owned()
    }

    fn read(value: Value<'_>, at: &At<'_>) -> Option<Self> {
        let text = value.unpack_str().or_else(|| at.wrong_type(value, Self::expected()))?;
        text.parse().ok().or_else(|| {
            let hex = text.bytes().all(|b| b.is_ascii_hexdigit());
            let hint = match (hex, text.len()) {
                (true, 32) => "this has the length of an MD5 sum; compute the SHA-256 sum".to_owned(),
                (true, 40) => "this has the length of a SHA-1 sum; compute the SHA-256 sum".to_owned(),
                (true, 128) => "this has the length of a SHA-512 sum; compute the SHA-256 sum".to_owned(),
                (true, length) => format!("this has {length} digits"),
                (false, _) => "`sha256sum FILE` prints it".to_owned(),
            };
            let problem = Problem::error(at.text(text), "this is not a SHA-256 digest");
            at.fail(problem.expected("64 hexadecimal digits").hint(hint))
        })
    }
}
