//! The verbs, one file each.

mod build;
mod bundle;
mod kernel;
mod keys;
mod lock;
mod report;
mod run;
mod run_command;
mod shell;
mod sign;
mod store;
mod test;

pub use build::artifact;
pub use bundle::error as update_error;

use crate::args::Command;
use crate::error::CommandError;

/// Carries a command out.
pub fn run(command: Command) -> Result<(), CommandError> {
    match command {
        Command::Build(args) => build::run(&args),
        Command::Run(args) => run::run(&args),
        Command::Test(args) => test::run(&args),
        Command::Report(args) => report::run(&args),
        Command::Sign(args) => sign::run(&args),
        Command::Shell(args) => shell::run(&args),
        Command::Lock(args) => lock::run(&args),
        Command::Bundle(args) => bundle::run(&args),
        Command::Keys(args) => keys::run(&args.command),
        Command::Kernel(args) => kernel::run(&args.command),
        Command::Store(args) => store::run(&args.command),
    }
}
