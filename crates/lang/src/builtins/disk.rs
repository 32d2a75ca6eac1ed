//! `disk`.

use yoe_model::{Layout, RootFormat, RootSize, Size};

use crate::arguments::{Call, arguments};
use crate::builtins::Builtin;
use crate::definitions::Part;
use crate::session::FileKind;

arguments! {
    /// A layout: GPT with an EFI system partition and one root file system.
    "disk" => pub(crate) struct Arguments {
        /// The size of the EFI system partition.
        esp: Size = Size(64 << 20),
        /// The size of the root partition; `"fit"` for as much as its content needs.
        root: RootSize = RootSize::Fit,
        /// The root file system.
        format: RootFormat = RootFormat::Erofs,
    }
}

impl Builtin for Arguments {
    const HOME: Option<FileKind> = None;

    fn make(self, _call: &Call<'_>) -> Option<Part> {
        Some(Part::Layout(Layout::disk(self.esp, self.root, self.format)))
    }
}
