//! dm-verity: the hash tree behind a root file system, its root hash, and how the kernel command line names them.
//!
//! Hash type 1, SHA-256, blocks of 4096 bytes, no superblock: what
//! `veritysetup format --no-superblock --salt=S --data-blocks=N --hash-offset=N*4096` makes.

mod cmdline;
mod tree;

pub use cmdline::{CmdlineError, Root};
pub use tree::{Tree, TreeBuilder, tree_size};

/// Bytes of a data block and of a hash block.
pub const BLOCK: usize = 4096;
