//! The third run: the EFI system partition, the partition table, and everything in its place.

use yoe_disk::partition::{ESP_TYPE, ROOT_AARCH64_TYPE, ROOT_X86_64_TYPE, Slot, empty};
use yoe_model::{Arch, Image, RootFormat};

use super::{
    BOOT_MANAGER, BOOT_MANAGER_PATH, DiskRequest, Geometry, Measured, Place, ToolRun, disk_file, efi_name,
    entry, environment, kernel_file, quote, root_file,
};
use crate::ImageError;
use crate::budget::MIB;
use crate::identity::Identity;

/// What systemd-boot reads: start the newest entry at once.
const LOADER_CONF: &str = "timeout 0\neditor no\n";
const SECTOR: u64 = 512;

/// Describes the making of the disk from parts of these sizes, which lie in the output directory.
///
/// # Errors
/// When a part does not fit its partition.
pub fn disk(request: &DiskRequest<'_>, measured: &Measured) -> Result<ToolRun, ImageError> {
    let geometry = Geometry::new(request.image, measured)?;
    let image = request.image;
    let script = [
        paths(image),
        esp(request, &geometry),
        table(request, measured, &geometry),
        copies(image, &geometry),
    ]
    .join("\n");
    let environment = environment(request.manifest.epoch);
    let inputs = image.boot_manager.iter().map(|_| BOOT_MANAGER.to_owned()).collect();
    Ok(ToolRun { script, inputs, environment, outputs: vec![disk_file(image)] })
}

fn paths(image: &Image) -> String {
    format!("disk={}\nwork=$(mktemp -d)\n", quote(&format!("/build/dest/{}", disk_file(image))))
}

fn esp(request: &DiskRequest<'_>, geometry: &Geometry) -> String {
    let (image, efi) = (request.image, efi_name(request.machine.arch));
    let serial = Identity::new(request.seed).esp_serial;
    let kernel = quote(&format!("/build/dest/{}", kernel_file(image)));
    // The entry has no counter: what was installed with the disk is known to be good.
    let entry = quote(&format!("::/{}", entry(image)));
    let manager = match image.boot_manager {
        Some(_) => format!("/build/in/{BOOT_MANAGER}"),
        None => format!("/{BOOT_MANAGER_PATH}"),
    };
    // One sector a cluster: with more, a partition of this size would have too few for FAT32. Without -m, mcopy dates files
    // by SOURCE_DATE_EPOCH. The order of the copies is that of the clusters.
    format!(
        "# The EFI system partition: boot manager, its configuration, the kernel.\n\
         truncate -s {} \"$work/esp.img\"\n\
         mkfs.vfat --invariant -F 32 -S 512 -s 1 -i {serial:08x} -n ESP \"$work/esp.img\" >/dev/null\n\
         printf {} >\"$work/loader.conf\"\n\
         mmd -i \"$work/esp.img\" ::/EFI ::/EFI/BOOT ::/EFI/Linux ::/loader\n\
         mcopy -i \"$work/esp.img\" {manager}/systemd-boot{efi}.efi ::/EFI/BOOT/BOOT{}.EFI\n\
         mcopy -i \"$work/esp.img\" \"$work/loader.conf\" ::/loader/loader.conf\n\
         mcopy -i \"$work/esp.img\" {kernel} {entry}\n",
        geometry.esp.size,
        quote(&LOADER_CONF.replace('\n', "\\n")),
        efi.to_uppercase(),
    )
}

/// Partition types of the UAPI Discoverable Partitions Specification.
fn root_type(arch: Arch) -> &'static str {
    match arch {
        Arch::X86_64 => ROOT_X86_64_TYPE,
        Arch::Aarch64 => ROOT_AARCH64_TYPE,
    }
}

fn table(request: &DiskRequest<'_>, measured: &Measured, geometry: &Geometry) -> String {
    let identity = Identity::new(request.seed);
    let place = |place: &Place| format!("start={}, size={}", place.start / SECTOR, place.size / SECTOR);
    let (kind, attributes) = (root_type(request.machine.arch), attributes(request.image));
    let roots = match &measured.root.verity {
        None => vec![("root", identity.root.to_string())],
        Some(verity) => vec![
            (Slot::A.partition(), verity.partition().to_string()),
            (Slot::B.partition(), empty(Slot::B).to_string()),
        ],
    };
    let lines: String = roots
        .into_iter()
        .zip(&geometry.roots)
        .map(|((name, uuid), root)| {
            format!("{}, type={kind}, uuid={uuid}, name=\"{name}\"{attributes}\n", place(root))
        })
        .collect();
    format!(
        "# The partition table (GPT).\n\
         truncate -s {} \"$disk\"\n\
         sfdisk --quiet --no-reread --no-tell-kernel \"$disk\" <<'END'\n\
         label: gpt\n\
         label-id: {}\n\
         unit: sectors\n\
         sector-size: 512\n\
         first-lba: 2048\n\
         {}, type={ESP_TYPE}, uuid={}, name=\"esp\"\n\
         {lines}END\n",
        geometry.disk_size,
        identity.disk,
        place(&geometry.esp),
        identity.esp,
    )
}

/// A file system that cannot be written is marked so (bit 60), for tools that would mount it otherwise.
fn attributes(image: &Image) -> &'static str {
    match image.layout.format {
        RootFormat::Erofs => ", attrs=\"GUID:60\"",
        RootFormat::Ext4 => "",
    }
}

fn copies(image: &Image, geometry: &Geometry) -> String {
    let copy = |from: &str, to: &Place| {
        format!("dd if={from} of=\"$disk\" bs=1M seek={} conv=notrunc,sparse status=none\n", to.start / MIB)
    };
    let root = quote(&format!("/build/dest/{}", root_file(image)));
    [
        "# The file systems into their places; holes stay holes.\n".to_owned(),
        copy("\"$work/esp.img\"", &geometry.esp),
        geometry.roots.iter().take(1).map(|place| copy(&root, place)).collect(),
        "rm -r \"$work\"\n".to_owned(),
    ]
    .concat()
}
