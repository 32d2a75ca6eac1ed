//! `machine`.

use yoe_model::{Arch, Kernel, Machine, Qemu};

use crate::arguments::text::Name;
use crate::arguments::{Call, arguments};
use crate::builtins::Builtin;
use crate::definitions::{Definition, MachineDraft, Made, Part};
use crate::session::FileKind;

arguments! {
    /// What images are made for. Machine files are evaluated first, without `ctx`.
    "machine" => pub(crate) struct Arguments {
        /// The name, as in `ctx.machine`.
        name: Name,
        /// The architecture, as in `ctx.arch`.
        arch: Arch,
        /// What it boots.
        kernel: Made<Kernel>,
        /// How QEMU stands in for it.
        qemu: Option<Made<Qemu>> = None,
        /// What it is, in one line.
        description: String = String::new(),
    }
}

impl Builtin for Arguments {
    const HOME: Option<FileKind> = Some(FileKind::Machine);

    fn make(self, call: &Call<'_>) -> Option<Part> {
        let kernel_site = self.kernel.site;
        let (qemu, qemu_site) = self.qemu.map(|made| (made.value, made.site)).unzip();
        let machine = Machine {
            name: self.name.into(),
            description: self.description,
            arch: self.arch,
            kernel: self.kernel.value,
            qemu,
            origin: call.site.origin(),
        };
        let value = MachineDraft { machine, kernel: kernel_site, qemu: qemu_site };
        call.session.define(Definition::Machine(Made { value, site: call.site.clone() }));
        None
    }
}
