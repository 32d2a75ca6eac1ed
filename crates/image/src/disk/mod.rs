//! The disk, as a description: what to run with the image tools, and on what.

mod assemble;
mod boot_program;
mod geometry;
mod kernel_image;
mod measure;
mod record;
mod root_fs;
mod shell;
mod verity;
mod workloads;

use std::collections::BTreeMap;

use yoe_model::{Arch, Digest, Image, Machine};

pub use assemble::disk;
pub use boot_program::{BOOT_PROGRAM_HEAD, boot_manager_file, check_boot_program, stub_file};
pub use geometry::{Geometry, Place};
pub use kernel_image::{command_line, kernel_image};
pub use measure::{MadeRoot, Measured};
pub(crate) use record::digest;
pub use record::write_manifest;
pub use root_fs::root_fs;
pub(crate) use shell::quote;
pub use verity::Verity;
pub use workloads::workloads;

use crate::{ImageError, Manifest};

/// What a disk is described from.
#[derive(Debug, Clone, Copy)]
pub struct DiskRequest<'a> {
    /// The image.
    pub image: &'a Image,
    /// The machine that it is for.
    pub machine: &'a Machine,
    /// What [`crate::root::assemble`] said of the root.
    pub manifest: &'a Manifest,
    /// What identifiers derive from: the digest of all that goes into the disk.
    pub seed: Digest,
}

/// A run of the image tools, as data.
///
/// The caller gives the script to `sh -eu` in a sandbox of the image's container: user 0 of a user namespace, no network,
/// `inputs` read-only at `/build/in/<name>`, an output directory at `/build/dest`, and a writable `/tmp`. The runs of one
/// image share the output directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolRun {
    /// Shell text.
    pub script: String,
    /// Names of the files below `/build/in`.
    pub inputs: Vec<String>,
    /// Every variable that the script sees.
    pub environment: BTreeMap<String, String>,
    /// Names of the files that it leaves below `/build/dest`.
    pub outputs: Vec<String>,
}

/// The kernel's name among the inputs; the other inputs are named in [`crate::root::files`].
pub const KERNEL: &str = "vmlinuz";
/// Where a kernel unit's package or tree holds it.
pub const KERNEL_PATH: &str = "boot/vmlinuz";
/// The boot manager's directory among the inputs, for an image that takes it from a container of its own.
pub const BOOT_MANAGER: &str = "boot-manager";
/// Where a container holds it.
pub const BOOT_MANAGER_PATH: &str = "usr/lib/systemd/boot/efi";

/// The file name of an image's disk.
pub fn disk_file(image: &Image) -> String {
    format!("{}.img", image.name)
}

/// The file name of an image's unified kernel image.
pub fn kernel_file(image: &Image) -> String {
    format!("{}.efi", image.name)
}

/// The file name of an image's manifest.
pub fn manifest_file(image: &Image) -> String {
    format!("{}.manifest.json", image.name)
}

/// The file name of an image's root file system.
pub fn root_file(image: &Image) -> String {
    format!("root.{}", image.layout.format.as_str())
}

/// Where the EFI system partition holds an image's unified kernel image, by the Boot Loader Specification.
pub fn entry(image: &Image) -> String {
    format!("EFI/Linux/{}_{}.efi", image.name, image.version)
}

/// The suffix by which UEFI and systemd-boot name an architecture.
fn efi_name(arch: Arch) -> &'static str {
    match arch {
        Arch::X86_64 => "x64",
        Arch::Aarch64 => "aa64",
    }
}

fn environment(epoch: u64) -> BTreeMap<String, String> {
    let fixed = [
        ("PATH", "/usr/sbin:/usr/bin:/sbin:/bin"),
        ("HOME", "/tmp"),
        ("TMPDIR", "/tmp"),
        ("LC_ALL", "C.UTF-8"),
        ("TZ", "UTC"),
        // mtools compares any disk size with the geometries of old floppy drives.
        ("MTOOLS_SKIP_CHECK", "1"),
    ];
    let mut all: BTreeMap<_, _> = fixed.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    all.insert("SOURCE_DATE_EPOCH".to_owned(), epoch.to_string());
    all
}

/// Names and versions become file names and fields of os-release(5), which allows these letters alone.
fn check_names(image: &Image) -> Result<(), ImageError> {
    let fields = [("name", &image.name), ("version", &image.version)];
    for (field, value) in fields {
        let plain = value.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c));
        if !plain || !value.starts_with(|c: char| c.is_ascii_alphanumeric()) {
            return Err(ImageError::Field {
                origin: image.origin.clone(),
                image: image.name.clone(),
                field,
                value: value.clone(),
                problem: "cannot be a file name: expected lower-case letters, digits, \".\", \"_\" and \"-\"",
            });
        }
    }
    Ok(())
}

#[cfg(test)]
pub(crate) mod tests;
