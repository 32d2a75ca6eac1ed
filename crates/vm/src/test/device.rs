//! The device that a run switches on, again and again.

use yoe_model::Size;

use crate::{StartError, Vm};

/// A device with a disk that outlives its boots.
pub trait Device {
    /// Switches it on with this much memory; with the machine's own when absent. What it wrote before a loss of power or a
    /// restart is on its disk. A reset of the machine must end it ([`crate::RunOptions::no_reboot`]): the run starts it again.
    ///
    /// # Errors
    /// When it cannot be started on this host.
    fn start(&mut self, memory: Option<Size>) -> Result<Vm, StartError>;

    /// The port of this host's loopback that leads to a TCP port of the device, when one does.
    fn forwarded(&self, guest: u16) -> Option<u16>;
}
