//! `test`.

use yoe_model::ImageTest;

use crate::arguments::numbers::Whole;
use crate::arguments::text::Line;
use crate::arguments::{Call, arguments};
use crate::builtins::Builtin;
use crate::definitions::{Made, Part};
use crate::session::FileKind;

arguments! {
    /// An assertion on the booted image, for `yoe test`.
    "test" => pub(crate) struct Arguments {
        /// The name, unique in its image.
        [positional] name: Line,
        /// Shell text, run as root on the device.
        run: String,
        /// Text that its standard output must contain.
        expect: Option<String> = None,
        /// The exit status that it must end with.
        status: Whole<0, 255> = Whole(0),
        /// Seconds until it counts as failed.
        timeout: Whole<1, 86_400> = Whole(60),
    }
}

impl Builtin for Arguments {
    const HOME: Option<FileKind> = None;

    fn make(self, call: &Call<'_>) -> Option<Part> {
        let value = ImageTest {
            name: self.name.into(),
            run: self.run,
            expect: self.expect,
            status: self.status.0,
            timeout: self.timeout.0,
            origin: call.site.origin(),
        };
        Some(Part::Test(Made { value, site: call.site.clone() }))
    }
}
