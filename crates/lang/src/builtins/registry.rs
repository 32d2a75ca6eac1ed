//! `registry`.

use yoe_model::Registry;

use crate::arguments::text::Name;
use crate::arguments::{Call, arguments};
use crate::builtins::Builtin;
use crate::definitions::{Made, Part};
use crate::session::FileKind;

arguments! {
    /// A registry that `yoe test` runs beside the device, on this host's loopback and over TLS. The device learns of it
    /// by the credentials `registry.address` (HOST:PORT) and `registry.ca.HOST_PORT` (PEM).
    "registry" => pub(crate) struct Arguments {
        /// The container that holds `docker-registry`, `skopeo` and `openssl`.
        container: Name,
        /// The oci_image()s that it serves, as NAME:VERSION and NAME:latest.
        images: Vec<Name>,
    }
}

impl Builtin for Arguments {
    const HOME: Option<FileKind> = None;

    fn make(self, call: &Call<'_>) -> Option<Part> {
        let images = self.images.into_iter().map(String::from).collect();
        let value = Registry { container: self.container.into(), images };
        Some(Part::Registry(Made { value, site: call.site.clone() }))
    }
}
