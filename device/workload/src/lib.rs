//! The workloads of a device: what its verified root says runs, whatever the engine remembers. docs/design/0041 says why.
//!
//! [`root`] reads what the root brings along, [`client`] is the engine's client, [`images`] gives the engine the root's images,
//! [`start`] makes what runs what the root says, [`clear`] takes away what an older root left, [`status`] judges, and
//! [`verify`] mends. [`versions`] are those that came apart from the system, [`trial`] says whether one is good, [`data`] keeps what volumes
//! held in an older form, and [`service`] is
//! what all of it comes to at a start.

pub mod archive;
pub mod args;
pub mod clear;
pub mod client;
pub mod containers;
pub mod data;
pub mod error;
pub mod images;
pub mod lock;
pub mod reset;
pub mod root;
pub mod service;
pub mod start;
pub mod status;
pub mod trial;
pub mod verify;
pub mod versions;

/// Takes what becomes known while something goes on.
pub type Report<'a> = &'a mut dyn FnMut(&str);
