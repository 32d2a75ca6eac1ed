//! `reach`.

use yoe_model::Reach;

use crate::arguments::numbers::Whole;
use crate::arguments::text::UrlPath;
use crate::arguments::{Call, arguments};
use crate::builtins::Builtin;
use crate::definitions::Part;
use crate::session::FileKind;

arguments! {
    /// What the host must reach on the device, through a port of its own loopback. It is tried until it works or the
    /// test's time is over.
    "reach" => pub(crate) struct Arguments {
        /// The TCP port on the device.
        port: Whole<1, 65_535>,
        /// The path that is asked for by HTTP; `None` for a service that speaks first.
        path: Option<UrlPath> = Some(UrlPath("/".to_owned())),
        /// Text that the answer must contain. Without it any answer will do; one by HTTP must have a status below 400.
        expect: Option<String> = None,
    }
}

impl Builtin for Arguments {
    const HOME: Option<FileKind> = None;

    fn make(self, _call: &Call<'_>) -> Option<Part> {
        // The table has made sure of the range.
        let port = u16::try_from(self.port.0).ok()?;
        Some(Part::Reach(Reach { port, path: self.path.map(String::from), expect: self.expect }))
    }
}
