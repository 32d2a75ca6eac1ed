//! `publisher`.

use yoe_model::Publisher;

use crate::arguments::text::{EmailAddress, HttpsUrl, Line};
use crate::arguments::{Call, arguments};
use crate::builtins::Builtin;
use crate::definitions::Part;
use crate::problem::{Place, Problem};
use crate::session::FileKind;

arguments! {
    /// Who answers for a product. Papers name them by `email` or `url`; one of both is needed.
    "publisher" => pub(crate) struct Arguments {
        /// Their name.
        name: Line,
        /// Their web address.
        url: Option<HttpsUrl> = None,
        /// Their mail address.
        email: Option<EmailAddress> = None,
    }
}

impl Builtin for Arguments {
    const HOME: Option<FileKind> = None;

    fn make(self, call: &Call<'_>) -> Option<Part> {
        if self.url.is_none() && self.email.is_none() {
            let problem =
                Problem::error(Place::argument(call.site, "name"), "nobody can be reached by a name alone");
            call.report(problem.expected("`url`, `email`, or both next to it"));
            return Some(Part::Broken);
        }
        Some(Part::Publisher(Publisher {
            name: self.name.into(),
            url: self.url.map(String::from),
            email: self.email.map(String::from),
        }))
    }
}
