//! What is sent to the machine's shell: text as assignments, line by line, so that neither the terminal's line length
//! nor its special characters matter.

/// Most bytes of one line. A terminal takes lines of 4095 bytes, some lesser readers 1023.
const LINE: usize = 900;
/// Most bytes of a script: it becomes one argument of `sh -c`, and Linux takes 128 KiB for one.
pub(crate) const LONGEST: usize = 120 << 10;

/// Why a text is not a script that can be run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScriptError {
    /// No shell reads it.
    #[error("it holds a NUL character, which no shell can read")]
    Nul,
    /// It is too long.
    #[error("it has {length} bytes; at most {LONGEST} can be sent to the machine")]
    TooLong {
        /// Its length in bytes.
        length: usize,
    },
}

/// Shell lines that set `variable` to `text`. They use `$y_l` for a line feed and `$y_t` for a tab.
pub(crate) fn assignments(variable: &str, text: &str) -> Result<Vec<String>, ScriptError> {
    if text.contains('\0') {
        return Err(ScriptError::Nul);
    }
    if text.len() > LONGEST {
        return Err(ScriptError::TooLong { length: text.len() });
    }
    let mut lines = vec![format!("{variable}=")];
    let mut words = String::new();
    for piece in pieces(text.as_bytes()) {
        if words.len() + piece.len() > LINE {
            lines.push(format!("{variable}=${variable}{words}"));
            words.clear();
        }
        words.push_str(&piece);
    }
    if !words.is_empty() {
        lines.push(format!("{variable}=${variable}{words}"));
    }
    Ok(lines)
}

/// Shell words that stand for the text when written without space.
fn pieces(text: &[u8]) -> impl Iterator<Item = String> + '_ {
    text.chunk_by(|a, b| kind(*a) == kind(*b) && kind(*a) != Kind::Named).flat_map(|run| match kind(run[0]) {
        // Short enough that a line is filled well, long enough that few quotes are needed.
        Kind::Plain => run.chunks(256).map(quoted).collect::<Vec<_>>(),
        Kind::Named => run.iter().map(|byte| named(*byte).to_owned()).collect(),
        Kind::Other => run.chunks(64).map(printed).collect(),
    })
}

#[derive(PartialEq)]
enum Kind {
    Plain,
    Named,
    Other,
}

fn kind(byte: u8) -> Kind {
    match byte {
        b'\n' | b'\t' | b'\'' => Kind::Named,
        b' '..=b'~' => Kind::Plain,
        _ => Kind::Other,
    }
}

fn quoted(run: &[u8]) -> String {
    format!("'{}'", String::from_utf8_lossy(run))
}

fn named(byte: u8) -> &'static str {
    match byte {
        b'\n' => "$y_l",
        b'\t' => "$y_t",
        _ => "\\'",
    }
}

/// Control characters and bytes beyond ASCII, which a terminal may take for itself.
fn printed(run: &[u8]) -> String {
    let octal: String = run.iter().map(|byte| format!("\\{byte:03o}")).collect();
    format!("$(printf '{octal}')")
}

#[cfg(test)]
mod tests;
