//! From a file's bytes to lines of text: unpacking, limits, encoding.

use std::borrow::Cow;
use std::io::Read;

use flate2::bufread::MultiGzDecoder;

use super::ConfigError;

/// The longest text that is read, in bytes, after unpacking. A distribution's kernel has about 300,000.
pub const MAX_TEXT: usize = 16 << 20;

/// The longest line that is read, in bytes. Kernel command lines and lists of firmware files are the longest ones.
pub const MAX_LINE: usize = 64 << 10;

/// How every gzip stream starts (RFC 1952).
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// One line of a text.
pub(crate) struct Numbered<'a> {
    /// Counted from 1.
    pub line: usize,
    /// Without its end (LF or CRLF) and without blanks at its end.
    pub text: &'a str,
}

/// The text in `bytes`, which may be packed with gzip as `/proc/config.gz` is.
///
/// # Errors
/// Damaged gzip, more than [`MAX_TEXT`] bytes, binary data or another encoding than UTF-8.
pub fn read_text(bytes: &[u8]) -> Result<Cow<'_, str>, ConfigError> {
    let compressed = bytes.starts_with(&GZIP);
    let raw = if compressed { Cow::Owned(unpack(bytes)?) } else { Cow::Borrowed(bytes) };
    if raw.len() > MAX_TEXT {
        return Err(ConfigError::TooLong { limit: MAX_TEXT, compressed });
    }
    if let Some(at) = raw.iter().position(|byte| is_binary(*byte)) {
        return Err(ConfigError::Binary { line: line_of(&raw, at) });
    }
    let text = match raw {
        Cow::Borrowed(bytes) => std::str::from_utf8(bytes)
            .map(Cow::Borrowed)
            .map_err(|error| not_utf8(bytes, error.valid_up_to()))?,
        Cow::Owned(bytes) => String::from_utf8(bytes)
            .map(Cow::Owned)
            .map_err(|error| not_utf8(error.as_bytes(), error.utf8_error().valid_up_to()))?,
    };
    Ok(text)
}

/// Unpacks no further than one byte over the limit, whatever the stream says.
fn unpack(bytes: &[u8]) -> Result<Vec<u8>, ConfigError> {
    let mut text = Vec::new();
    MultiGzDecoder::new(bytes).take(MAX_TEXT as u64 + 1).read_to_end(&mut text).map_err(ConfigError::Gzip)?;
    Ok(text)
}

fn is_binary(byte: u8) -> bool {
    byte == 0x7f || (byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c))
}

fn line_of(bytes: &[u8], at: usize) -> usize {
    bytes.iter().take(at).filter(|byte| **byte == b'\n').count() + 1
}

fn not_utf8(bytes: &[u8], at: usize) -> ConfigError {
    ConfigError::NotUtf8 { line: line_of(bytes, at) }
}

/// The lines of `text`, each within [`MAX_LINE`].
pub(crate) fn lines(text: &str) -> impl Iterator<Item = Result<Numbered<'_>, ConfigError>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    text.lines().enumerate().map(|(index, text)| {
        let line = index + 1;
        if text.len() > MAX_LINE {
            return Err(ConfigError::LongLine { line, length: text.len(), limit: MAX_LINE });
        }
        Ok(Numbered { line, text: text.trim_end() })
    })
}
