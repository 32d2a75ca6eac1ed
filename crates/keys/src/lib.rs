//! The private keys of a project, in a directory of the user's, and what signs with them.
//!
//! | path below the directory | holds |
//! |---|---|
//! | `PROJECT.pem` | the key that signs packages ([`packages`]) |
//! | `PROJECT.updates/` | the keys that sign updates ([`updates`]) |
//! | `PROJECT.secure-boot/` | the keys that sign what firmware starts ([`secure_boot`]) |
//! | `PROJECT.attestations.pem` | the key that signs where a target comes from ([`attestations`]) |
//!
//! No private key enters the store, a log or an image. The caller says where the directory is.

pub mod attestations;
mod error;
pub mod packages;
mod private_file;
pub mod secure_boot;
pub mod updates;

pub use error::KeysError;
pub use secure_boot::SecureBoot;
pub use updates::UpdateKeys;
