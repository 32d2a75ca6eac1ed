//! `registry`.

use std::collections::BTreeMap;

use yoe_model::Registry;

use crate::arguments::oci::RegistryImage;
use crate::arguments::text::Name;
use crate::arguments::{Call, arguments};
use crate::builtins::Builtin;
use crate::definitions::{Made, Part};
use crate::problem::{Place, Problem};
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
        /// Of those that it serves to everybody, which it serves a signature of, as cosign makes it: from the image to the name that is signed,
        /// which is what the device calls it without its tag.
        signed: BTreeMap<Name, RegistryImage> = BTreeMap::new(),
        /// The private key that signs, ECDSA in PEM. It is worth nothing: everybody has it who has the project.
        signer: Option<String> = None,
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
            signed: self.signed.into_iter().map(|(image, name)| (image.into(), name.into())).collect(),
            signer: self.signer,
        };
        let unknown = value.signed.keys().find(|image| !value.images.contains(*image));
        let problem = match unknown {
            Some(image) => Some((
                image.clone(),
                format!("the registry does not serve `{image}`, which it is to have a signature of"),
            )),
            None if value.signer.is_none() => value
                .signed
                .keys()
                .next()
                .map(|image| (image.clone(), format!("nobody signs `{image}`: `signer` is missing"))),
            None => None,
        };
        if let Some((image, message)) = problem {
            call.report(Problem::error(Place::text(call.site, "signed", &image), message));
            return None;
        }
        Some(Part::Registry(Made { value, site: call.site.clone() }))
    }
}
