//! `license_policy`.

use yoe_model::LicensePolicy;

use crate::arguments::license::LicensePattern;
use crate::arguments::{Call, arguments};
use crate::builtins::Builtin;
use crate::definitions::Part;
use crate::session::FileKind;

arguments! {
    /// What an image demands of the licences of what is in it: each is known, has a text, is named by the unit that links it in, and is
    /// none of those that are denied. `yoe build`, `yoe licenses` and `yoe bundle` fail where that does not hold. It changes nothing that is built.
    "license_policy" => pub(crate) struct Arguments {
        /// Licences that nothing may need, such as `"AGPL-3.0-only"`; `"GPL-3.0-*"` stands for all that begin so. A choice between
        /// licences is fine as long as one of them is.
        deny: Vec<LicensePattern> = Vec::new(),
    }
}

impl Builtin for Arguments {
    const HOME: Option<FileKind> = None;

    fn make(self, _call: &Call<'_>) -> Option<Part> {
        let deny = self.deny.into_iter().map(String::from).collect();
        Some(Part::LicensePolicy(LicensePolicy { deny }))
    }
}
