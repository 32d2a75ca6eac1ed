//! The command line.

use clap::{Parser, Subcommand};

use crate::commands::{build, bundle, init, kernel, keys, lock, report, run, shell, sign, store, test};

/// Builds packages and bootable images from source, and keeps devices up to date.
#[derive(Debug, Parser)]
#[command(name = "yoe", version, arg_required_else_help = true)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Start a project in a directory
    ///
    /// Writes PROJECT.star, an image, a unit with a service, a README and a .gitignore. They evaluate as they are, and are yours to
    /// change.
    Init(init::Init),
    /// Build units, images or containers
    Build(build::Build),
    /// Boot an image in QEMU with its console in this terminal
    Run(run::Run),
    /// Boot an image in QEMU and run its tests
    Test(test::Test),
    /// Show the sizes of an image and the measurements of its tests
    ///
    /// Prints a table and writes an HTML page with charts of the sizes and of the boot. The figures are those of the
    /// most recent `yoe test` of the image.
    Report(report::Report),
    /// Sign an image for Secure Boot with the project's own keys
    Sign(sign::Sign),
    /// Open a shell in a unit's build sandbox
    Shell(shell::Shell),
    /// Write yoe.lock, which pins every source and container of the project
    Lock(lock::Lock),
    /// Create a signed update of an image
    Bundle(bundle::Bundle),
    /// Manage the keys that sign updates
    Keys(keys::Keys),
    /// Kernel tools
    Kernel(kernel::Kernel),
    /// Verify and clean the store
    Store(store::Store),
}
