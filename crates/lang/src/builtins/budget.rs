//! `budget`.

use yoe_model::{Budget, Size};

use crate::arguments::numbers::Growth;
use crate::arguments::{Call, arguments};
use crate::builtins::Builtin;
use crate::definitions::Part;
use crate::session::FileKind;

arguments! {
    /// Limits on what an image may need; the build fails beyond them.
    "budget" => pub(crate) struct Arguments {
        /// The largest sum of installed file sizes.
        rootfs: Size,
        /// How much the root may grow: a fixed root partition must hold it times this.
        growth: Growth = Growth(1.0),
        /// The smallest disk that the image is installed on. It must hold what its workloads need, of two versions.
        disk: Option<Size> = None,
    }
}

impl Builtin for Arguments {
    const HOME: Option<FileKind> = None;

    fn make(self, _call: &Call<'_>) -> Option<Part> {
        Some(Part::Budget(Budget { rootfs: self.rootfs, growth: self.growth.0, disk: self.disk }))
    }
}
