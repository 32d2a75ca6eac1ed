//! `yoe test`.

mod lines;

use std::path::Path;
use std::time::Duration;

use clap::Args;
use yoe_model::{Cancel, Image, ImageTest, Size};
use yoe_testbed::kernel_contract::{self, KernelJudge};
use yoe_testbed::servers::Wanted;
use yoe_testbed::suite::{self, Limits, RunError, Selection, Suite, Summary, random_seed};
use yoe_testbed::{Bootable, DeviceUnderTest, Sizes, faults, records, secure_boot};
use yoe_vm::{Accel, Credential, Login, Password};

use self::lines::Lines;
use crate::accelerator::{Wish, accelerate};
use crate::error::{CommandError, Kind};
use crate::output::Output;
use crate::project::{self, Choice, bootable, image};
use crate::{interrupt, paths, report, ui};

/// Time comes from nobody but the device itself, where nobody answers.
const NO_TIME_SERVER: (&str, &str) = ("time.servers", "127.0.0.1");

/// The arguments of `yoe test`.
#[derive(Debug, Args)]
pub struct Test {
    /// The image [default: the project's]
    pub image: Option<String>,
    /// Run only tests whose name contains this text
    pub filter: Option<String>,
    /// Leave out tests whose name contains this text; may be repeated
    #[arg(long, value_name = "TEXT")]
    pub skip: Vec<String>,
    /// The machine to run [default: the project's]
    #[arg(long)]
    pub machine: Option<String>,
    /// Size of the disk, such as 8G [default: the image's, and 2G for its data partition when it has one]
    #[arg(long)]
    pub disk: Option<Size>,
    /// Memory of the device, such as 256M, for tests that choose none [default: the machine's]
    #[arg(long)]
    pub memory: Option<Size>,
    /// Sign a copy of the disk with the project's own keys and boot with Secure Boot enabled
    #[arg(long)]
    pub secure_boot: bool,
    /// How to run the guest: with KVM or by emulation
    #[arg(long, value_enum, default_value_t)]
    pub accel: Wish,
    /// Number of power cuts of each sweep [default: the sweep's own]
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub cuts: Option<u32>,
    /// Seed for the moments of power cuts [default: random]
    #[arg(long, value_name = "NUMBER")]
    pub seed: Option<u64>,
    /// Bring faults about instead of running the image's tests: losses of power, full disks, dead engines and others; for images with
    /// workloads
    #[arg(long, value_name = "NUMBER", num_args = 0..=1, default_missing_value = "40", conflicts_with_all = ["filter", "skip", "cuts"], value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub faults: Option<u32>,
    /// Minutes after which no further test begins
    #[arg(long, value_name = "MINUTES", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub budget: Option<u32>,
    /// List the tests instead of running them
    #[arg(long)]
    pub list: bool,
}

impl Test {
    fn selection(&self) -> Selection<'_> {
        Selection { filter: self.filter.as_deref(), skip: &self.skip }
    }
}

/// Carries `yoe test` out.
pub fn run(args: &Test) -> Result<(), CommandError> {
    if args.list {
        return list(args);
    }
    let choice = Choice {
        image: args.image.as_deref(),
        machine: args.machine.as_deref(),
        secure_boot: args.secure_boot,
        servers: Wanted::All,
        ssh: false,
        chosen: &|_| Ok(()),
    };
    let seed = seed(args.seed)?;
    let mut bootable = bootable(&choice)?;
    let mut tests = tests(&bootable.image, args, seed)?;
    if args.secure_boot {
        for raised in secure_boot::raise_memory(&bootable.qemu, &mut tests) {
            let (test, asked, has) = (raised.test, raised.asked, raised.has);
            ui::warn(&format!("test {test:?}: {has} of memory instead of {asked}: the firmware needs it"));
        }
    }
    // A text that is in no test's name is reported before a machine is started.
    let names = args.selection().names(&tests).map_err(|error| CommandError::user(error.to_string()))?;
    let left_out = tests.iter().filter(|test| !names.contains(&test.name.as_str())).count();
    accelerate(&mut bootable, args.accel)?;
    let directory = records::directory(&paths::state()?, &bootable.image.name)?;
    if args.faults.is_some() {
        ui::note(&format!("faults, their order and their moments are drawn from --seed {seed}"));
    } else if suite::has_sweep(&tests) {
        ui::note(&format!("moments of power cuts are drawn from --seed {seed}"));
    }
    let summary = boot(&bootable, &tests, args, seed, &directory)?;
    // A part of the tests must not take the place of what a whole run found.
    let file = match (args.faults, args.selection().is_partial() || args.budget.is_some()) {
        (Some(_), _) => records::FAULTS,
        (None, true) => records::PART,
        (None, false) => records::WHOLE,
    };
    let memory = args.memory.unwrap_or(bootable.qemu.memory);
    let record = summary.record(bootable.tree.to_string(), bootable.accel, memory, &tests);
    records::write(&directory.join(file), &record)?;
    ui::note(&format!("console and times: {}", directory.display()));
    if let Some(count) = args.faults {
        let page = directory.join(records::FAULTS_PAGE);
        let text = report::faults_page(&bootable.image, &summary, (count, seed));
        Output::at(&page)?.write_all(text.as_bytes())?;
        ui::note(&format!("page of the faults: {}", page.display()));
    }
    ui::result(&summary.to_string());
    if left_out > 0 {
        ui::note(&format!("tests skipped: {left_out}"));
    }
    // What a budget left out is not a failure.
    let within_budget = args.budget.is_some() && summary.failed() == 0 && summary.passed() > 0;
    if summary.is_success() || within_budget {
        return Ok(());
    }
    Err(CommandError::new(Kind::TestsFailed, format!("image {:?}", bootable.image.name)))
}

fn list(args: &Test) -> Result<(), CommandError> {
    let opened = project::open(args.machine.as_deref())?;
    let (_, image) = image(&opened.project, args.image.as_deref(), "test")?;
    let tests = tests(&image, args, seed(args.seed)?)?;
    let names = args.selection().names(&tests);
    names.map_err(|error| CommandError::user(error.to_string()))?.iter().for_each(|name| ui::result(name));
    Ok(())
}

/// The image's own tests, or faults, and what belongs to the image and to this run.
fn tests(image: &Image, args: &Test, seed: u64) -> Result<Vec<ImageTest>, CommandError> {
    if let Some(count) = args.faults {
        return Ok(faults::faults(image, seed, count)?);
    }
    // Not in a list: which tests there are depends on the image alone.
    let secure_boot = (args.secure_boot && !args.list).then(secure_boot::test);
    let own = image.tests.iter().cloned();
    let mut tests: Vec<ImageTest> =
        kernel_contract::test(image).into_iter().chain(own).chain(secure_boot).collect();
    if let Some(cuts) = args.cuts {
        suite::set_cuts(&image.name, &mut tests, cuts)?;
    }
    Ok(tests)
}

fn boot(
    bootable: &Bootable,
    tests: &[ImageTest],
    args: &Test,
    seed: u64,
    records: &Path,
) -> Result<Summary, CommandError> {
    let password = Password::random()
        .map_err(|error| CommandError::config("no password could be made").because(error))?;
    let sizes = Sizes { memory: args.memory, disk: args.disk };
    let cancel = Cancel::from_flag(interrupt::flag()?);
    let mut device = DeviceUnderTest::new(bootable, &password, sizes, records, cancel)?;
    // A test must end the same whether or not the world outside can be reached.
    let (name, value) = NO_TIME_SERVER;
    let none = Credential::new(name, value)
        .map_err(|error| CommandError::config("no credential could be made").because(error))?;
    device.also(vec![none], &[]);
    if args.secure_boot {
        refuses_unsigned(&mut device)?;
    }
    let judge = KernelJudge::new(&bootable.image);
    let suite = Suite {
        tests,
        selection: args.selection(),
        login: &Login { user: "root".into(), password: password.plain().into() },
        limits: Limits {
            budget: args.budget.map(|minutes| Duration::from_secs(60 * u64::from(minutes))),
            ..Limits::of(tests, bootable.accel)
        },
        power_off: "poweroff",
        reboot: "reboot",
        seed,
        emulated: bootable.accel == Accel::Tcg,
        judge: Some(&judge),
    };
    let summary = suite::run(&suite, &mut device, &mut Lines).map_err(|error| match error {
        RunError::NoMatch(error) => CommandError::user(error.to_string()),
        RunError::Start(source) => CommandError::config("the machine could not be started").because(source),
        RunError::End(source) => CommandError::config("the machine could not be ended").because(source),
    })?;
    if let Some(disk) = records::keep_disk(bootable, &summary, records)? {
        ui::note(&format!("disk (overlay on the image): {}", disk.display()));
    }
    Ok(summary)
}

/// Whether firmware with keys refuses a disk that nobody signed. Without that, nothing else proves anything.
fn refuses_unsigned(device: &mut DeviceUnderTest<'_>) -> Result<(), CommandError> {
    let refuses = device
        .refuses_plain()
        .map_err(|error| CommandError::config("the machine could not be started").because(error))?;
    let found = if refuses { "passed" } else { "failed" };
    ui::result(&format!("test an unsigned disk does not boot ... {found}"));
    match refuses {
        true => Ok(()),
        false => Err(CommandError::new(Kind::TestsFailed, "the firmware did not refuse an unsigned disk")),
    }
}

/// The seed of a run.
fn seed(chosen: Option<u64>) -> Result<u64, CommandError> {
    chosen
        .map_or_else(random_seed, Ok)
        .map_err(|error| CommandError::config("no seed could be drawn").because(error))
}
