//! What a unit's `source` takes.

use starlark::values::Value;
use yoe_model::SourceEntry;

use super::text::{Form, HttpsUrl};
use super::{Argument, At};
use crate::definitions::Made;
use crate::problem::Problem;

/// A source: what a builtin made, or an address whose digest the unit gives.
#[derive(Debug)]
pub(crate) enum SourceText {
    /// Made by a builtin.
    Made(Made<SourceEntry>),
    /// A bare address.
    Address(String),
}

impl Argument for SourceText {
    fn expected() -> String {
        "a source (debian_source, debian_package, git, go_module, crate, path, https or an \"https://…\" string)".to_owned()
    }

    fn read(value: Value<'_>, at: &At<'_>) -> Option<Self> {
        let Some(text) = value.unpack_str() else {
            return Made::<SourceEntry>::read(value, at).map(SourceText::Made);
        };
        match HttpsUrl::check(text) {
            Ok(()) => Some(SourceText::Address(text.to_owned())),
            Err(unfit) => {
                let hint = unfit.hint.unwrap_or_else(|| "a directory is written `path(\"./\")`".to_owned());
                let message = format!("{text:?} is not a source");
                at.fail(Problem::error(at.text(text), message).expected(Self::expected()).hint(hint))
            }
        }
    }
}
