//! Errors of builds and of the store, with what to do about them.

use std::path::Path;

use yoe_build::{ActionError, BuildError};
use yoe_fetch::client::FetchError;
use yoe_store::StoreError;

use super::{CommandError, Kind};
use crate::paths;

impl From<BuildError> for CommandError {
    fn from(error: BuildError) -> Self {
        if matches!(*error.kind, ActionError::Interrupted) {
            return Self::new(Kind::Interrupted, "the build was ended; what was finished is kept");
        }
        let offline = matches!(*error.kind, ActionError::Fetch(FetchError::Offline { .. }));
        let left = error.left;
        let log = error.log.clone();
        let unit = error.unit.clone();
        let message = error.to_string();
        let no_registry = matches!(*error.kind, ActionError::Fetch(FetchError::NoRegistry { .. }));
        let mut reported = Self::new(Kind::BuildFailed, message).because(error.kind);
        if let Some(log) = log {
            reported = reported.hint(format!("the whole output is in {}", log.display()));
        }
        if no_registry {
            let hints = hints(paths::cargo_home().as_deref());
            reported = hints.into_iter().fold(reported, Self::hint);
        }
        if offline {
            reported = reported.hint("the same command without --offline fetches it; `yoe store import` takes it from an archive of sources");
        }
        if let Some(unit) = unit {
            reported = reported.hint(format!("`yoe shell {unit}` opens the same sandbox"));
        }
        if left > 0 {
            let need = if left == 1 { "1 action needs".to_owned() } else { format!("{left} actions need") };
            reported = reported.hint(format!("{need} what failed, and did not begin"));
        }
        error.others.into_iter().map(Self::from).fold(reported, Self::after)
    }
}

impl From<StoreError> for CommandError {
    fn from(error: StoreError) -> Self {
        Self::config("the store cannot be used").because(error).where_to_write("XDG_CACHE_HOME")
    }
}

/// What to do when no address is known, and what was looked at.
fn hints(home: Option<&Path>) -> [String; 2] {
    let cargo = home.map_or("nothing of cargo, as neither CARGO_HOME nor HOME is set".to_owned(), |home| {
        format!("registry/index/*/config.json and config.toml in cargo's directory {}", home.display())
    });
    [
        format!("looked at YOE_MIRROR_CRATES, the project's mirrors of \"crates\", and {cargo}"),
        "run a cargo command that fetches a crate, or set YOE_MIRROR_CRATES to what a registry's config.json calls \"dl\""
            .to_owned(),
    ]
}
