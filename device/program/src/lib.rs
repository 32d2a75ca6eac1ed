//! What the programs of devices share: [`Arguments`] of a command line, errors of files ([`FileError`]), and how an error and
//! its causes become a message ([`message`]).

mod arguments;
mod error;

use std::io::Write;

pub use arguments::Arguments;
pub use error::{FileError, message};

/// Writes a line. That the stream is gone is not an error: nobody is left to tell.
pub fn write_line(to: &mut dyn Write, text: &str) {
    let _ = writeln!(to, "{text}");
}
