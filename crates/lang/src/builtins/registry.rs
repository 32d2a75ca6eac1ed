//! `registry`.

use yoe_model::Registry;

use crate::arguments::text::Name;
use crate::arguments::{Call, arguments};
use crate::builtins::Builtin;
use crate::definitions::{Made, Part};
use crate::session::FileKind;

arguments! {
    /// A registry that `yoe test` runs next to the device, on this host's loopback and over TLS. The device learns of it
    /// by the credentials `registry.address` (HOST:PORT) and `registry.ca.HOST_PORT` (PEM). With `private`, a second one asks
    /// who it is: `registry.private.address` and `registry.private.login` (USER:PASSWORD).
    "registry" => pub(crate) struct Arguments {
        /// The container that holds `docker-registry`, `skopeo` and `openssl`.
        container: Name,
        /// The oci_image()s that it serves, as NAME:VERSION and NAME:latest.
        images: Vec<Name>,
        /// The oci_image()s that it serves, from an address of their own, to those alone who log in.
        private: Vec<Name> = Vec::new(),
    }
}

impl Builtin for Arguments {
    const HOME: Option<FileKind> = None;

    fn make(self, call: &Call<'_>) -> Option<Part> {
        let names = |names: Vec<Name>| names.into_iter().map(String::from).collect();
        let value = Registry {
            container: self.container.into(),
            images: names(self.images),
            private: names(self.private),
        };
        Some(Part::Registry(Made { value, site: call.site.clone() }))
    }
}
