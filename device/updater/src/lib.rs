//! The updater of a device: puts signed updates into the other slot, and tells good boots from bad ones.

pub mod machine;
