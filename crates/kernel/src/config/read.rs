//! From a file's bytes to lines of text: unpacking, limits, encoding.

use std::borrow::Cow;
use std::io::Read;

use flate2::bufread::GzDecoder;

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

/// Where a kernel keeps its own configuration, packed with gzip, when it was built with `CONFIG_IKCONFIG`
/// (the kernel's `kernel/configs.c`).
const EMBEDDED: &[u8] = b"IKCFG_ST";
/// What Linux' boot protocol writes at byte 0x202 of a kernel for x86, and what an arm64 one has at byte 56.
const BOOT_HEADERS: [(usize, &[u8]); 2] = [(0x202, b"HdrS"), (56, b"ARMd")];

/// The text in `bytes`: as it is, packed with gzip as `/proc/config.gz` is, or in a kernel that keeps it. What follows a
/// gzip stream does not count: copies from flash end in zeros, and a kernel writes `IKCFG_ED` there.
///
/// Bytes that are not UTF-8 are replaced in comments, which say nothing, and refused everywhere else.
///
/// # Errors
/// Damaged gzip, more than [`MAX_TEXT`] bytes, binary data or another encoding than UTF-8.
pub fn read_text(bytes: &[u8]) -> Result<Cow<'_, str>, ConfigError> {
    let bytes = embedded(bytes).unwrap_or(bytes);
    if BOOT_HEADERS.iter().any(|(at, magic)| bytes.get(*at..).is_some_and(|rest| rest.starts_with(magic))) {
        return Err(ConfigError::Kernel);
    }
    let compressed = bytes.starts_with(&GZIP);
    let raw = if compressed { Cow::Owned(unpack(bytes)?) } else { Cow::Borrowed(bytes) };
    if raw.len() > MAX_TEXT {
        return Err(ConfigError::TooLong { limit: MAX_TEXT, compressed });
    }
    if let Some(at) = raw.iter().position(|byte| is_binary(*byte)) {
        return Err(ConfigError::Binary { line: line_of(&raw, at) });
    }
    match raw {
        Cow::Borrowed(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => Ok(Cow::Borrowed(text)),
            Err(_) => only_comments_replaced(bytes).map(Cow::Owned),
        },
        Cow::Owned(bytes) => match String::from_utf8(bytes) {
            Ok(text) => Ok(Cow::Owned(text)),
            Err(error) => only_comments_replaced(error.as_bytes()).map(Cow::Owned),
        },
    }
}

/// The packed configuration in a kernel's own bytes.
fn embedded(bytes: &[u8]) -> Option<&[u8]> {
    let marks = bytes.windows(EMBEDDED.len()).enumerate().filter(|(_, window)| *window == EMBEDDED);
    let mut packed = marks.filter_map(|(at, _)| bytes.get(at + EMBEDDED.len()..));
    packed.find(|rest| rest.starts_with(&GZIP))
}

/// Unpacks no further than one byte over the limit, whatever the stream says.
fn unpack(bytes: &[u8]) -> Result<Vec<u8>, ConfigError> {
    let mut text = Vec::new();
    let mut rest = bytes;
    // gzip allows several streams in a row (RFC 1952, section 2.2).
    while rest.starts_with(&GZIP) && text.len() <= MAX_TEXT {
        let left = (MAX_TEXT + 1).saturating_sub(text.len()) as u64;
        let mut decoder = GzDecoder::new(rest);
        decoder.by_ref().take(left).read_to_end(&mut text).map_err(ConfigError::Gzip)?;
        rest = decoder.into_inner();
    }
    Ok(text)
}

fn is_binary(byte: u8) -> bool {
    byte == 0x7f || (byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c))
}

fn line_of(bytes: &[u8], at: usize) -> usize {
    bytes.iter().take(at).filter(|byte| **byte == b'\n').count() + 1
}

/// Text in which only comments were not UTF-8.
fn only_comments_replaced(bytes: &[u8]) -> Result<String, ConfigError> {
    let mut text = String::with_capacity(bytes.len());
    for (index, line) in bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
        match std::str::from_utf8(line) {
            Ok(line) => text.push_str(line),
            Err(_) if line.trim_ascii_start().starts_with(b"#") => {
                text.push_str(&String::from_utf8_lossy(line));
            }
            Err(_) => return Err(ConfigError::NotUtf8 { line: index + 1 }),
        }
    }
    Ok(text)
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
