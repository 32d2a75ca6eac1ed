//! The first run: the root file system and the unified kernel image.

use yoe_model::{Layout, RootFormat};

use super::{
    DiskRequest, KERNEL, ToolRun, check_names, command_line, efi_name, environment, kernel_file, quote,
    root_file,
};
use crate::budget::{check_content, ext4_inodes, ext4_size, whole_mib};
use crate::identity::Identity;
use crate::root::files;
use crate::{Content, ImageError};

/// Describes the making of root file system and unified kernel image.
///
/// # Errors
/// When a name cannot be a file name, or the content cannot fit its partition.
pub fn parts(request: &DiskRequest<'_>) -> Result<ToolRun, ImageError> {
    check_names(request.image)?;
    check_content(request.image, &request.manifest.content)?;
    let script = format!(
        "# The root file system, from archive headers: nothing here needs privileges.\n{}\n\n# Kernel, command line and os-release in one file that firmware can start.\n{}\n",
        root_command(request),
        kernel_command(request)
    );
    Ok(ToolRun {
        script,
        inputs: vec![files::ROOT, files::OS_RELEASE, KERNEL],
        environment: environment(request.manifest.epoch),
        outputs: vec![root_file(request.image), kernel_file(request.image)],
    })
}

fn root_command(request: &DiskRequest<'_>) -> String {
    let Layout::Disk { format, root, .. } = request.image.layout;
    let uuid = Identity::new(request.seed).root_fs;
    let to = quote(&format!("/build/dest/{}", root_file(request.image)));
    let from = format!("/build/in/{}", files::ROOT);
    match format {
        // The bytes do not depend on the number of workers. Level 9 is a sixth smaller than lz4hc; level 12 takes twice
        // as long and gains nothing more.
        RootFormat::Erofs => format!(
            "mkfs.erofs --quiet -zzstd,level=9 -C65536 -Eztailpacking -T{} -U{uuid} -Lroot --tar=f {to} {from}",
            request.manifest.epoch
        ),
        RootFormat::Ext4 => {
            let content: &Content = &request.manifest.content;
            let (size, inodes) = (whole_mib(ext4_size(root, content)), ext4_inodes(content));
            format!(
                "truncate -s {size} {to}\nmke2fs -q -t ext4 -b 4096 -I 256 -N {inodes} -m 0 -J size=4 -L root -U {uuid} \\\n    -E hash_seed={uuid},lazy_itable_init=0,lazy_journal_init=0,nodiscard -d {from} {to}"
            )
        }
    }
}

fn kernel_command(request: &DiskRequest<'_>) -> String {
    let cmdline = command_line(request.image, request.machine, request.seed);
    let to = format!("/build/dest/{}", kernel_file(request.image));
    [
        "ukify build".to_owned(),
        format!("--linux=/build/in/{KERNEL}"),
        format!("--cmdline={}", quote(&cmdline)),
        format!("--os-release=@/build/in/{}", files::OS_RELEASE),
        format!("--efi-arch={}", efi_name(request.machine.arch)),
        format!("--stub=/usr/lib/systemd/boot/efi/linux{}.efi.stub", efi_name(request.machine.arch)),
        format!("--output={}", quote(&to)),
    ]
    .join(" \\\n    ")
}
