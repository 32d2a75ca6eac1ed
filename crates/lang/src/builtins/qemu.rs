//! `qemu`.

use yoe_model::{Qemu, Size};

use crate::arguments::numbers::Whole;
use crate::arguments::paths::DevicePath;
use crate::arguments::text::{Line, Name};
use crate::arguments::{Call, arguments};
use crate::builtins::Builtin;
use crate::definitions::{Made, Part};
use crate::session::FileKind;

arguments! {
    /// How QEMU stands in for a machine.
    "qemu" => pub(crate) struct Arguments {
        /// The container that holds QEMU and the firmware.
        container: Name,
        /// QEMU's `-machine`.
        machine: Line = Line("q35".to_owned()),
        /// QEMU's `-cpu`.
        cpu: Line = Line("max".to_owned()),
        /// Its memory.
        memory: Size = Size(512 << 20),
        /// How many processor cores it has.
        cores: Whole<1, 1024> = Whole(2),
        /// QEMU's `-device`, each: what the machine has in addition to a disk, a network, a source of randomness and a console.
        devices: Vec<Line> = Vec::new(),
        /// The firmware's code, a path in the container.
        firmware: DevicePath,
        /// The firmware's variable store, a path in the container; each run gets a copy of its own.
        firmware_vars: Option<DevicePath> = None,
        /// The code of the firmware that can refuse what is not signed (UEFI Secure Boot), a path in the container.
        firmware_secure_boot: Option<DevicePath> = None,
        /// The least memory in which that firmware starts a kernel: tests that ask for less get this much with it.
        memory_secure_boot: Option<Size> = None,
        /// Additional kernel parameters while QEMU emulates the processor. They are in no image: systemd-stub reads them from
        /// an SMBIOS string.
        emulation_cmdline: Option<Line> = None,
    }
}

impl Builtin for Arguments {
    const HOME: Option<FileKind> = None;

    fn make(self, call: &Call<'_>) -> Option<Part> {
        let value = Qemu {
            container: self.container.into(),
            machine: self.machine.into(),
            cpu: self.cpu.into(),
            memory: self.memory,
            cores: self.cores.0,
            devices: self.devices.into_iter().map(String::from).collect(),
            firmware: self.firmware.into(),
            firmware_vars: self.firmware_vars.map(String::from),
            firmware_secure_boot: self.firmware_secure_boot.map(String::from),
            memory_secure_boot: self.memory_secure_boot,
            emulation_cmdline: self.emulation_cmdline.map(String::from),
        };
        Some(Part::Qemu(Made { value, site: call.site.clone() }))
    }
}
