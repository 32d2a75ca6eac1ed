//! `yoe test`.

use std::fs::{self, File};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use yoe_vm::test::{Limits, Reporter, Suite, Summary, TestResult, names};
use yoe_vm::{BootLog, Cancel, Login, Password, RunOptions, Vm, VmConfig};

use crate::args::Test;
use crate::context::evaluate;
use crate::error::{CommandError, Kind};
use crate::machine::{Bootable, Choice, not_run};
use crate::{interrupt, paths, ui};

pub fn run(args: &Test) -> Result<(), CommandError> {
    if args.list {
        return list(args);
    }
    let choice = Choice { image: args.image.as_deref(), machine: args.machine.as_deref() };
    let bootable = Bootable::build(&choice)?;
    // A filter that leaves no test is told before a machine is started.
    names(&bootable.image.tests, args.filter.as_deref())
        .map_err(|error| CommandError::user(error.to_string()))?;
    let folder = records(&bootable.image.name)?;
    let summary = boot(&bootable, args, folder.join("console.log"))?;
    fs::write(folder.join("timing.json"), summary.timing())
        .map_err(|error| not_run("the times cannot be kept", error))?;
    ui::note(&format!("console and times: {}", folder.display()));
    ui::result(&summary.to_string());
    if summary.is_success() {
        return Ok(());
    }
    Err(CommandError::new(Kind::TestsFailed, format!("image {:?}", bootable.image.name)))
}

fn list(args: &Test) -> Result<(), CommandError> {
    let evaluated = evaluate(args.machine.as_deref())?;
    let name = args.image.clone().or(evaluated.project.default_image);
    let image = name.as_ref().and_then(|name| evaluated.project.images.get(name));
    let image =
        image.ok_or_else(|| CommandError::user(format!("{:?} is not an image", name.unwrap_or_default())))?;
    let names = names(&image.tests, args.filter.as_deref());
    names.map_err(|error| CommandError::user(error.to_string()))?.iter().for_each(|name| ui::result(name));
    Ok(())
}

fn boot(bootable: &Bootable, args: &Test, console: PathBuf) -> Result<Summary, CommandError> {
    let password = Password::random().map_err(|error| not_run("no password could be made", error))?;
    let folder = bootable.folder()?;
    let log =
        File::create(&console).map_err(|error| not_run("the console's log cannot be written", error))?;
    let options = RunOptions {
        credentials: vec![password.credential()],
        firmware_vars: bootable.firmware_vars(),
        no_reboot: true,
        ..RunOptions::default()
    };
    let config = VmConfig {
        machine: &bootable.machine,
        qemu: &bootable.qemu,
        disk: &bootable.disk(args.disk)?,
        options,
        folder: &folder,
        cancel: Cancel::from_flag(interrupt::flag()?),
        log: Some(BootLog::new(log)),
    };
    let mut vm =
        Vm::start(bootable, config).map_err(|error| not_run("the machine could not be started", error))?;
    let suite = Suite {
        tests: &bootable.image.tests,
        filter: args.filter.as_deref(),
        login: &Login { user: "root".into(), password: password.plain().into() },
        limits: Limits::default(),
        power_off: "poweroff",
    };
    let summary = yoe_vm::test::run(&suite, vm.console(), &mut Lines)
        .map_err(|error| CommandError::user(error.to_string()))?;
    // A machine that is still there did not end as it should; that is a failed test already.
    let _ = vm.wait(Instant::now() + Duration::from_secs(1));
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

/// Where the newest run's console and times are kept.
fn records(image: &str) -> Result<PathBuf, CommandError> {
    let folder = paths::state()?.join("tests").join(image);
    fs::create_dir_all(&folder).map_err(|error| not_run("the console's log cannot be kept", error))?;
    Ok(folder)
}
