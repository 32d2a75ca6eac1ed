//! `kconfig_check`.

use yoe_model::Step;

use crate::arguments::paths::OwnPath;
use crate::arguments::{Call, arguments};
use crate::builtins::Builtin;
use crate::definitions::{Made, Part};
use crate::session::FileKind;

arguments! {
    /// A step that fails unless everything that these fragments ask for is in the configuration that Kconfig left in
    /// `$BUILDDIR/.config`. Kconfig drops an option whose dependencies are not met without a word; this step says which
    /// dependency it was, by the Kconfig files in `$SRCDIR`, and which lines to add. Two fragments that contradict each
    /// other are named both; `# overrides base.cfg` above the later line says that it is meant.
    "kconfig_check" => pub(crate) struct Arguments {
        /// The fragments, below the unit's directory, in the order they are merged.
        [positional] fragments: Vec<OwnPath>,
    }
}

impl Builtin for Arguments {
    const HOME: Option<FileKind> = None;

    fn make(self, call: &Call<'_>) -> Option<Part> {
        let value = Step::KconfigCheck { fragments: self.fragments.into_iter().map(String::from).collect() };
        Some(Part::Step(Made { value, site: call.site.clone() }))
    }
}
