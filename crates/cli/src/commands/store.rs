//! `yoe store`.

use clap::{Args, Subcommand};
use yoe_store::GcOptions;

use super::store_import;
use super::store_size::{self, GC_DAYS, age};
use crate::error::{CommandError, Kind};
use crate::project::open_store;
use crate::ui;

/// The arguments of `yoe store`.
#[derive(Debug, Args)]
pub struct Store {
    /// Which of its commands.
    #[command(subcommand)]
    pub command: StoreCommand,
}

/// The commands of `yoe store`.
#[derive(Debug, Subcommand)]
pub enum StoreCommand {
    /// Check every object against its digest
    Verify {
        /// Remove damaged objects, so that the next build creates them again
        #[arg(long)]
        repair: bool,
    },
    /// Take everything from an archive that `yoe sources` wrote, after checking each file
    Import {
        /// The archive's directory
        #[arg(value_name = "DIR")]
        archive: std::path::PathBuf,
    },
    /// Show how much room the store takes, by kind and by image
    Size {
        /// Write the sizes as JSON
        #[arg(long)]
        json: bool,
    },
    /// Remove objects that were not used recently
    Gc {
        /// Remove objects that were not used for this many days
        #[arg(long, default_value_t = GC_DAYS)]
        days: u64,
        /// Also remove the least recently used objects until the store is this small, such as 20G
        #[arg(long)]
        keep: Option<yoe_model::Size>,
        /// Show what would be removed, without removing it
        #[arg(long)]
        dry_run: bool,
    },
}

/// Carries `yoe store` out.
pub fn run(command: &StoreCommand) -> Result<(), CommandError> {
    match command {
        StoreCommand::Verify { repair } => verify(*repair),
        StoreCommand::Import { archive } => store_import::run(archive),
        StoreCommand::Size { json } => store_size::run(*json),
        StoreCommand::Gc { days, keep, dry_run } => gc(&GcOptions {
            max_age: Some(age(*days)),
            keep_bytes: keep.map(|size| size.0),
            dry_run: *dry_run,
        }),
    }
}

fn verify(repair: bool) -> Result<(), CommandError> {
    let report = open_store()?.verify(repair, &mut |_| {})?;
    for damage in &report.damaged {
        ui::result(&format!("{}: {}", damage.object, damage.problem));
    }
    ui::result(&format!("{} objects checked, {} damaged", report.checked, report.damaged.len()));
    match (report.damaged.is_empty(), repair) {
        (true, _) => Ok(()),
        (false, true) => {
            ui::note("damaged objects were removed; the next build makes them again");
            Ok(())
        }
        (false, false) => Err(CommandError::new(Kind::Config, "the store is damaged")
            .hint("`yoe store verify --repair` removes what is damaged")),
    }
}

fn gc(options: &GcOptions) -> Result<(), CommandError> {
    let report = open_store()?.gc(options)?;
    let verb = if options.dry_run { "would be removed" } else { "removed" };
    ui::result(&format!(
        "{} objects {verb} ({}); {} kept",
        report.removed.len(),
        ui::bytes(report.freed),
        ui::bytes(report.kept)
    ));
    Ok(())
}
