//! `yoe store`.

use std::time::Duration;

use yoe_store::GcOptions;

use crate::args::StoreCommand;
use crate::context::{open_store, store_error};
use crate::error::{CommandError, Kind};
use crate::ui;

pub fn run(command: &StoreCommand) -> Result<(), CommandError> {
    match command {
        StoreCommand::Verify { repair } => verify(*repair),
        StoreCommand::Gc { days, keep, dry_run } => gc(&GcOptions {
            max_age: Some(Duration::from_secs(days * 24 * 60 * 60)),
            keep_bytes: keep.map(|size| size.0),
            dry_run: *dry_run,
        }),
    }
}

fn verify(repair: bool) -> Result<(), CommandError> {
    let report = open_store()?.verify(repair, &mut |_| {}).map_err(store_error)?;
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
    let report = open_store()?.gc(options).map_err(store_error)?;
    let verb = if options.dry_run { "would be removed" } else { "removed" };
    ui::result(&format!(
        "{} objects {verb} ({}); {} kept",
        report.removed.len(),
        ui::bytes(report.freed),
        ui::bytes(report.kept)
    ));
    Ok(())
}
