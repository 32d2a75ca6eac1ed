//! What a unified kernel image says of itself: sections of a PE file.

use std::ops::Range;

use yoe_notation::os_release;

/// Why a file is not a unified kernel image.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UkiError {
    /// No PE file, or one that is cut off.
    #[error("it is not a whole PE file")]
    NotPe,
    /// A section is not there.
    #[error("it has no {0:?} section")]
    Missing(&'static str),
    /// A section is not text.
    #[error("its {0:?} section is not UTF-8 text")]
    NotText(&'static str),
}

/// What is read of a unified kernel image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uki {
    /// The kernel command line.
    pub cmdline: String,
    /// The text of os-release(5).
    pub os_release: String,
    /// For which processor it was compiled: the name of its architecture; nothing for one that no device of ours has.
    pub arch: Option<&'static str>,
    /// Whether it carries a kernel.
    pub has_kernel: bool,
}

impl Uki {
    /// Reads a whole file.
    ///
    /// # Errors
    /// When it is not a unified kernel image.
    pub fn read(file: &[u8]) -> Result<Self, UkiError> {
        Ok(Self {
            cmdline: text(file, ".cmdline")?,
            os_release: text(file, ".osrel")?,
            arch: architecture(file)?,
            has_kernel: section(file, ".linux")?.is_some_and(|kernel| !kernel.is_empty()),
        })
    }

    /// A field of os-release, without its quotes.
    pub fn field(&self, name: &str) -> Option<String> {
        os_release::field(&self.os_release, name)
    }
}

fn text(file: &[u8], name: &'static str) -> Result<String, UkiError> {
    let bytes = section(file, name)?.ok_or(UkiError::Missing(name))?;
    let end = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    String::from_utf8(bytes[..end].to_vec()).map_err(|_| UkiError::NotText(name))
}

/// For which processor a PE file was compiled, by the field Machine of its header (PE/COFF, "Machine Types"): the name of its
/// architecture; nothing for one that no device of ours has. The beginning of the file will do.
///
/// # Errors
/// When it is no PE file.
pub fn architecture(file: &[u8]) -> Result<Option<&'static str>, UkiError> {
    Ok(match short(file, header(file)? + 4)? {
        0x8664 => Some("x86_64"),
        0xaa64 => Some("aarch64"),
        _ => None,
    })
}

/// Where the header begins, behind that for DOS.
fn header(file: &[u8]) -> Result<usize, UkiError> {
    let pe = number(file, 0x3c)?;
    if piece(file, 0..2)? != b"MZ" || piece(file, pe..pe + 4)? != b"PE\0\0" {
        return Err(UkiError::NotPe);
    }
    Ok(pe)
}

/// The bytes of a section; nothing when there is none of this name.
fn section<'a>(file: &'a [u8], name: &str) -> Result<Option<&'a [u8]>, UkiError> {
    let pe = header(file)?;
    let count = usize::from(short(file, pe + 6)?);
    let table = pe + 24 + usize::from(short(file, pe + 20)?);
    for at in (0..count).map(|index| table + index * 40) {
        let label = piece(file, at..at + 8)?;
        let length = label.iter().position(|byte| *byte == 0).unwrap_or(8);
        if &label[..length] == name.as_bytes() {
            // The size in memory is that of the content; on disk it is padded.
            let (content, padded, start) =
                (number(file, at + 8)?, number(file, at + 16)?, number(file, at + 20)?);
            return Ok(Some(piece(file, start..start + content.min(padded))?));
        }
    }
    Ok(None)
}

pub(crate) fn piece(file: &[u8], range: Range<usize>) -> Result<&[u8], UkiError> {
    file.get(range).ok_or(UkiError::NotPe)
}

pub(crate) fn short(file: &[u8], at: usize) -> Result<u16, UkiError> {
    let bytes = piece(file, at..at + 2)?;
    Ok(u16::from_le_bytes([bytes[0], bytes[1]]))
}

/// A number of 32 bits; larger than any file that is read whole would be a mistake, so sums cannot overflow.
pub(crate) fn number(file: &[u8], at: usize) -> Result<usize, UkiError> {
    let bytes = piece(file, at..at + 4)?;
    let value = u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]) as usize;
    if value > file.len() { Err(UkiError::NotPe) } else { Ok(value) }
}

/// The smallest file that [`Uki::read`] takes: for tests of those who read kernel images, not for booting.
#[cfg(any(test, feature = "testing"))]
pub fn skeleton(cmdline: &str, os_release: &str, kernel: &[u8]) -> Vec<u8> {
    const PE: usize = 64;
    const OPTIONAL: usize = 240;
    const ALIGNMENT: usize = 512;
    let sections: [(&[u8], &[u8]); 3] =
        [(b".osrel", os_release.as_bytes()), (b".cmdline", cmdline.as_bytes()), (b".linux", kernel)];
    let mut file = vec![0; PE];
    file[..2].copy_from_slice(b"MZ");
    file[0x3c] = PE as u8;
    file.extend(b"PE\0\0\x64\x86\x03\0");
    file.resize(PE + 20, 0);
    // An optional header of 64 bits, which has room for the place of signatures.
    file.extend([OPTIONAL as u8, 0, 0, 0, 0x0b, 0x02]);
    file.resize(PE + 24 + OPTIONAL, 0);
    let mut start = ALIGNMENT;
    for (name, content) in sections {
        let padded = content.len().next_multiple_of(ALIGNMENT);
        let mut header = [0; 40];
        header[..name.len()].copy_from_slice(name);
        for (at, value) in [(8, content.len()), (16, padded), (20, start)] {
            header[at..at + 4].copy_from_slice(&(value as u32).to_le_bytes());
        }
        file.extend(header);
        start += padded;
    }
    file.resize(ALIGNMENT, 0);
    for (_, content) in sections {
        file.extend(content);
        file.resize(file.len().next_multiple_of(ALIGNMENT), 0);
    }
    file
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Vec<u8> {
        skeleton("root=/dev/dm-0 ro", "ID=yoe\nIMAGE_ID=\"box\"\nIMAGE_VERSION=\"1.0\"\n", b"kernel")
    }

    #[test]
    fn sections_are_read() {
        let uki = Uki::read(&sample()).unwrap();
        assert_eq!(uki.cmdline, "root=/dev/dm-0 ro");
        assert_eq!(uki.field("IMAGE_VERSION").as_deref(), Some("1.0"));
        assert_eq!(uki.field("ID").as_deref(), Some("yoe"));
        assert_eq!(uki.field("IMAGE"), None);
        assert_eq!((uki.arch, uki.has_kernel), (Some("x86_64"), true));
        assert!(!Uki::read(&skeleton("ro", "", b"")).unwrap().has_kernel);
    }

    #[test]
    fn every_shorter_file_is_an_error_and_no_panic() {
        let whole = sample();
        let end = whole.windows(2).rposition(|pair| pair == b"ro").unwrap();
        for length in 0..=end {
            assert!(Uki::read(&whole[..length]).is_err(), "{length}");
        }
    }

    proptest::proptest! {
        #[test]
        fn damage_never_panics(at in 0usize..512, byte: u8) {
            let mut file = sample();
            file[at] = byte;
            let _ = Uki::read(&file);
        }
    }
}
