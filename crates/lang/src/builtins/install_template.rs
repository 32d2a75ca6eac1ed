//! `install_template`.

use std::collections::BTreeMap;

use yoe_model::Step;

use crate::arguments::numbers::Mode;
use crate::arguments::paths::{DevicePath, OwnPath};
use crate::arguments::text::Variable;
use crate::arguments::{Call, arguments};
use crate::builtins::Builtin;
use crate::definitions::{Made, Part};
use crate::session::FileKind;

arguments! {
    /// A step that copies a text file of the unit's directory into the package, with every `{{name}}` replaced.
    "install_template" => pub(crate) struct Arguments {
        /// The file, below the unit's directory.
        [positional] src: OwnPath,
        /// Where it goes on the device.
        [positional] dest: DevicePath,
        /// The values by name.
        vars: BTreeMap<Variable, String> = BTreeMap::new(),
        /// Its permission bits.
        mode: Mode = Mode(0o644),
    }
}

impl Builtin for Arguments {
    const HOME: Option<FileKind> = None;

    fn make(self, call: &Call<'_>) -> Option<Part> {
        let value = Step::InstallTemplate {
            src: self.src.into(),
            dest: self.dest.into(),
            mode: self.mode.0,
            vars: self.vars.into_iter().map(|(name, value)| (name.into(), value)).collect(),
        };
        Some(Part::Step(Made { value, site: call.site.clone() }))
    }
}
