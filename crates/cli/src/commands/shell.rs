//! `yoe shell`.

use crate::args::Shell;
use crate::context::{build_error, evaluate, isolation};
use crate::error::{CommandError, Kind};
use crate::ui::{self, Mode};

pub fn run(args: &Shell) -> Result<(), CommandError> {
    let mut ready = evaluate(args.machine.as_deref())?.ready()?;
    let plan = ready.plan_to_build(std::slice::from_ref(&args.unit))?;
    if !matches!(plan.targets[..], [(yoe_plan::Target::Unit(_), _)]) {
        return Err(CommandError::user(format!("{:?} is not a unit", args.unit)).hint("name a unit"));
    }
    isolation()?;
    let builder = ready.builder(Mode::choose(false).reporter())?;
    if args.command.is_empty() {
        ui::note(
            "the unit's tasks are in /build/steps: `sh -eu /build/steps/NAME` runs one; exit ends the sandbox",
        );
    }
    let exit = builder.shell(&plan, &args.unit, &args.command).map_err(build_error)?;
    if exit.success() || args.command.is_empty() {
        return Ok(());
    }
    Err(CommandError::new(Kind::BuildFailed, format!("the command ended with {exit}")))
}
