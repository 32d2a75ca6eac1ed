use yoe_model::{Arch, Budget, Digest, Image, Kernel, Layout, Machine, Origin, RootFormat, RootSize, Size};

use super::*;
use crate::Content;

const MIB: u64 = 1 << 20;

pub(crate) fn origin(file: &str) -> Origin {
    Origin { file: file.to_owned(), line: 3, column: 1 }
}

pub(crate) fn image() -> Image {
    Image {
        name: "base-image".into(),
        version: "0.1.0".into(),
        description: "test".into(),
        artifacts: vec!["base-files".into(), "busybox".into()],
        layout: Layout::Disk { esp: Size(64 * MIB), root: RootSize::Fit, format: RootFormat::Erofs },
        container: "image-tools".into(),
        tests: vec![],
        registry: None,
        budget: None,
        hostname: "yoe".into(),
        kernel_contract: vec![],
        origin: origin("images/base-image.star"),
    }
}

fn machine() -> Machine {
    Machine {
        name: "qemu-x86_64".into(),
        description: String::new(),
        arch: Arch::X86_64,
        kernel: Kernel { unit: "linux".into(), cmdline: "console=ttyS0 panic=5".into() },
        qemu: None,
        origin: origin("machines/qemu-x86_64.star"),
    }
}

fn manifest() -> Manifest {
    Manifest {
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

const MEASURED: Measured = Measured { root: 3 * MIB + 4096, kernel: 7 * MIB };

#[test]
fn the_parts_with_erofs() {
    insta::assert_snapshot!(shown(&with(&image(), parts).unwrap()));
}

#[test]
fn the_parts_with_ext4() {
    let mut image = image();
    image.layout = Layout::Disk {
        esp: Size(64 * MIB),
        root: RootSize::Fixed(Size(128 * MIB)),
        format: RootFormat::Ext4,
    };
    insta::assert_snapshot!(shown(&with(&image, parts).unwrap()));
}

#[test]
fn the_disk() {
    insta::assert_snapshot!(shown(&with(&image(), |request| disk(request, &MEASURED)).unwrap()));
}

#[test]
fn a_command_line_cannot_leave_its_word() {
    let (mut machine, manifest, image) = (machine(), manifest(), image());
    machine.kernel.cmdline = "quiet'; rm -rf /; '".into();
    let run =
        parts(&DiskRequest { image: &image, machine: &machine, manifest: &manifest, seed: Digest::of(b"") })
            .unwrap();
    assert!(run.script.contains(r"quiet'\''; rm -rf /; '\'''"), "{}", run.script);
}

#[test]
fn a_slot_too_small() {
    let mut image = image();
    image.layout =
        Layout::Disk { esp: Size(64 * MIB), root: RootSize::Fixed(Size(4 * MIB)), format: RootFormat::Erofs };
    assert!(Geometry::new(&image, &MEASURED).is_ok());
    image.budget = Some(Budget { rootfs: Size(100 * MIB), growth: 1.5 });
    insta::assert_snapshot!(Geometry::new(&image, &MEASURED).unwrap_err(), @r#"images/base-image.star:3:1: the root file system of image "base-image" needs 5M (3.0M times growth 1.5), its partition has 4M; raise root = … of the layout, or take packages out"#);
    image.layout =
        Layout::Disk { esp: Size(64 * MIB), root: RootSize::Fixed(Size(3 * MIB)), format: RootFormat::Erofs };
    image.budget = None;
    insta::assert_snapshot!(Geometry::new(&image, &MEASURED).unwrap_err(), @r#"images/base-image.star:3:1: the root file system of image "base-image" needs 4M, its partition has 3M; raise root = … of the layout, or take packages out"#);
}

#[test]
fn an_ext4_slot_too_small_is_known_before_it_is_made() {
    let mut image = image();
    image.layout =
        Layout::Disk { esp: Size(64 * MIB), root: RootSize::Fixed(Size(8 * MIB)), format: RootFormat::Ext4 };
    insta::assert_snapshot!(with(&image, parts).unwrap_err(), @r#"images/base-image.star:3:1: the root file system of image "base-image" needs 12M, its partition has 8M; raise root = … of the layout, or take packages out"#);
}

#[test]
fn an_esp_too_small() {
    let mut image = image();
    image.layout = Layout::Disk { esp: Size(40 * MIB), root: RootSize::Fit, format: RootFormat::Erofs };
    assert!(Geometry::new(&image, &MEASURED).is_ok());
    let large = Measured { kernel: 40 * MIB, ..MEASURED };
    insta::assert_snapshot!(Geometry::new(&image, &large).unwrap_err(), @r#"images/base-image.star:3:1: the EFI system partition of image "base-image" needs 42M, it has 40M; raise esp = … of the layout"#);
    image.layout = Layout::Disk { esp: Size(16 * MIB), root: RootSize::Fit, format: RootFormat::Erofs };
    insta::assert_snapshot!(Geometry::new(&image, &MEASURED).unwrap_err(), @r#"images/base-image.star:3:1: the EFI system partition of image "base-image" needs 34M, it has 16M; raise esp = … of the layout"#);
}

#[test]
fn a_version_that_cannot_be_a_file_name() {
    let mut image = image();
    image.version = "1.0/../x".into();
    insta::assert_snapshot!(with(&image, parts).unwrap_err(), @r#"images/base-image.star:3:1: version "1.0/../x" of image "base-image" cannot be a file name: expected lower-case letters, digits, ".", "_" and "-""#);
}

#[test]
fn partitions_lie_one_after_the_other() {
    let geometry = Geometry::new(&image(), &MEASURED).unwrap();
    let expected = Geometry {
        esp_start: MIB,
        esp_size: 64 * MIB,
        root_start: 65 * MIB,
        root_size: 4 * MIB,
        disk_size: 70 * MIB,
    };
    assert_eq!(geometry, expected);
}
