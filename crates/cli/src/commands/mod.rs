//! The verbs, one file each.

pub mod add;
pub mod audit;
pub mod build;
pub mod bundle;
pub mod clean;
pub mod completion;
pub mod deploy;
pub mod desc;
pub mod dev;
pub mod diff;
pub mod doctor;
pub mod flash;
pub mod graph;
pub mod init;
pub mod kernel;
pub mod keys;
pub mod licenses;
pub mod list;
pub mod lock;
pub mod log;
pub mod lsp;
pub mod man;
pub mod provenance;
pub mod report;
pub mod run;
mod run_command;
pub mod sbom;
pub mod shell;
pub mod sign;
pub mod sources;
pub mod ssh;
pub mod store;
mod store_import;
mod store_size;
pub mod test;
pub mod ui;
pub mod verify;
pub mod why;

use crate::args::{Command, Common};
use crate::error::CommandError;

/// Carries a command out; without one, shows the project.
pub fn run(command: Option<Command>, common: &Common) -> Result<(), CommandError> {
    let Some(command) = command else { return ui::alone(common) };
    match command {
        Command::Ui(args) => ui::run(&args, common),
        Command::Init(args) => init::run(&args),
        Command::Add(args) => add::run(&args),
        Command::Build(args) => build::run(&args),
        Command::Run(args) => run::run(&args),
        Command::Test(args) => test::run(&args),
        Command::List(args) => list::run(&args),
        Command::Desc(args) => desc::run(&args),
        Command::Dev(args) => dev::run(&args.command),
        Command::Why(args) => why::run(&args),
        Command::Graph(args) => graph::run(&args),
        Command::Log(args) => log::run(&args),
        Command::Diff(args) => diff::run(&args),
        Command::Doctor(args) => doctor::run(&args),
        Command::Completion(args) => completion::run(&args),
        Command::Lsp(args) => lsp::run(&args),
        Command::Man(args) => man::run(&args, crate::args::command()),
        Command::Clean(args) => clean::run(&args),
        Command::Report(args) => report::run(&args),
        Command::Flash(args) => flash::run(&args),
        Command::Sign(args) => sign::run(&args),
        Command::Deploy(args) => deploy::run(&args),
        Command::Ssh(args) => ssh::run(&args),
        Command::Shell(args) => shell::run(&args),
        Command::Lock(args) => lock::run(&args),
        Command::Bundle(args) => bundle::run(&args),
        Command::Sbom(args) => sbom::run(&args),
        Command::Licenses(args) => licenses::run(&args),
        Command::Audit(args) => audit::run(&args),
        Command::Provenance(args) => provenance::run(&args.command),
        Command::Sources(args) => sources::run(&args),
        Command::Verify(args) => verify::run(&args),
        Command::Keys(args) => keys::run(&args.command),
        Command::Kernel(args) => kernel::run(&args.command),
        Command::Store(args) => store::run(&args.command),
    }
}
