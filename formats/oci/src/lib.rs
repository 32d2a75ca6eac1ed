//! Container images as the OCI image specification 1.1 defines them: an image layout and the same as an archive.
//!
//! | file of the layout | holds |
//! |---|---|
//! | `oci-layout` | the version of the layout |
//! | `index.json` | one manifest, with its tag (`org.opencontainers.image.ref.name`) |
//! | `blobs/sha256/…` | the manifest, the configuration, and one layer |
//!
//! The layer is a tar compressed by gzip, the one compression that every client and registry takes. The archive is a tar
//! of the layout, as `skopeo` (`oci-archive:`), `podman load`, `nerdctl load` and `ctr images import` read it.
//!
//! The same layer, configuration and date give the same bytes: gzip headers carry no name and no time, JSON fields have one
//! order, archive entries are sorted and belong to root.

mod archive;
mod blob;
mod document;
mod error;
mod layout;

pub use document::Config;
pub use error::OciError;
pub use layout::{Image, Written, write};

/// Counts the changes to this crate that change the bytes of an image. It belongs in every key that one is stored under.
pub const REVISION: u32 = 1;
