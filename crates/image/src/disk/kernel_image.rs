//! The second run: kernel, command line and os-release in one file that firmware can start (UAPI's unified kernel image).

use yoe_model::{DataSize, Image, Machine, RootFormat, Slots};

use super::{DiskRequest, KERNEL, MadeRoot, ToolRun, efi_name, environment, kernel_file, quote, stub_file};
use crate::identity::Identity;
use crate::root::files;

/// Describes the making of the unified kernel image that opens this root.
pub fn kernel_image(request: &DiskRequest<'_>, root: &MadeRoot) -> ToolRun {
    let to = format!("/build/dest/{}", kernel_file(request.image));
    let command = [
        "ukify build".to_owned(),
        format!("--linux=/build/in/{KERNEL}"),
        format!("--cmdline={}", quote(&command_line(request, root))),
        format!("--os-release=@/build/in/{}", files::OS_RELEASE),
        format!("--efi-arch={}", efi_name(request.machine.arch)),
        format!("--stub=/{}", stub_file(request.machine)),
        format!("--output={}", quote(&to)),
    ]
    .join(" \\\n    ");
    ToolRun {
        script: format!(
            "# Kernel, command line and os-release in one file that firmware can start.\n{command}\n"
        ),
        inputs: vec![files::OS_RELEASE.to_owned(), KERNEL.to_owned()],
        environment: environment(request.manifest.epoch),
        outputs: vec![kernel_file(request.image)],
    }
}

/// The kernel command line: where the root is, then what the machine asks for.
pub fn command_line(request: &DiskRequest<'_>, root: &MadeRoot) -> String {
    let image = request.image;
    let own = match &root.verity {
        // "gpt": when the first partition table is damaged, the one at the disk's end is read.
        Some(verity) => format!("{} root=/dev/dm-0 rootfstype=erofs ro gpt{}", verity.create(), data(image)),
        None => plain(request),
    };
    match request.machine.kernel.cmdline.trim() {
        "" => own + panic(image, request.machine),
        more => format!("{own} {more}{}", panic(image, request.machine)),
    }
}

fn plain(request: &DiskRequest<'_>) -> String {
    let format = request.image.layout.format;
    let mode = match format {
        RootFormat::Erofs => "ro",
        RootFormat::Ext4 => "rw",
    };
    let root = Identity::new(request.seed).root;
    // Disks that come late get ten seconds; then the kernel panics, so that boot counting can act. Waiting without an end
    // would keep it from acting for ever.
    format!("root=PARTUUID={root} rootfstype={} {mode} rootwait=10", format.as_str())
}

/// What the device's own data service is to make of the rest of the disk.
fn data(image: &Image) -> String {
    match image.layout.data {
        None => String::new(),
        Some(DataSize::Fill) => " yoe.data=fill".to_owned(),
        Some(DataSize::Fixed(size)) => format!(" yoe.data={}", size.0),
    }
}

/// Without a reboot after a panic, the boot manager never gets to try the older version.
fn panic(image: &Image, machine: &Machine) -> &'static str {
    let given = machine.kernel.cmdline.split_whitespace().any(|word| word.starts_with("panic="));
    if image.layout.slots == Slots::Two && !given { " panic=5" } else { "" }
}
