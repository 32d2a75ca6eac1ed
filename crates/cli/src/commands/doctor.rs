//! `yoe doctor`.

use clap::Args;

use crate::doctor::{Facts, State, checks, failed};
use crate::error::{CommandError, Kind};
use crate::ui;

/// The arguments of `yoe doctor`.
#[derive(Debug, Args)]
pub struct Doctor {
    /// Write what was found as JSON
    #[arg(long)]
    pub json: bool,
}

/// Carries `yoe doctor` out.
pub fn run(args: &Doctor) -> Result<(), CommandError> {
    let checks = checks(&Facts::gather()?);
    if args.json {
        ui::json_result(&checks)?;
    } else {
        for check in &checks {
            let state = match check.state {
                State::Good => "ok  ",
                State::Less => "note",
                State::Bad => "FAIL",
            };
            ui::result(&format!("{state}  {:9}  {}", check.name, check.found));
            if let Some(mend) = &check.mend {
                ui::result(&format!("{:17}{mend}", ""));
            }
        }
    }
    if failed(&checks) {
        return Err(CommandError::new(Kind::Config, "this machine is not ready")
            .hint("what mends each failing line stands below it"));
    }
    Ok(())
}
