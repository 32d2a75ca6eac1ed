//! `yoe ui`, and `yoe` alone.

use std::io::{IsTerminal as _, stdin, stdout};

use clap::Args;
use yoe_ui::{Program, View, ViewError};

use crate::args::{self, Common};
use crate::error::{CommandError, Kind};
use crate::{paths, ui};

/// The arguments of `yoe ui`.
#[derive(Debug, Default, Args)]
pub struct Ui {
    /// The machine to evaluate the project for [default: the project's]
    #[arg(long)]
    pub machine: Option<String>,
}

/// Carries `yoe ui` out.
pub fn run(args: &Ui, common: &Common) -> Result<(), CommandError> {
    if !in_terminal() {
        return Err(CommandError::user("yoe ui needs a terminal, for its input and for its output")
            .hint("`yoe list --state` prints the same list"));
    }
    let root = paths::project_root()?;
    let name = root.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let path = std::env::current_exe()
        .map_err(|error| CommandError::config("yoe does not know where it is itself").because(error))?;
    let program = Program { path, options: options(common), machine: args.machine.clone() };
    yoe_ui::serve(View::new(&name, ui::color_in_terminal()), program).map_err(|error| match error {
        ViewError::Interrupted => CommandError::of(Kind::Interrupted, error),
        ViewError::Terminal(_) | ViewError::Signals(_) => CommandError::of(Kind::Config, error),
    })
}

/// Carries `yoe` without a command out: the view in a terminal and a project, the help elsewhere.
pub fn alone(common: &Common) -> Result<(), CommandError> {
    if in_terminal() && paths::project_root().is_ok() {
        return run(&Ui::default(), common);
    }
    ui::help(&mut args::command().color(common.color));
    Ok(())
}

/// Whether a person sees what is drawn and can answer.
fn in_terminal() -> bool {
    let dumb = std::env::var_os("TERM").is_none_or(|term| term.is_empty() || term == "dumb");
    stdin().is_terminal() && stdout().is_terminal() && !dumb
}

/// The options that the view's commands take over. The directory is this process's own.
fn options(common: &Common) -> Vec<String> {
    let flags = [
        (common.quiet, "--quiet"),
        (common.verbose, "--verbose"),
        (common.offline, "--offline"),
        (common.locked, "--locked"),
    ];
    let flags = flags.into_iter().filter(|(set, _)| *set).map(|(_, flag)| flag.to_owned());
    let color = match common.color {
        clap::ColorChoice::Auto => None,
        wish => Some(format!("--color={wish}")),
    };
    let jobs = common.jobs.map(|jobs| format!("--jobs={jobs}"));
    flags.chain(jobs).chain(color).collect()
}
