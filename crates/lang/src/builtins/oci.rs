//! `oci`.

use yoe_model::WorkloadImage;

use crate::arguments::oci::OciName;
use crate::arguments::{Call, arguments};
use crate::builtins::Builtin;
use crate::definitions::{Made, Part};
use crate::session::FileKind;

arguments! {
    /// An oci_image() of this project, as an image of a workload.
    "oci" => pub(crate) struct Arguments {
        /// Its name.
        [positional] name: OciName,
    }
}

impl Builtin for Arguments {
    const HOME: Option<FileKind> = None;

    fn make(self, call: &Call<'_>) -> Option<Part> {
        let value = WorkloadImage::Oci(self.name.into());
        Some(Part::WorkloadImage(Made { value, site: call.site.clone() }))
    }
}
