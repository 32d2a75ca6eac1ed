//! The workloads of a device: what its verified root says runs, whatever the engine remembers. docs/design/0041 says why.
//!
//! [`root`] reads what the root brings along, [`client`] is the engine's client, [`images`] gives the engine the root's images,
//! [`start`] makes what runs what the root says, [`clear`] takes away what an older root left, [`status`] judges, and
//! [`verify`] mends.

pub mod archive;
pub mod args;
pub mod clear;
pub mod client;
pub mod error;
pub mod images;
pub mod lock;
pub mod root;
pub mod start;
pub mod status;
pub mod verify;
