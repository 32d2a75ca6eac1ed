//! Archives for tests, byte by byte where it matters.

use std::io::Write as _;

/// A tar stream in the making.
#[derive(Default)]
pub(crate) struct Tar(Vec<u8>);

impl Tar {
    /// An entry with exactly this header content. Names of up to 100 bytes.
    pub(crate) fn entry(mut self, kind: u8, name: &[u8], link: &[u8], mode: u32, content: &[u8]) -> Self {
        self.header(kind, name, link, mode, content.len());
        self.0.extend_from_slice(content);
        self.0.resize(self.0.len().next_multiple_of(512), 0);
        self
    }

    /// A header whose content does not follow.
    pub(crate) fn header(&mut self, kind: u8, name: &[u8], link: &[u8], mode: u32, size: usize) {
        let mut block = [0; 512];
        block[..name.len()].copy_from_slice(name);
        block[100..107].copy_from_slice(format!("{mode:07o}").as_bytes());
        block[108..115].copy_from_slice(b"0001750");
        block[116..123].copy_from_slice(b"0001750");
        block[124..135].copy_from_slice(format!("{size:011o}").as_bytes());
        block[136..147].copy_from_slice(b"07346545000");
        block[148..156].copy_from_slice(b"        ");
        block[156] = kind;
        block[157..157 + link.len()].copy_from_slice(link);
        block[257..265].copy_from_slice(b"ustar\x0000");
        let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
        block[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
        self.0.extend_from_slice(&block);
    }

    pub(crate) fn file(self, name: &str, content: &str) -> Self {
        self.entry(b'0', name.as_bytes(), b"", 0o644, content.as_bytes())
    }

    pub(crate) fn directory(self, name: &str) -> Self {
        self.entry(b'5', name.as_bytes(), b"", 0o755, b"")
    }

    pub(crate) fn symlink(self, name: &str, target: &str) -> Self {
        self.entry(b'2', name.as_bytes(), target.as_bytes(), 0o777, b"")
    }

    pub(crate) fn hard_link(self, name: &str, target: &str) -> Self {
        self.entry(b'1', name.as_bytes(), target.as_bytes(), 0o644, b"")
    }

    /// The stream with its two empty blocks at the end.
    pub(crate) fn end(mut self) -> Vec<u8> {
        self.0.resize(self.0.len() + 1024, 0);
        self.0
    }
}

/// The time that every entry carries, in seconds since 1970.
pub(crate) const TIME: u64 = 0o7_346_545_000;

pub(crate) fn xz(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = xz2::write::XzEncoder::new(Vec::new(), 1);
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A `.deb` with these files, its data compressed with xz.
pub(crate) fn deb(data: Tar) -> Vec<u8> {
    deb_of("data.tar.xz", &xz(&data.end()))
}

/// A `.deb` whose data member is exactly this.
pub(crate) fn deb_of(member: &str, data: &[u8]) -> Vec<u8> {
    let mut out = b"!<arch>\n".to_vec();
    for (name, content) in [("debian-binary", &b"2.0\n"[..]), ("control.tar.xz", b"odd"), (member, data)] {
        out.extend(
            format!("{name:<16}{:<12}{:<6}{:<6}{:<8}{:<10}`\n", 0, 0, 0, 100_644, content.len()).bytes(),
        );
        out.extend_from_slice(content);
        out.resize(out.len().next_multiple_of(2), b'\n');
    }
    out
}
