//! What an image costs: its sizes, and what the newest run of its tests measured.

mod boot_chart;
mod comparison;
mod faults;
mod page;
mod papers;
mod table;
mod text;
mod treemap;

use serde::Serialize;
use yoe_image::{DiskManifest, Manifest};
use yoe_model::{Image, Machine, MeasureUnit};
use yoe_testbed::suite::{Figure, Moment, Record};
use yoe_vm::Accel;

use yoe_testbed::records::Newest;

pub use comparison::comparison;
pub use faults::faults_page;
pub use page::page;
pub use papers::Papers;
pub use table::table;

/// A report on an image. Sizes are in bytes, times in seconds.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// The image.
    pub image: String,
    /// Its version.
    pub version: String,
    /// The machine that it was built for.
    pub machine: String,
    /// Its architecture.
    pub arch: String,
    /// What it takes.
    pub size: Sizes,
    /// What it holds, the largest first.
    pub packages: Vec<Package>,
    /// When its first boot reached what, in order.
    pub boot: Vec<Moment>,
    /// What its tests measured.
    pub figures: Vec<Figure>,
    /// What ran the device's instructions: `tcg` is emulation, and its times are several times those of `kvm`.
    pub accel: Accel,
    /// Memory of the device.
    pub memory: Memory,
    /// How its tests ended.
    pub tests: Tests,
    /// What it is made of; absent where that was not asked, or cannot be found out.
    pub papers: Option<Papers>,
}

/// What an image takes, in bytes.
#[derive(Debug, Clone, Serialize)]
pub struct Sizes {
    /// The files of the root.
    pub installed: u64,
    /// Most that they may take; absent when the image does not say.
    pub budget: Option<u64>,
    /// The root file system as it is shipped, with its hash tree when it is verified.
    pub root: u64,
    /// The kernel image: kernel, command line and the stub that starts it.
    pub kernel: u64,
    /// Both: what an update carries.
    pub shipped: u64,
    /// The disk image. Most of it may be empty.
    pub disk: u64,
}

/// A package of the image.
#[derive(Debug, Clone, Serialize)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Bytes of its files, with those below /boot, which are in the kernel image and not in the root.
    pub bytes: u64,
}

/// Memory of the device, in bytes.
#[derive(Debug, Clone, Serialize)]
pub struct Memory {
    /// What tests had that chose none.
    pub given: u64,
    /// The least that a test chose and passed with.
    pub smallest: Option<u64>,
    /// That test.
    pub smallest_test: Option<String>,
}

/// How tests ended.
#[derive(Debug, Clone, Serialize)]
pub struct Tests {
    /// How many passed.
    pub passed: usize,
    /// How many failed.
    pub failed: usize,
    /// How many did not run.
    pub skipped: usize,
    /// Names of those that failed.
    pub failed_names: Vec<String>,
    /// Whether the image was built anew since.
    pub of_another_build: bool,
    /// Whether only some of the image's tests were run.
    pub of_some: bool,
}

impl Report {
    /// A report from an image's manifest, the size of its disk and the record of a run; `tree` is the digest of the image.
    pub fn new(
        image: &Image,
        machine: &Machine,
        DiskManifest { root: manifest, disk: made }: &DiskManifest,
        disk: u64,
        newest: &Newest,
        tree: &str,
    ) -> Self {
        let record = &newest.record;
        let (root, kernel) = (made.root.bytes, made.kernel.bytes);
        Self {
            image: manifest.image.clone(),
            version: manifest.version.clone(),
            machine: machine.name.clone(),
            arch: manifest.arch.clone(),
            size: Sizes {
                installed: manifest.content.bytes,
                budget: image.budget.map(|budget| budget.rootfs.0),
                root,
                kernel,
                shipped: root + kernel,
                disk,
            },
            packages: packages(manifest),
            boot: boot(record),
            figures: record.figures.clone(),
            accel: record.accel,
            memory: memory(record),
            tests: tests(newest, tree),
            papers: None,
        }
    }

    /// What its tests measured that is not a moment of the first boot, which is shown with the boot's others.
    fn later_figures(&self) -> impl Iterator<Item = &Figure> {
        self.figures.iter().filter(|figure| !of_first_boot(figure))
    }
}

/// Whether a figure is a moment of the first boot.
fn of_first_boot(figure: &Figure) -> bool {
    figure.unit == MeasureUnit::Uptime.as_str() && figure.boot == 0
}

fn packages(manifest: &Manifest) -> Vec<Package> {
    let package = |package: &yoe_image::Package| Package {
        name: package.name.clone(),
        version: package.version.clone(),
        bytes: package.installed_size,
    };
    let mut packages: Vec<Package> = manifest.packages.iter().map(package).collect();
    packages.sort_by(|one, other| other.bytes.cmp(&one.bytes).then_with(|| one.name.cmp(&other.name)));
    packages
}

/// The first boot, with the moments that tests measured on it.
fn boot(record: &Record) -> Vec<Moment> {
    let mut moments = record.boots.first().map(|boot| boot.milestones.clone()).unwrap_or_default();
    // The end of the boot is not a part of it.
    moments.retain(|moment| moment.name != "off");
    let measured = record.figures.iter().filter(|figure| of_first_boot(figure));
    moments.extend(measured.map(|figure| Moment { name: figure.name.clone(), seconds: figure.value }));
    moments.sort_by(|one, other| one.seconds.total_cmp(&other.seconds));
    moments
}

fn memory(record: &Record) -> Memory {
    let smallest = record.smallest_memory();
    Memory {
        given: record.memory,
        smallest: smallest.and_then(|test| test.memory),
        smallest_test: smallest.map(|test| test.name.clone()),
    }
}

fn tests(newest: &Newest, tree: &str) -> Tests {
    let record = &newest.record;
    let failed = record.tests.iter().filter(|test| test.outcome == "failed");
    let count = |outcome: &str| record.tests.iter().filter(|test| test.outcome == outcome).count();
    Tests {
        passed: count("passed"),
        failed: count("failed"),
        skipped: count("skipped"),
        failed_names: failed.map(|test| test.name.clone()).collect(),
        of_another_build: record.image != tree,
        of_some: newest.of_some,
    }
}

#[cfg(test)]
mod tests;
