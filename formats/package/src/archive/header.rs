//! The 512-byte ustar header.

use super::BLOCK;

/// A header with its numbers decoded; `name` and `link` are bytes as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Raw {
    /// The path of the entry, with the prefix that the header keeps apart.
    pub name: Vec<u8>,
    /// Permission bits.
    pub mode: u64,
    /// The owner's number.
    pub uid: u64,
    /// The group's number.
    pub gid: u64,
    /// Bytes of content.
    pub size: u64,
    /// When it was changed, in seconds since 1970.
    pub mtime: u64,
    /// The kind of the entry: `0` a file, `5` a directory, and so on.
    pub flag: u8,
    /// What a link leads to; empty for other kinds.
    pub link: Vec<u8>,
}

const CHECKSUM: std::ops::Range<usize> = 148..156;

impl Raw {
    /// The header's bytes, or `None` when a value does not fit its field.
    pub fn encode(&self) -> Option<[u8; BLOCK]> {
        let mut block = [0; BLOCK];
        text(&mut block[0..100], &self.name)?;
        octal(&mut block[100..108], self.mode)?;
        octal(&mut block[108..116], self.uid)?;
        octal(&mut block[116..124], self.gid)?;
        octal(&mut block[124..136], self.size)?;
        octal(&mut block[136..148], self.mtime)?;
        block[156] = self.flag;
        text(&mut block[157..257], &self.link)?;
        text(&mut block[257..265], b"ustar\x0000")?;
        if self.uid == 0 {
            text(&mut block[265..297], b"root")?;
        }
        if self.gid == 0 {
            text(&mut block[297..329], b"root")?;
        }
        octal(&mut block[329..337], 0)?;
        octal(&mut block[337..345], 0)?;
        let sum = checksum(&block);
        octal(&mut block[148..155], sum)?;
        block[155] = b' ';
        Some(block)
    }

    /// Reads a header; `Err` says what is wrong with it.
    pub fn decode(block: &[u8; BLOCK]) -> Result<Self, &'static str> {
        let stored = number(&block[CHECKSUM]).ok_or("the header's checksum is not a number")?;
        if stored != checksum(block) {
            return Err("the header's checksum does not match");
        }
        let field =
            |range: std::ops::Range<usize>| number(&block[range]).ok_or("a header field is not a number");
        let mut name = trim(&block[0..100]).to_vec();
        let prefix = trim(&block[345..500]);
        if block[257..263] == *b"ustar\0" && !prefix.is_empty() {
            name = [prefix, b"/", &name].concat();
        }
        Ok(Self {
            name,
            mode: field(100..108)?,
            uid: field(108..116)?,
            gid: field(116..124)?,
            size: field(124..136)?,
            mtime: field(136..148)?,
            flag: block[156],
            link: trim(&block[157..257]).to_vec(),
        })
    }
}

fn text(field: &mut [u8], value: &[u8]) -> Option<()> {
    field.get_mut(..value.len())?.copy_from_slice(value);
    Some(())
}

/// Octal digits with leading zeros and one NUL at the end.
fn octal(field: &mut [u8], value: u64) -> Option<()> {
    let digits = field.len() - 1;
    let written = format!("{value:0digits$o}");
    (written.len() == digits).then(|| field[..digits].copy_from_slice(written.as_bytes()))
}

/// Octal digits surrounded by blanks and NULs, or GNU's big-endian form marked by the highest bit.
fn number(field: &[u8]) -> Option<u64> {
    if let Some((&0x80, rest)) = field.split_first() {
        let (high, low) = rest.split_at(rest.len().checked_sub(8)?);
        return high
            .iter()
            .all(|byte| *byte == 0)
            .then(|| low.iter().fold(0, |sum, b| sum << 8 | u64::from(*b)));
    }
    let digits = field.split(|byte| *byte == 0).next()?.trim_ascii();
    digits.iter().try_fold(0u64, |sum, digit| match digit {
        b'0'..=b'7' => sum.checked_mul(8)?.checked_add(u64::from(digit - b'0')),
        _ => None,
    })
}

fn trim(field: &[u8]) -> &[u8] {
    field.split(|byte| *byte == 0).next().unwrap_or_default()
}

/// The sum of all bytes, those of the checksum itself taken as blanks.
fn checksum(block: &[u8; BLOCK]) -> u64 {
    let all: u64 = block.iter().map(|byte| u64::from(*byte)).sum();
    let stored: u64 = block[CHECKSUM].iter().map(|byte| u64::from(*byte)).sum();
    all - stored + 8 * u64::from(b' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_both_forms_are_read() {
        assert_eq!(number(b"0000644\0"), Some(0o644));
        assert_eq!(number(b"   644 \0"), Some(0o644));
        assert_eq!(number(&[0x80, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 1]), Some((2 << 32) + 1));
        assert_eq!(number(b"12x"), None);
        assert_eq!(number(&[0x80, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]), None);
        assert_eq!(number(&[]), Some(0));
    }

    #[test]
    fn a_number_too_large_for_its_field_is_refused() {
        assert_eq!(octal(&mut [0; 8], 0o7777777), Some(()));
        assert_eq!(octal(&mut [0; 8], 0o10000000), None);
    }
}
