//! The command line.

mod common;
mod examples;
mod groups;
mod names;
#[cfg(test)]
mod page;
#[cfg(test)]
mod tests;

use std::ffi::OsString;

use clap::{ColorChoice, CommandFactory, FromArgMatches, Parser, Subcommand};

pub use self::common::Common;
use crate::commands::{
    add, audit, build, bundle, clean, completion, deploy, desc, dev, diff, doctor, flash, graph, init,
    kernel, keys, licenses, list, lock, log, lsp, man, provenance, report, run, sbom, shell, sign, sources,
    ssh, store, test, ui, verify, why,
};

/// Builds packages and bootable images from source, and keeps devices up to date.
#[derive(Debug, Parser)]
#[command(name = "yoe", version, disable_help_subcommand = false)]
pub struct Cli {
    #[command(flatten)]
    pub common: Common,
    #[command(subcommand)]
    pub command: Option<Command>,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Start a project in a directory
    ///
    /// Writes PROJECT.star, an image, a unit with a service, a README and a .gitignore. They evaluate as they are, and are yours to
    /// change.
    Init(init::Init),
    /// Write a unit for a crate, a Go module, a repository or a directory
    ///
    /// Looks at the source and concludes which class builds it, its name, version and licence; says what from, and what it could not
    /// know. Overwrites nothing. The unit evaluates as it is, and is yours to change.
    Add(add::Add),
    /// Build units, images or containers
    Build(build::Build),
    /// Show the project in this terminal: states, builds, answers
    ///
    /// The same as `yoe` alone in a terminal. Keys build, run and test what is chosen, and ask about it; `?` explains them.
    Ui(ui::Ui),
    /// Boot an image in QEMU with its console in this terminal
    Run(run::Run),
    /// Log in to a device that runs
    ///
    /// `yoe run --ssh` starts such a device. Only its own host key is accepted.
    Ssh(ssh::Ssh),
    /// Put a unit's files onto a device that runs
    ///
    /// Builds the unit, puts its files over those of the device, in memory, and restarts its services. For devices of developers: an
    /// image with etc = "data".
    Deploy(deploy::Deploy),
    /// Change a unit's source with git
    ///
    /// `yoe dev start UNIT` makes a working tree in which each patch of the unit is a commit, and builds take that tree, until `yoe dev
    /// finish UNIT` makes patches of its commits again.
    Dev(dev::Dev),
    /// Boot an image in QEMU and run its tests
    Test(test::Test),
    /// Show the sizes of an image and the measurements of its tests
    ///
    /// Prints a table and writes an HTML page with charts of the sizes and of the boot. The figures are those of the
    /// most recent `yoe test` of the image.
    Report(report::Report),
    /// List the units, images, machines and containers of the project
    List(list::List),
    /// Describe a unit, an image or a container
    Desc(desc::Desc),
    /// Say why a unit is in an image, or why something is rebuilt
    ///
    /// With --rebuilt: what a build would do, and which inputs differ from those of the last result. With --if: which units
    /// and images a change of a file would rebuild.
    Why(why::Why),
    /// Show what something needs, or what uses it
    Graph(graph::Graph),
    /// Print what a unit's last build said
    Log(log::Log),
    /// Compare two images: packages, sizes, services, kernel options
    Diff(diff::Diff),
    /// Write an image to a card, a stick or a disk, and read it back
    ///
    /// Without a device: lists the media that can be taken out of this machine. A disk that is mounted, or that this machine runs
    /// from, is refused.
    Flash(flash::Flash),
    /// Sign an image for Secure Boot with the project's own keys
    Sign(sign::Sign),
    /// Open a shell in a unit's build sandbox
    Shell(shell::Shell),
    /// Write yoe.lock, which pins every source and container
    Lock(lock::Lock),
    /// Create a signed update of an image
    Bundle(bundle::Bundle),
    /// Write a bill of materials of what was built
    ///
    /// CycloneDX 1.7 or SPDX 3.0.1, with the fields of BSI TR-03183-2. What is not known is said to be so.
    Sbom(sbom::Sbom),
    /// Write everything that something is built from to a directory
    ///
    /// Archives as they were fetched, packages of build environments, commits and modules, and the project with its patches and lock. From
    /// it alone, without a network, the same bytes are built: `yoe store import DIR`, then `yoe -C DIR/project build`.
    Sources(sources::Sources),
    /// Sign where the files of a target come from, and check them
    ///
    /// SLSA's provenance v1 in envelopes of DSSE: which files a target is handed out as, and all entries of yoe.lock that they were made
    /// from, signed with the project's key.
    Provenance(provenance::Provenance),
    /// Make what was built again, and compare
    ///
    /// Each result is made once more from the same inputs, with another time, another number of processors, another order of files
    /// in directories, and without the caches of compilers; then all bytes are compared with those in the store. Sources and
    /// containers are known by their digests and are not made again.
    Verify(verify::Verify),
    /// Show licences, with those of all that is linked in
    ///
    /// Exits with 1 if a licence is needed that --deny names, and with 5 if that cannot be decided: a licence is not known.
    Licenses(licenses::Licenses),
    /// Check what was built against advisories
    ///
    /// Takes a target or a bill of materials. Exits with 1 if a hole is open that is as bad as --fail-on says, and with 5 if
    /// advisories are missing for an ecosystem that parts are of.
    Audit(audit::Audit),
    /// Manage the keys that sign updates
    Keys(keys::Keys),
    /// Kernel tools
    Kernel(kernel::Kernel),
    /// Verify, measure and clean the store
    Store(store::Store),
    /// Remove what runs, downloads and compilers left
    Clean(clean::Clean),
    /// Check whether this machine can do what yoe needs
    Doctor(doctor::Doctor),
    /// Print a script that completes commands in a shell
    Completion(completion::Completion),
    /// Serve an editor: mistakes, completion, definitions
    ///
    /// Speaks the Language Server Protocol over standard input and output. An editor starts it.
    Lsp(lsp::Lsp),
    /// Write manual pages
    Man(man::Man),
}

/// The whole command line, as the parser, the help, the manual pages and shells' completion know it.
pub fn command() -> clap::Command {
    let command = names::complete(examples::add(Cli::command()));
    // As wide as a page: help is read in narrow terminals, too, and is the same in a pipe.
    let command = command.max_term_width(80);
    groups::apply(command)
}

/// Parses the arguments of this process. Help and errors are coloured as asked for.
///
/// # Errors
/// What the parser has to say, help among it.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Cli, clap::Error> {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let matches = command().color(color(&arguments)).try_get_matches_from(arguments)?;
    Cli::from_arg_matches(&matches)
}

/// The colours that arguments ask for which are not parsed yet: a mistake in them is reported in colours, too, or in none.
fn color(arguments: &[OsString]) -> ColorChoice {
    let texts: Vec<&str> =
        arguments.iter().take_while(|text| *text != "--").filter_map(|text| text.to_str()).collect();
    let apart =
        texts.iter().position(|text| *text == "--color").and_then(|place| texts.get(place + 1).copied());
    let joined = texts.iter().find_map(|text| text.strip_prefix("--color="));
    let wish = joined.or(apart);
    wish.and_then(|wish| wish.parse().ok()).unwrap_or_default()
}
