//! `yoe shell`.

use clap::Args;

use yoe_sandbox::Exit;

use crate::error::CommandError;
use crate::project::{self, isolation};
use crate::ui::{self, Mode};

/// The arguments of `yoe shell`.
#[derive(Debug, Args)]
pub struct Shell {
    /// The unit whose sandbox to open
    pub unit: String,
    /// The machine to build for [default: the project's]
    #[arg(long)]
    pub machine: Option<String>,
    /// Run this command instead of a shell
    #[arg(last = true)]
    pub command: Vec<String>,
}

/// Carries `yoe shell` out.
pub fn run(args: &Shell) -> Result<(), CommandError> {
    let locked = project::open(args.machine.as_deref())?.lock()?;
    project::unit(&locked.project, &args.unit).map_err(|error| error.hint("name a unit"))?;
    let (buildable, plan) = locked.buildable(std::slice::from_ref(&args.unit))?;
    isolation()?;
    let builder = buildable.builder(Mode::choose(false).reporter())?;
    if args.command.is_empty() {
        ui::note(
            "the unit's tasks are in /build/steps: `sh -eu /build/steps/NAME` runs one; exit ends the sandbox",
        );
    }
    let exit = builder.shell(&plan, &args.unit, &args.command)?;
    if exit.success() || args.command.is_empty() {
        return Ok(());
    }
    Err(CommandError::of_command(match exit {
        Exit::Code(code) => u32::try_from(code).ok(),
        Exit::Signal(_) => None,
    }))
}
