//! What a product is made of, and the papers about it. No network, no clock: the same lock and the same results give the same
//! bytes.
//!
//! [`collect`](collect()) makes an [`Inventory`] of a target of a plan, from three things: the project with its lock, the plan,
//! and the trees that its actions gave. Papers are made of that inventory alone:
//!
//! | paper | by | standard |
//! |---|---|---|
//! | bill of materials | [`cyclonedx`] | CycloneDX 1.7 |
//! | bill of materials | [`spdx3`] | SPDX 3.0.1, JSON-LD |
//! | bill of materials | [`spdx2`] | SPDX 2.3, JSON |
//! | licences and notices | [`licenses`] | SPDX licence expressions |
//! | known holes | [`audit`] | OSV 1.x |
//! | what becomes of them | [`vex`] | OpenVEX 0.2.0, CSAF 2.0 |
//! | where it comes from | [`provenance`] | in-toto Statement 1, SLSA provenance 1, DSSE 1.0 |
//!
//! What is not known is absent, and is said so in [`Inventory::gaps`]; nothing is guessed. docs/design/0040 says what a part is
//! called and why.

pub mod audit;
pub mod buildinfo;
pub mod cargo;
pub mod changes;
mod collect;
mod component;
pub mod cyclonedx;
mod error;
mod files;
pub mod identity;
mod inventory;
#[cfg(test)]
mod judged;
mod kbuild;
pub mod licenses;
mod pclntab;
pub mod provenance;
mod purl;
mod root;
pub mod shipped;
pub mod spdx2;
pub mod spdx3;
mod statement;
#[cfg(test)]
mod strangers;
mod uuid;
pub mod vex;

pub use collect::{Request, collect, device_notice};
pub use component::{Ancestor, AppliedPatch, Component, FileEntry, FileKind, Kind, Link, SourceFile};
pub use error::SupplyError;
pub use inventory::{Carrier, GoProgram, Inventory, NamedTexts, Subject};
pub use kbuild::Kbuild;
pub use purl::{Purl, PurlError};
pub use statement::{Stale, Statement};
