//! The device that a run switches on, again and again.

use yoe_model::{ImageTest, Size};

use yoe_vm::{StartError, Vm};

/// What a device is like from one start to the next. By default it is as its machine's definition says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Hardware {
    /// Its memory; the machine's own when absent.
    pub memory: Option<Size>,
    /// Whether its clock starts in the year 2000 instead of going on.
    pub no_battery: bool,
}

impl Hardware {
    /// What a test wants.
    pub(super) fn of(test: &ImageTest) -> Self {
        Self { memory: test.memory, no_battery: !test.battery }
    }
}

/// A device with a disk that outlives its boots.
pub trait Device {
    /// Switches it on. What it wrote before a loss of power or a restart is on its disk. A reset of the machine must end
    /// it ([`yoe_vm::RunOptions::no_reboot`]): the run starts it again.
    ///
    /// # Errors
    /// When it cannot be started on this host.
    fn start(&mut self, hardware: Hardware) -> Result<Vm, StartError>;

    /// The port of this host's loopback that leads to a TCP port of the device, when one does.
    fn forwarded(&self, guest: u16) -> Option<u16>;
}
