//! The first run: the root file system, and its hash tree when it is verified.

use yoe_disk::Uuid;
use yoe_model::RootFormat;

use super::{DiskRequest, ToolRun, check_names, environment, quote, root_file, verity};
use crate::budget::{check_content, ext4_inodes, ext4_size, whole_mib};
use crate::identity::Identity;
use crate::root::files;
use crate::{Content, ImageError};

/// Describes the making of the root file system.
///
/// # Errors
/// When a name cannot be a file name, or the content cannot fit its partition.
pub fn root_fs(request: &DiskRequest<'_>) -> Result<ToolRun, ImageError> {
    check_names(request.image)?;
    check_content(request.image, &request.manifest.content)?;
    let mut script = format!(
        "# The root file system, from archive headers: nothing here needs privileges.\n{}\n",
        command(request)
    );
    let mut outputs = vec![root_file(request.image)];
    if request.image.layout.verity {
        script.push('\n');
        script.push_str(&verity::script(request));
        outputs.push(verity::FILE.to_owned());
    }
    let environment = environment(request.manifest.epoch);
    Ok(ToolRun { script, inputs: vec![files::ROOT.to_owned()], environment, outputs })
}

/// The command that makes an EROFS of an archive. The bytes do not depend on the number of workers. Level 9 is a sixth smaller than
/// lz4hc; level 12 takes twice as long and gains nothing more.
pub(super) fn erofs(epoch: u64, uuid: &Uuid, label: &str, to: &str, from: &str) -> String {
    format!(
        "mkfs.erofs --quiet -zzstd,level=9 -C65536 -Eztailpacking -T{epoch} -U{uuid} -L{label} --tar=f {to} {from}"
    )
}

fn command(request: &DiskRequest<'_>) -> String {
    let layout = &request.image.layout;
    let uuid = Identity::new(request.seed).root_fs;
    let to = quote(&format!("/build/dest/{}", root_file(request.image)));
    let from = format!("/build/in/{}", files::ROOT);
    match layout.format {
        RootFormat::Erofs => erofs(request.manifest.epoch, &uuid, "root", &to, &from),
        RootFormat::Ext4 => {
            let content: &Content = &request.manifest.content;
            let (size, inodes) = (whole_mib(ext4_size(layout.root, content)), ext4_inodes(content));
            format!(
                "truncate -s {size} {to}\nmke2fs -q -t ext4 -b 4096 -I 256 -N {inodes} -m 0 -J size=4 -L root -U {uuid} \\\n    -E hash_seed={uuid},lazy_itable_init=0,lazy_journal_init=0,nodiscard -d {from} {to}"
            )
        }
    }
}
