//! Archives of object files, which a linker takes parts of: libraries to be linked statically.
//!
//! The format is ar(5) with long names as GNU and LLVM write them.

const MAGIC: &[u8] = b"!<arch>\n";
const HEADER: usize = 60;

pub(crate) fn is_archive(head: &[u8]) -> bool {
    head.starts_with(MAGIC)
}

/// The members of an archive, with their names; the list of names and the index of symbols are none. It ends where the archive
/// cannot be read.
pub(crate) fn members(archive: &[u8]) -> impl Iterator<Item = (String, &[u8])> {
    let mut rest = archive.strip_prefix(MAGIC).unwrap_or_default();
    let mut long_names: &[u8] = &[];
    std::iter::from_fn(move || {
        loop {
            let (name, content, after) = member(rest)?;
            rest = after;
            match name {
                "//" => long_names = content,
                "/" | "/SYM64/" => {}
                _ => return Some((full_name(name, long_names), content)),
            }
        }
    })
}

/// The first member: the name in its header, its content, and what follows.
fn member(archive: &[u8]) -> Option<(&str, &[u8], &[u8])> {
    let (header, rest) = archive.split_at_checked(HEADER)?;
    let field = |range| std::str::from_utf8(header.get(range)?).ok().map(str::trim_end);
    let (name, size) = (field(0..16)?, field(48..58)?.parse::<usize>().ok()?);
    let (content, after) = rest.split_at_checked(size)?;
    // Members begin at even places.
    Some((name, content, after.get(size % 2..).unwrap_or_default()))
}

/// A name of more than 15 characters is a place in the list of names.
fn full_name(name: &str, long_names: &[u8]) -> String {
    let long = name.strip_prefix('/').and_then(|place| place.parse::<usize>().ok());
    let long = long
        .and_then(|place| long_names.get(place..))
        .and_then(|rest| rest.split(|byte| *byte == b'\n').next());
    let name = long.map_or_else(|| name.to_owned(), |long| String::from_utf8_lossy(long).into_owned());
    name.trim_end_matches('/').to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn archive(members: &[(&str, &[u8])]) -> Vec<u8> {
        let mut archive = MAGIC.to_vec();
        for (name, content) in members {
            archive.extend(format!("{name:<16}{:<32}{:<10}`\n", "0", content.len()).bytes());
            archive.extend(*content);
            archive.extend(std::iter::repeat_n(b'\n', content.len() % 2));
        }
        archive
    }

    #[test]
    fn members_come_with_their_whole_names() {
        let archive = archive(&[
            ("/", b"symbols"),
            ("//", b"short_no_more.o/\nanother_long_name.o/\n"),
            ("a.o/", b"odd"),
            ("/17", b"even"),
        ]);
        assert!(is_archive(&archive));
        let found: Vec<_> = members(&archive).collect();
        assert_eq!(
            found,
            [("a.o".to_owned(), &b"odd"[..]), ("another_long_name.o".to_owned(), &b"even"[..])]
        );
    }

    proptest! {
        #[test]
        fn any_bytes_come_to_an_end(tail in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = members(&[MAGIC, &tail].concat()).count();
        }
    }
}
