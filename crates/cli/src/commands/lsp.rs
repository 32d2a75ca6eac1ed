//! `yoe lsp`.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Args;
use yoe_lsp::ServeError;

use crate::error::{CommandError, Kind};
use crate::project::modules::{self, ModuleTrees};

/// The arguments of `yoe lsp`.
#[derive(Debug, Args)]
pub struct Lsp {
    /// Speak over standard input and output, as it does anyway: editors say so
    #[arg(long)]
    pub stdio: bool,
}

/// Carries `yoe lsp` out.
pub fn run(_: &Lsp) -> Result<(), CommandError> {
    // Trees stay in the store as long as what was found last is kept.
    let kept: RefCell<BTreeMap<PathBuf, ModuleTrees>> = RefCell::default();
    let modules = move |root: &Path| {
        // What is wrong with the lock is said by diagnostics of what it is needed for, and by other commands.
        let found = modules::present(root).unwrap_or_default();
        let directories = found.directories.clone();
        kept.borrow_mut().insert(root.to_owned(), found);
        directories
    };
    yoe_lsp::serve(Box::new(modules)).map_err(|error| match error {
        ServeError::Protocol(_) => CommandError::of(Kind::User, error)
            .hint("an editor starts this command; docs/guide/src/editor.md says how to set one up"),
        ServeError::Stream(_) => CommandError::of(Kind::Config, error),
    })
}
