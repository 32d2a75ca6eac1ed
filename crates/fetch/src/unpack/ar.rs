//! The ar archive that a `.deb` is (deb(5)): a magic line, then members with a 60-byte header each.

use std::io::{self, Read};

const MAGIC: &[u8] = b"!<arch>\n";
const HEADER: usize = 60;

/// Reads up to the first member whose name starts with `prefix`; on return the reader stands at its content. Gives the
/// member's name and size.
pub(super) fn seek_member(reader: &mut impl Read, prefix: &str) -> io::Result<(String, u64)> {
    let mut magic = [0; 8];
    reader.read_exact(&mut magic)?;
    if magic != MAGIC {
        return Err(invalid("it is not an ar archive"));
    }
    loop {
        let mut header = [0; HEADER];
        reader.read_exact(&mut header)?;
        if &header[58..] != b"`\n" {
            return Err(invalid("an ar member has no proper header"));
        }
        let name = field(&header[..16])?.trim_end_matches('/').to_owned();
        let size: u64 = field(&header[48..58])?.parse().map_err(|_| invalid("an ar member has no size"))?;
        if name.starts_with(prefix) {
            return Ok((name, size));
        }
        // Members start at even offsets.
        let skip = size.saturating_add(size % 2);
        if io::copy(&mut reader.by_ref().take(skip), &mut io::sink())? < skip {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
}

fn field(bytes: &[u8]) -> io::Result<&str> {
    std::str::from_utf8(bytes).map(str::trim_end).map_err(|_| invalid("an ar header is not text"))
}

fn invalid(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}
