//! `oci_registry`.

use yoe_model::WorkloadImage;

use crate::arguments::oci::RegistryImage;
use crate::arguments::{Call, arguments};
use crate::builtins::Builtin;
use crate::definitions::{Made, Part};
use crate::session::FileKind;

arguments! {
    /// An image of a registry, as an image of a workload. `yoe lock` looks up which one the name stands for, for the architecture of
    /// each machine, by the registry's own protocol and with the credentials that docker uses; a build fetches what is locked and
    /// nothing else.
    "oci_registry" => pub(crate) struct Arguments {
        /// Its name as docker reads it: `redis:8` is `docker.io/library/redis:8`. A name with a digest (`@sha256:…`) stands for that
        /// image alone. A registry of this machine (`localhost:5000/…`) is asked by http, any other by https.
        [positional] name: RegistryImage,
    }
}

impl Builtin for Arguments {
    const HOME: Option<FileKind> = None;

    fn make(self, call: &Call<'_>) -> Option<Part> {
        let name = String::from(self.name).parse().ok()?;
        let value = WorkloadImage::Registry(name);
        Some(Part::WorkloadImage(Made { value, site: call.site.clone() }))
    }
}
