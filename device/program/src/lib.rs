//! What the programs of devices share: [`Arguments`] of a command line, errors of files ([`FileError`]), how an error and
//! its causes become a message ([`message`]), the [`end`] of what others print, and files that no loss of power tears ([`durable`]).

mod arguments;
mod durable;
mod error;

use std::io::Write;

pub use arguments::Arguments;
pub use durable::durable;
pub use error::{FileError, end, message};

/// Writes a line. That the stream is gone is not an error: nobody is left to tell.
pub fn write_line(to: &mut dyn Write, text: &str) {
    let _ = writeln!(to, "{text}");
}
