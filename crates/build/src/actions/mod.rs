//! How each kind of action is carried out. One file each.

mod container;
mod contract;
mod debian_patches;
mod disk;
mod fetch;
pub(crate) mod go_module;
pub(crate) mod kconfig;
mod network;
mod notice;
mod oci;
mod package;
mod registry_image;
pub(crate) mod remotes;
mod root;
mod source;
pub(crate) mod unit;
