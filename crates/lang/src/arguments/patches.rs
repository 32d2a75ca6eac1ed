//! Which of a Debian source package's patches are applied.

use starlark::values::Value;
use yoe_model::DebianPatches;

use super::paths::PatchName;
use super::plain::elements;
use super::{Argument, At};
use crate::near;
use crate::problem::Problem;

/// `"series"`, `"none"` or names of patches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PatchChoice {
    /// All of them.
    Series,
    /// None of them.
    None,
    /// These, each once.
    Named(Vec<String>),
}

const WORDS: [(&str, PatchChoice); 2] = [("series", PatchChoice::Series), ("none", PatchChoice::None)];

impl From<PatchChoice> for DebianPatches {
    fn from(choice: PatchChoice) -> Self {
        match choice {
            PatchChoice::Series => DebianPatches::Series,
            PatchChoice::None => DebianPatches::None,
            PatchChoice::Named(names) => DebianPatches::Named(names),
        }
    }
}

impl Argument for PatchChoice {
    fn expected() -> String {
        "\"series\" or \"none\" or a list of names of patches".to_owned()
    }

    fn read(value: Value<'_>, at: &At<'_>) -> Option<Self> {
        if let Some(values) = elements(value) {
            if values.is_empty() {
                let problem =
                    Problem::error(at.place(), "`patches` names no patch").expected(Self::expected());
                return at.fail(problem.hint("to apply none of them, write `patches = \"none\"`"));
            }
            let mut names: Vec<String> = Vec::with_capacity(values.len());
            for name in Vec::<PatchName>::read(value, at)?.into_iter().map(String::from) {
                if !names.contains(&name) {
                    names.push(name);
                }
            }
            return Some(PatchChoice::Named(names));
        }
        let Some(text) = value.unpack_str() else { return at.wrong_type(value, Self::expected()) };
        WORDS.into_iter().find(|(word, _)| *word == text).map(|(_, choice)| choice).or_else(|| {
            let near = near::nearest(text, WORDS.iter().map(|(word, _)| *word));
            let hint = match near {
                Some(near) => format!("did you mean {near:?}?"),
                None => format!("the name of a patch stands in a list: `[{text:?}]`"),
            };
            let message = format!("`patches` cannot be {text:?}");
            at.fail(Problem::error(at.text(text), message).expected(Self::expected()).hint(hint))
        })
    }

    fn show(&self) -> String {
        match self {
            PatchChoice::Series => "\"series\"".to_owned(),
            PatchChoice::None => "\"none\"".to_owned(),
            PatchChoice::Named(names) => format!("{names:?}"),
        }
    }
}
