//! The verbs, one file each.

pub mod audit;
pub mod build;
pub mod bundle;
pub mod init;
pub mod kernel;
pub mod keys;
pub mod licenses;
pub mod lock;
pub mod report;
pub mod run;
mod run_command;
pub mod sbom;
pub mod shell;
pub mod sign;
pub mod store;
pub mod test;

use crate::args::Command;
use crate::error::CommandError;

/// Carries a command out.
pub fn run(command: Command) -> Result<(), CommandError> {
    match command {
        Command::Init(args) => init::run(&args),
        Command::Build(args) => build::run(&args),
        Command::Run(args) => run::run(&args),
        Command::Test(args) => test::run(&args),
        Command::Report(args) => report::run(&args),
        Command::Sign(args) => sign::run(&args),
        Command::Shell(args) => shell::run(&args),
        Command::Lock(args) => lock::run(&args),
        Command::Bundle(args) => bundle::run(&args),
        Command::Sbom(args) => sbom::run(&args),
        Command::Licenses(args) => licenses::run(&args),
        Command::Audit(args) => audit::run(&args),
        Command::Keys(args) => keys::run(&args.command),
        Command::Kernel(args) => kernel::run(&args.command),
        Command::Store(args) => store::run(&args.command),
    }
}
