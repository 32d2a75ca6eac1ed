//! `release`.

use yoe_model::Release;

use crate::arguments::text::{Name, UnitName};
use crate::arguments::version::LooseVersion;
use crate::arguments::{Call, arguments};
use crate::builtins::Builtin;
use crate::definitions::{Made, Part};
use crate::session::FileKind;

arguments! {
    /// Another version of an image, for its tests: `yoe test` builds it, signs it with keys of the moment, and serves it as
    /// `VERSION.bundle`, as well as the image itself. Other commands take it as `IMAGE@VERSION`.
    ///
    /// The device learns of the server by the credential `updates.address` (HOST:PORT), and whom to trust by `updater.root`.
    /// The server also has `repository/`, a directory with the first release alone, and `foreign.bundle`, the same one signed by
    /// keys that the device does not trust.
    "release" => pub(crate) struct Arguments {
        /// The version; unique among the image and its releases.
        version: LooseVersion,
        /// Units that it holds beyond the image's.
        add: Vec<UnitName> = Vec::new(),
        /// Units among the image's artifacts that it does not hold.
        remove: Vec<UnitName> = Vec::new(),
        /// Its workloads, in the place of the image's.
        workloads: Option<Vec<Name>> = None,
    }
}

impl Builtin for Arguments {
    const HOME: Option<FileKind> = None;

    fn make(self, call: &Call<'_>) -> Option<Part> {
        let names = |units: Vec<UnitName>| units.into_iter().map(String::from).collect();
        let value = Release {
            version: self.version.into(),
            add: names(self.add),
            remove: names(self.remove),
            workloads: self.workloads.map(|names| names.into_iter().map(String::from).collect()),
            origin: call.site.origin(),
        };
        Some(Part::Release(Made { value, site: call.site.clone() }))
    }
}
