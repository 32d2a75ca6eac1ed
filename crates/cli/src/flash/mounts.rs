//! What is mounted (proc_pid_mountinfo(5)), and what memory is moved to (proc_swaps(5)).

use std::collections::BTreeSet;

/// A mount.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mount {
    /// The device's number, as `MAJOR:MINOR`.
    pub number: String,
    /// Where.
    pub at: String,
    /// What the mount names as its source.
    pub source: String,
}

/// The mounts of a text.
pub fn mounts(text: &str) -> Vec<Mount> {
    text.lines().filter_map(mount).collect()
}

fn mount(line: &str) -> Option<Mount> {
    let (before, after) = line.split_once(" - ")?;
    let mut fields = before.split(' ');
    let (number, at) = (fields.nth(2)?, fields.nth(1)?);
    Some(Mount { number: number.to_owned(), at: plain(at), source: plain(after.split(' ').nth(1)?) })
}

/// Names of the block devices that memory is moved to.
pub fn swaps(text: &str) -> BTreeSet<String> {
    let paths = text.lines().skip(1).filter_map(|line| line.split_whitespace().next());
    paths.filter_map(|path| path.strip_prefix("/dev/")).map(str::to_owned).collect()
}

/// A path without the kernel's escapes: `\040` is a space.
fn plain(text: &str) -> String {
    let mut parts = text.split('\\');
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.get(..3).and_then(|digits| u8::from_str_radix(digits, 8).ok()) {
            Some(byte) => {
                plain.push(char::from(byte));
                plain.push_str(part.get(3..).unwrap_or_default());
            }
            None => {
                plain.push('\\');
                plain.push_str(part);
            }
        }
    }
    plain
}
