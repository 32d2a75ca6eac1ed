//! `verified_ab`.

use yoe_model::{DataSize, Layout, Size};

use crate::arguments::{Call, arguments};
use crate::builtins::Builtin;
use crate::definitions::Part;
use crate::session::FileKind;

arguments! {
    /// A layout for updates in the field: GPT with an EFI system partition, two slots for read-only EROFS roots whose every
    /// block is verified (dm-verity), and a data partition that the device makes when it first starts. A build fails when a
    /// slot cannot hold the root with its hash tree times the budget's growth.
    "verified_ab" => pub(crate) struct Arguments {
        /// The size of each of the two slots.
        slot: Size = Size(256 << 20),
        /// The size of the EFI system partition: it holds a kernel for each slot.
        esp: Size = Size(128 << 20),
        /// The size of the data partition; `"fill"` for all that is left of the disk.
        data: DataSize = DataSize::Fill,
    }
}

impl Builtin for Arguments {
    const HOME: Option<FileKind> = None;

    fn make(self, _call: &Call<'_>) -> Option<Part> {
        Some(Part::Layout(Layout::verified_ab(self.esp, self.slot, self.data)))
    }
}
