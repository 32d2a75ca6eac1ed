//! A mistake as it is recorded: its place is worked out once all is known, because finding the very word in the text
//! means reading the file again.

use starlark::codemap::FileSpan;
use yoe_model::Origin;

use crate::Severity;
use crate::site::Site;

/// A mistake that was found.
#[derive(Debug, Clone)]
pub(crate) struct Problem {
    pub(crate) severity: Severity,
    pub(crate) message: String,
    pub(crate) place: Place,
    pub(crate) expected: Option<String>,
    pub(crate) hint: Option<String>,
    pub(crate) related: Vec<(Place, String)>,
}

/// A result, or the mistake that prevents it.
pub(crate) type Checked<T> = Result<T, Box<Problem>>;

/// Where a mistake is.
#[derive(Debug, Clone)]
pub(crate) enum Place {
    /// In no file.
    Nowhere,
    /// A file as a whole, by its path below the project.
    File(String),
    /// A place in a file whose text is at hand.
    Line { origin: Origin, text: String, end: u32 },
    /// These characters.
    Span(FileSpan),
    /// The function that a call names.
    Call(Site),
    /// The name of an argument.
    ArgumentName(Site, String),
    /// The value of an argument; when `text` is given, the string in it that reads so.
    Argument { site: Site, field: String, text: Option<String> },
}

impl Problem {
    /// An error with this message.
    pub(crate) fn error(place: Place, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            message: message.into(),
            place,
            expected: None,
            hint: None,
            related: Vec::new(),
        }
    }

    /// Says what would have been right.
    pub(crate) fn expected(mut self, expected: impl Into<String>) -> Self {
        self.expected = Some(expected.into());
        self
    }

    /// Says what to do.
    pub(crate) fn hint(self, hint: impl Into<String>) -> Self {
        self.maybe_hint(Some(hint.into()))
    }

    /// Says what to do, when there is something to say.
    pub(crate) fn maybe_hint(mut self, hint: Option<String>) -> Self {
        self.hint = hint.or(self.hint);
        self
    }

    /// Adds a further place.
    pub(crate) fn related(mut self, place: Place, message: impl Into<String>) -> Self {
        self.related.push((place, message.into()));
        self
    }
}

impl Place {
    /// The value of an argument.
    pub(crate) fn argument(site: &Site, field: &str) -> Self {
        Place::Argument { site: site.clone(), field: field.to_owned(), text: None }
    }

    /// A string in the value of an argument.
    pub(crate) fn text(site: &Site, field: &str, text: &str) -> Self {
        Place::Argument { site: site.clone(), field: field.to_owned(), text: Some(text.to_owned()) }
    }
}
