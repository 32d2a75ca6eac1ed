//! What the runs left: sizes and hashes on which the next ones depend.

use std::path::Path;

use yoe_model::Image;

use super::{Verity, kernel_file, root_file};
use crate::ImageError;

/// A root file system that was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MadeRoot {
    /// Its size in bytes, with the hash tree.
    pub bytes: u64,
    /// How it is verified, in a layout that does so.
    pub verity: Option<Verity>,
}

impl MadeRoot {
    /// Measures what the run of [`super::root_fs`] left in its output directory.
    ///
    /// # Errors
    /// When it is not there, or not what the run describes.
    pub fn in_directory(directory: &Path, image: &Image) -> Result<Self, ImageError> {
        let bytes = size(directory, &root_file(image))?;
        let verity = image.layout.verity.then(|| Verity::in_directory(directory, image)).transpose()?;
        Ok(Self { bytes, verity })
    }
}

/// The parts of a disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Measured {
    /// The root file system.
    pub root: MadeRoot,
    /// Size of the unified kernel image in bytes.
    pub kernel: u64,
}

impl Measured {
    /// Measures what the run of [`super::kernel_image`] left in its output directory, next to this root.
    ///
    /// # Errors
    /// When it is not there.
    pub fn in_directory(directory: &Path, image: &Image, root: MadeRoot) -> Result<Self, ImageError> {
        Ok(Self { root, kernel: size(directory, &kernel_file(image))? })
    }
}

fn size(directory: &Path, name: &str) -> Result<u64, ImageError> {
    let path = directory.join(name);
    let length = yoe_tree::regular(&path).and_then(|file| file.metadata()).map(|data| data.len());
    length.map_err(ImageError::io("measure", &path))
}
