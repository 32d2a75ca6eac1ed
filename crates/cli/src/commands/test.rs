//! `yoe test`.

use std::path::Path;

use yoe_model::{ImageTest, Qemu};
use yoe_vm::test::{Cut, Limits, Reporter, RunError, Suite, Summary, TestResult, names};
use yoe_vm::{Credential, Login, Password};

use crate::args::Test;
use crate::built::image;
use crate::context::evaluate;
use crate::error::{CommandError, Kind};
use crate::kernel_test::KernelJudge;
use crate::machine::{Bootable, Choice, Servers, not_run};
use crate::test_device::{Sizes, TestDevice};
use crate::{kernel_test, records, sweeps, ui};

/// Time comes from nobody but the device itself, where nobody answers.
const NO_TIME_SERVER: (&str, &str) = ("time.servers", "127.0.0.1");

pub fn run(args: &Test) -> Result<(), CommandError> {
    if args.list {
        return list(args);
    }
    let choice = Choice {
        image: args.image.as_deref(),
        machine: args.machine.as_deref(),
        secure_boot: args.secure_boot,
        servers: Servers::All,
    };
    let mut bootable = Bootable::build(&choice)?;
    kernel_test::add(&mut bootable.image);
    sweeps::set_cuts(&mut bootable.image, args.cuts)?;
    if args.secure_boot {
        raise_memory(&bootable.qemu, &mut bootable.image.tests);
    }
    // A filter that leaves no test is told before a machine is started.
    names(&bootable.image.tests, args.filter.as_deref())
        .map_err(|error| CommandError::user(error.to_string()))?;
    let accel = bootable.accelerate(args.accel)?;
    ui::note(&accel);
    let folder = records::folder(&bootable.image.name)?;
    let summary = boot(&bootable, args, &folder)?;
    // A part of the tests must not take the place of what a whole run found.
    let file = if args.filter.is_some() { records::PART } else { records::WHOLE };
    let memory = args.memory.unwrap_or(bootable.qemu.memory);
    let record = summary.record(bootable.tree.to_string(), bootable.accel, memory, &bootable.image.tests);
    records::write(&folder.join(file), &record)?;
    ui::note(&format!("console and times: {}", folder.display()));
    ui::result(&summary.to_string());
    if summary.is_success() {
        return Ok(());
    }
    Err(CommandError::new(Kind::TestsFailed, format!("image {:?}", bootable.image.name)))
}

fn list(args: &Test) -> Result<(), CommandError> {
    let evaluated = evaluate(args.machine.as_deref())?;
    let (_, mut image) = image(&evaluated.project, args.image.as_deref(), "test")?;
    kernel_test::add(&mut image);
    sweeps::set_cuts(&mut image, args.cuts)?;
    let names = names(&image.tests, args.filter.as_deref());
    names.map_err(|error| CommandError::user(error.to_string()))?.iter().for_each(|name| ui::result(name));
    Ok(())
}

/// Firmware that verifies needs more memory than some tests ask for, and says nothing but that it is out of resources.
fn raise_memory(qemu: &Qemu, tests: &mut [ImageTest]) {
    let Some(least) = qemu.memory_secure_boot else { return };
    for test in tests {
        if let Some(asked) = test.memory.filter(|asked| *asked < least) {
            ui::note(&format!(
                "test {:?}: {least} of memory instead of {asked}: the firmware needs it",
                test.name
            ));
            test.memory = Some(least);
        }
    }
}

fn boot(bootable: &Bootable, args: &Test, records: &Path) -> Result<Summary, CommandError> {
    let password = Password::random().map_err(|error| not_run("no password could be made", error))?;
    let mut device =
        TestDevice::new(bootable, &password, Sizes { memory: args.memory, disk: args.disk }, records)?;
    // A test must end the same whether or not the world outside can be reached.
    let (name, value) = NO_TIME_SERVER;
    let none = Credential::new(name, value).map_err(|error| not_run("no credential could be made", error))?;
    device.also(vec![none], &[]);
    if args.secure_boot {
        let refuses =
            device.refuses_plain().map_err(|error| not_run("the machine could not be started", error))?;
        let found = if refuses { "passed" } else { "failed" };
        ui::result(&format!("test an unsigned disk does not boot ... {found}"));
        if !refuses {
            return Err(CommandError::new(Kind::TestsFailed, "the firmware did not refuse an unsigned disk"));
        }
    }
    let judge = KernelJudge::new(&bootable.image);
    let suite = Suite {
        tests: &bootable.image.tests,
        filter: args.filter.as_deref(),
        login: &Login { user: "root".into(), password: password.plain().into() },
        limits: Limits::of(&bootable.image.tests, bootable.accel),
        power_off: "poweroff",
        reboot: "reboot",
        seed: sweeps::seed(&bootable.image, args.seed)?,
        judge: Some(&judge),
    };
    let summary = yoe_vm::test::run(&suite, &mut device, &mut Lines).map_err(|error| match error {
        RunError::NoMatch(error) => CommandError::user(error.to_string()),
        RunError::Start(source) => not_run("the machine could not be started", source),
        RunError::End(source) => not_run("the machine could not be ended", source),
    })?;
    sweeps::keep_disk(bootable, &summary, records)?;
    Ok(summary)
}

/// One line a test, and what failed below it.
struct Lines;

impl Reporter for Lines {
    fn started(&mut self, _: &str) {}

    fn finished(&mut self, result: &TestResult) {
        ui::result(&format!(
            "test {} ... {} ({:.1} s)",
            result.name,
            result.outcome.as_str(),
            result.seconds
        ));
        if let Some(reason) = reason(result) {
            ui::result(&reason);
        }
    }

    fn cut(&mut self, cut: &Cut<'_>) {
        ui::result(&sweeps::line(cut));
    }
}

fn reason(result: &TestResult) -> Option<String> {
    let why = match &result.outcome {
        yoe_vm::test::Outcome::Passed => return None,
        yoe_vm::test::Outcome::Skipped { reason } => reason.clone(),
        yoe_vm::test::Outcome::Failed(failure) => failure.to_string(),
    };
    let origin = result.origin.as_ref().map(|origin| format!("{origin}: ")).unwrap_or_default();
    let parts = [("stdout", &result.stdout), ("stderr", &result.stderr)];
    let output = parts.iter().filter(|(_, text)| !text.trim().is_empty()).map(|(name, text)| {
        let lines: String = text.trim_end().lines().map(|line| format!("\n    | {line}")).collect();
        format!("\n    {name}:{lines}")
    });
    Some(format!("    {origin}{why}{}", output.collect::<String>()))
}
