//! How an archive is compressed, and readers that undo it.

use std::io::{self, BufRead, Read};

/// Compressions of tar archives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Compression {
    None,
    Gzip,
    Xz,
    Zstd,
    Bzip2,
}

const SUFFIXES: [(&str, Compression); 11] = [
    (".tar", Compression::None),
    (".tar.gz", Compression::Gzip),
    (".tgz", Compression::Gzip),
    // Of crates.io.
    (".crate", Compression::Gzip),
    (".tar.xz", Compression::Xz),
    (".txz", Compression::Xz),
    (".tar.zst", Compression::Zstd),
    (".tzst", Compression::Zstd),
    (".tar.bz2", Compression::Bzip2),
    (".tbz2", Compression::Bzip2),
    (".tbz", Compression::Bzip2),
];

/// Memory that an xz stream may ask for: the largest preset needs 65 MiB.
const XZ_MEMORY: u64 = 256 << 20;

impl Compression {
    /// That of a tar archive of this name; `None` when the name is not that of one.
    pub(crate) fn of_tar(name: &str) -> Option<Self> {
        SUFFIXES.iter().find(|(suffix, _)| name.ends_with(suffix)).map(|(_, compression)| *compression)
    }

    /// Undoes it. A stream that cannot be set up gives its error at the first read.
    pub(crate) fn reader<'a>(self, input: impl BufRead + 'a) -> Box<dyn Read + 'a> {
        match self {
            Compression::None => Box::new(input),
            Compression::Gzip => Box::new(flate2::bufread::MultiGzDecoder::new(input)),
            Compression::Bzip2 => Box::new(bzip2::bufread::MultiBzDecoder::new(input)),
            Compression::Xz => {
                match xz2::stream::Stream::new_stream_decoder(XZ_MEMORY, xz2::stream::CONCATENATED) {
                    Ok(stream) => Box::new(xz2::bufread::XzDecoder::new_stream(input, stream)),
                    Err(error) => Box::new(Failed(Some(error.into()))),
                }
            }
            Compression::Zstd => match zstd::stream::read::Decoder::with_buffer(input) {
                Ok(decoder) => Box::new(decoder),
                Err(error) => Box::new(Failed(Some(error))),
            },
        }
    }
}

/// A reader that gives an error, then nothing.
struct Failed(Option<io::Error>);

impl Read for Failed {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_language_takes_for_an_archive_is_one() {
        assert_eq!(SUFFIXES.map(|(suffix, _)| suffix), yoe_model::ARCHIVE_ENDINGS);
    }

    #[test]
    fn names_tell_the_compression() {
        assert_eq!(Compression::of_tar("zlib_1.3.1.orig.tar.gz"), Some(Compression::Gzip));
        assert_eq!(Compression::of_tar("a.tar"), Some(Compression::None));
        for name in ["a.zip", "a.gz", "tar", "a.tar.lz", "a.tar.gz.asc", ""] {
            assert_eq!(Compression::of_tar(name), None, "{name}");
        }
    }
}
