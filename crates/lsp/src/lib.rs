//! A language server for the files of a project (Language Server Protocol 3.17): what is wrong, as it is typed; what could be typed; what
//! a word means; where something is defined; another name for a unit.
//!
//! Diagnostics are those of `yoe build`, from the same evaluation, with the texts that an editor holds in place of the files. All
//! else goes by the words of the files ([`scan`]), so that it works while a file is broken, which a file is while somebody types.
//!
//! Requests are answered by one thread, and evaluation is done by another, so that no answer waits for it.

mod completion;
mod context;
mod definition;
mod documents;
mod editor;
mod evaluation;
mod files;
mod home;
mod hover;
mod index;
mod position;
mod rename;
mod requests;
mod scan;
mod server;
mod symbols;
mod uri;
mod view;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use lsp_server::Connection;

/// Why a server ended before it was asked to.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// What came is not the protocol.
    #[error("what the editor says is not the Language Server Protocol: {0}")]
    Protocol(String),
    /// Standard input or output broke.
    #[error("the editor cannot be reached")]
    Stream(#[from] std::io::Error),
}

/// Where the trees of a project's fetched modules are, by the names of the modules; empty for those that are not here. It is asked
/// again when the lock may have changed, and must not fetch.
pub type ModuleTrees = dyn Fn(&Path) -> BTreeMap<String, PathBuf>;

/// Serves an editor over standard input and output, until it says that it is enough.
///
/// # Errors
/// When the editor goes away without that, or does not speak the protocol.
pub fn serve(modules: Box<ModuleTrees>) -> Result<(), ServeError> {
    let (connection, threads) = Connection::stdio();
    server::run(connection, modules)?;
    Ok(threads.join()?)
}
