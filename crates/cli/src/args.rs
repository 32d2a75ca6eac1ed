//! The command line.

use clap::{Parser, Subcommand};

use crate::commands::{
    audit, build, bundle, init, kernel, keys, licenses, lock, report, run, sbom, shell, sign, store, test,
};

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
    /// Write a bill of materials of what was built
    ///
    /// CycloneDX 1.7 or SPDX 3.0.1, with the fields of BSI TR-03183-2. What is not known is said to be so.
    Sbom(sbom::Sbom),
    /// Show the licences of what was built, with those of all that is linked in
    ///
    /// Exits with 1 if a licence is needed that --deny names, and with 5 if that cannot be decided: a licence is not known.
    Licenses(licenses::Licenses),
    /// Hold what was built, or a bill of materials, against advisories
    ///
    /// Exits with 1 if a hole is open that is as bad as --fail-on says, and with 5 if advisories are missing for an
    /// ecosystem that parts are of.
    Audit(audit::Audit),
    /// Manage the keys that sign updates
    Keys(keys::Keys),
    /// Kernel tools
    Kernel(kernel::Kernel),
    /// Verify and clean the store
    Store(store::Store),
}
