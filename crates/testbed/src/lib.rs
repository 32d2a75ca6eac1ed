//! A built image under test: booted in QEMU in a sandbox, with the servers that its tests need next to it.
//!
//! ```text
//! what was built ──▶ Bootable ──▶ DeviceUnderTest ──▶ suite::run ──▶ Summary ──▶ records
//!                       └─▶ Servers (a registry, an update server)
//! ```
//!
//! - [`Bootable`] is an image with everything that booting it takes. It knows nothing of tests.
//! - [`servers`] run next to the device, on this host's loopback.
//! - [`DeviceUnderTest`] is one disk and as many boots as the tests ask for.
//! - [`suite`] is the test runner.
//! - [`faults`] are tests for devices that nobody wrote tests for.
//! - [`records`] are what test runs leave behind.
//!
//! Nothing here prints. Whoever runs a suite gets its events through a [`suite::Reporter`].

mod bootable;
mod device_under_test;
mod draw;
mod error;
pub mod faults;
pub mod kernel_contract;
pub mod records;
pub mod secure_boot;
pub mod servers;
pub mod suite;

pub use bootable::{Bootable, Built, KVM, kvm_is_closed};
pub use device_under_test::{DeviceUnderTest, Sizes};
pub use error::TestbedError;
