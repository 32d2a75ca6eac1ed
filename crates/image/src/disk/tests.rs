use yoe_model::{
    Arch, Budget, DataSize, Digest, Image, Kernel, Layout, Machine, Origin, RootFormat, RootSize, Size,
};

use super::*;
use crate::Content;

const MIB: u64 = 1 << 20;

pub(crate) fn origin(file: &str) -> Origin {
    Origin { file: file.to_owned(), line: 3, column: 1 }
}

pub(crate) fn image() -> Image {
    let layout = Layout::disk(Size(64 * MIB), RootSize::Fit, RootFormat::Erofs);
    Image {
        version: "0.1.0".into(),
        description: "test".into(),
        artifacts: vec!["base-files".into(), "busybox".into()],
        container: "image-tools".into(),
        ..Image::new("base-image", layout, origin("images/base-image.star"))
    }
}

fn machine() -> Machine {
    let kernel = Kernel { unit: "linux".into(), cmdline: "console=ttyS0 panic=5".into() };
    Machine::new("qemu-x86_64", Arch::X86_64, kernel, origin("machines/qemu-x86_64.star"))
}

fn manifest() -> Manifest {
    Manifest {
        workloads: Vec::new(),
        format: 1,
        image: "base-image".into(),
        version: "0.1.0".into(),
        arch: "x86_64".into(),
        epoch: 1_750_000_000,
        content: Content { files: 100, directories: 50, links: 300, bytes: 5 * MIB, blocks: 1400 },
        packages: vec![],
        services: vec![],
    }
}

fn verified(slot: u64, esp: u64) -> Image {
    let layout = Layout::verified_ab(Size(esp * MIB), Size(slot * MIB), DataSize::Fixed(Size(1 << 30)));
    Image { layout, ..image() }
}

fn verity() -> Verity {
    Verity { root_hash: Digest::of(b"root"), salt: Digest::of(b"salt"), data_blocks: 760 }
}

fn cmdline(image: &Image, root: &MadeRoot, change: impl FnOnce(&mut Machine)) -> String {
    let (mut machine, manifest) = (machine(), manifest());
    change(&mut machine);
    command_line(
        &DiskRequest { image, machine: &machine, manifest: &manifest, seed: Digest::of(b"seed") },
        root,
    )
}

fn with(
    image: &Image,
    describe: impl Fn(&DiskRequest<'_>) -> Result<ToolRun, ImageError>,
) -> Result<ToolRun, ImageError> {
    let (machine, manifest) = (machine(), manifest());
    describe(&DiskRequest { image, machine: &machine, manifest: &manifest, seed: Digest::of(b"seed") })
}

fn shown(run: &ToolRun) -> String {
    let variables: Vec<_> = run.environment.iter().map(|(name, value)| format!("{name}={value}")).collect();
    format!(
        "inputs: {}\noutputs: {}\n{}\n---\n{}",
        run.inputs.join(" "),
        run.outputs.join(" "),
        variables.join("\n"),
        run.script
    )
}

const ROOT: MadeRoot = MadeRoot { bytes: 3 * MIB + 4096, verity: None };
const MEASURED: Measured = Measured { root: ROOT, kernel: 7 * MIB };

#[test]
fn an_erofs_root() {
    insta::assert_snapshot!(shown(&with(&image(), root_fs).unwrap()));
}

#[test]
fn a_verified_root() {
    insta::assert_snapshot!(shown(&with(&verified(256, 128), root_fs).unwrap()));
}

#[test]
fn a_kernel_image() {
    insta::assert_snapshot!(shown(&with(&image(), |request| Ok(kernel_image(request, &ROOT))).unwrap()));
}

#[test]
fn workloads_that_can_be_updated_alone() {
    use crate::WorkloadPart;
    let (machine, image) = (machine(), verified(8, 48));
    let part = |name: &str| WorkloadPart { name: name.into(), version: "1.2".into(), unpacked: 5 };
    let manifest = Manifest { workloads: vec![part("page"), part("shop")], ..manifest() };
    let request = |manifest, seed: &[u8]| {
        workloads(&DiskRequest { image: &image, machine: &machine, manifest, seed: Digest::of(seed) })
    };
    let run = request(&manifest, b"seed").unwrap();
    // The same whatever the rest of the disk is.
    assert_eq!(run, request(&manifest, b"another").unwrap());
    assert_eq!(request(&self::manifest(), b"seed"), None);
    insta::assert_snapshot!(shown(&run));
}

#[test]
fn a_verified_disk() {
    let measured = Measured { root: MadeRoot { verity: Some(verity()), ..ROOT }, kernel: 7 * MIB };
    insta::assert_snapshot!(shown(&with(&verified(8, 48), |request| disk(request, &measured)).unwrap()));
}

#[test]
fn the_kernel_opens_a_verified_root_and_never_waits_for_ever() {
    let root = MadeRoot { verity: Some(verity()), ..ROOT };
    insta::assert_snapshot!(cmdline(&verified(8, 48), &root, |_| {}), @r#"dm-mod.create="yoe-root,,,ro,0 6080 verity 1 PARTUUID=4813494d-137e-1631-bba3-01d5acab6e7b PARTUUID=4813494d-137e-1631-bba3-01d5acab6e7b 4096 4096 760 760 sha256 4813494d137e1631bba301d5acab6e7bb7aa74ce1185d456565ef51d737677b2 63479ad69a090b258277ec8fba6f99419a2ffb248981510657c944ccd1148e97 1 panic_on_corruption" root=/dev/dm-0 rootfstype=erofs ro gpt yoe.data=1073741824 console=ttyS0 panic=5"#);
    let fill = Layout::verified_ab(Size(0), Size(0), DataSize::Fill);
    let words = cmdline(&Image { layout: fill, ..image() }, &root, |machine| machine.kernel.cmdline.clear());
    assert!(words.ends_with(" ro gpt yoe.data=fill panic=5"), "a panic must reboot: {words}");
    assert!(!words.contains("wait"), "{words}");
}

#[test]
fn an_ext4_root() {
    let mut image = image();
    image.layout = Layout::disk(Size(64 * MIB), RootSize::Fixed(Size(128 * MIB)), RootFormat::Ext4);
    insta::assert_snapshot!(shown(&with(&image, root_fs).unwrap()));
}

#[test]
fn the_disk() {
    insta::assert_snapshot!(shown(&with(&image(), |request| disk(request, &MEASURED)).unwrap()));
}

#[test]
fn a_command_line_cannot_leave_its_word() {
    let (mut machine, manifest, image) = (machine(), manifest(), image());
    machine.kernel.cmdline = "quiet'; rm -rf /; '".into();
    let request =
        DiskRequest { image: &image, machine: &machine, manifest: &manifest, seed: Digest::of(b"") };
    let run = kernel_image(&request, &ROOT);
    assert!(run.script.contains(r"quiet'\''; rm -rf /; '\'''"), "{}", run.script);
}

#[test]
fn a_slot_too_small() {
    let mut image = image();
    image.layout = Layout::disk(Size(64 * MIB), RootSize::Fixed(Size(4 * MIB)), RootFormat::Erofs);
    assert!(Geometry::new(&image, &MEASURED).is_ok());
    image.budget = Some(Budget { rootfs: Size(100 * MIB), growth: 1.5, disk: None });
    insta::assert_snapshot!(Geometry::new(&image, &MEASURED).unwrap_err(), @r#"images/base-image.star:3:1: the root file system of image "base-image" needs 5M (3.0M times growth 1.5), its partition has 4M; raise root = … of the layout, or take packages out"#);
    image.layout = Layout::disk(Size(64 * MIB), RootSize::Fixed(Size(3 * MIB)), RootFormat::Erofs);
    image.budget = None;
    insta::assert_snapshot!(Geometry::new(&image, &MEASURED).unwrap_err(), @r#"images/base-image.star:3:1: the root file system of image "base-image" needs 4M, its partition has 3M; raise root = … of the layout, or take packages out"#);
}

#[test]
fn an_ext4_slot_too_small_is_known_before_it_is_made() {
    let mut image = image();
    image.layout = Layout::disk(Size(64 * MIB), RootSize::Fixed(Size(8 * MIB)), RootFormat::Ext4);
    insta::assert_snapshot!(with(&image, root_fs).unwrap_err(), @r#"images/base-image.star:3:1: the root file system of image "base-image" needs 12M, its partition has 8M; raise root = … of the layout, or take packages out"#);
}

#[test]
fn an_esp_too_small() {
    let mut image = image();
    image.layout = Layout::disk(Size(40 * MIB), RootSize::Fit, RootFormat::Erofs);
    assert!(Geometry::new(&image, &MEASURED).is_ok());
    let large = Measured { kernel: 40 * MIB, ..MEASURED };
    insta::assert_snapshot!(Geometry::new(&image, &large).unwrap_err(), @r#"images/base-image.star:3:1: the EFI system partition of image "base-image" needs 42M, it has 40M; raise esp = … of the layout"#);
    image.layout = Layout::disk(Size(16 * MIB), RootSize::Fit, RootFormat::Erofs);
    insta::assert_snapshot!(Geometry::new(&image, &MEASURED).unwrap_err(), @r#"images/base-image.star:3:1: the EFI system partition of image "base-image" needs 34M, it has 16M; raise esp = … of the layout"#);
}

#[test]
fn a_version_that_cannot_be_a_file_name() {
    let mut image = image();
    image.version = "1.0/../x".into();
    insta::assert_snapshot!(with(&image, root_fs).unwrap_err(), @r#"images/base-image.star:3:1: version "1.0/../x" of image "base-image" cannot be a file name: expected lower-case letters, digits, ".", "_" and "-""#);
}

#[test]
fn partitions_lie_one_after_the_other() {
    let place = |start: u64, size: u64| Place { start: start * MIB, size: size * MIB };
    let plain = Geometry { esp: place(1, 64), roots: vec![place(65, 4)], disk_size: 70 * MIB };
    assert_eq!(Geometry::new(&image(), &MEASURED).unwrap(), plain);
    let slots = Geometry { esp: place(1, 48), roots: vec![place(49, 8), place(57, 8)], disk_size: 66 * MIB };
    assert_eq!(Geometry::new(&verified(8, 48), &MEASURED).unwrap(), slots);
}

#[test]
fn a_verified_slot_must_hold_the_root_times_growth() {
    let mut image = verified(5, 48);
    image.budget = Some(Budget { rootfs: Size(100 * MIB), growth: 1.5, disk: None });
    assert!(Geometry::new(&image, &MEASURED).is_ok());
    image.budget = Some(Budget { rootfs: Size(100 * MIB), growth: 2.0, disk: None });
    insta::assert_snapshot!(Geometry::new(&image, &MEASURED).unwrap_err(), @r#"images/base-image.star:3:1: the root file system of image "base-image" needs 7M (3.0M times growth 2), its partition has 5M; raise slot = … of the layout, or take packages out"#);
}

#[test]
fn an_esp_holds_a_kernel_for_each_slot() {
    let large = Measured { kernel: 30 * MIB, ..MEASURED };
    let disk = Layout::disk(Size(48 * MIB), RootSize::Fit, RootFormat::Erofs);
    assert!(Geometry::new(&Image { layout: disk, ..image() }, &large).is_ok());
    insta::assert_snapshot!(Geometry::new(&verified(8, 48), &large).unwrap_err(), @r#"images/base-image.star:3:1: the EFI system partition of image "base-image" needs 62M (a kernel for each of 2 slots), it has 48M; raise esp = … of the layout"#);
}
