//! The supervisor of a device's containers: it asks those that say how whether they are healthy, and says so to whoever
//! wants to know. docs/design/0032 says why it is a program of its own and what the engine does itself.
//!
//! [`health`] decides and does nothing; [`watch`] hears of containers, [`runtime`] asks runc, [`probe`] runs one check,
//! [`supervise`] brings them together, and [`state`] is what others read.

pub mod args;
pub mod asked;
pub mod cgroup;
pub mod check;
pub mod error;
pub mod health;
pub mod probe;
pub mod process;
pub mod runtime;
pub mod state;
pub mod status;
pub mod supervise;
pub mod time;
pub mod watch;
