//! Judges which images a device may run. docs/design/0051 says why, and who asks.
//!
//! It is a verifier of containerd's (`io.containerd.image-verifier.v1.bindir`): [`args`] has what it is called with, [`asked`] what stands on its
//! standard input, [`judge`] weighs the two against the policy, [`signature`] is what one signature is worth, and [`own`] are the images
//! that came with the device. It reads and answers: it writes nothing, and asks no registry.

pub mod args;
pub mod asked;
pub mod error;
pub mod judge;
pub mod own;
pub mod signature;
