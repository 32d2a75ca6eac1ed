//! Names of boot entries: `NAME_VERSION+LEFT-DONE.efi`.
//!
//! The counter is that of the Boot Loader Specification's automatic boot assessment: `+3` is an entry with three tries,
//! `+2-1` one of whose tries was used, `+0-3` one that failed, and a name without a counter counts as good. systemd-boot
//! counts before it starts the entry.

use std::fmt;

/// The folder of the entries on the EFI system partition.
pub const FOLDER: &str = "EFI/Linux";

/// Tries of an entry that was not yet found good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Counter {
    /// Tries that are left.
    pub left: u32,
    /// Tries that were used.
    pub done: u32,
}

/// What a name says of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It was found good.
    Good,
    /// It may be tried this often.
    Trial(Counter),
    /// Its tries were used up: the boot manager takes it last.
    Failed(Counter),
}

/// The name of an entry.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryName {
    stem: String,
    counter: Option<Counter>,
}

/// What ends the name of an entry; the boot manager looks at no other files.
const SUFFIX: &str = ".efi";

impl EntryName {
    /// The name of an image's entry.
    pub fn new(image: &str, version: &str, counter: Option<Counter>) -> Self {
        Self { stem: format!("{image}_{version}"), counter }
    }

    /// Reads a file name; nothing when the boot manager would not take it for an entry.
    pub fn parse(file: &str) -> Option<Self> {
        let split = file.len().checked_sub(SUFFIX.len())?;
        let (body, suffix) = (file.get(..split)?, file.get(split..)?);
        if !suffix.eq_ignore_ascii_case(SUFFIX) || body.is_empty() {
            return None;
        }
        let counted = body.rsplit_once('+').and_then(|(stem, text)| Some((stem, counter(text)?)));
        Some(match counted {
            Some((stem, counter)) if !stem.is_empty() => {
                Self { stem: stem.to_owned(), counter: Some(counter) }
            }
            _ => Self { stem: body.to_owned(), counter: None },
        })
    }

    /// The name without counter and suffix: `NAME_VERSION`.
    pub fn stem(&self) -> &str {
        &self.stem
    }

    /// What follows the last `_`: the version, as far as a file name can tell.
    pub fn version(&self) -> &str {
        self.stem.rsplit_once('_').map_or("", |(_, version)| version)
    }

    /// What the counter says.
    pub fn state(&self) -> State {
        match self.counter {
            None => State::Good,
            Some(counter) if counter.left == 0 => State::Failed(counter),
            Some(counter) => State::Trial(counter),
        }
    }

    /// The same entry with this counter, or without one.
    pub fn with(&self, counter: Option<Counter>) -> Self {
        Self { stem: self.stem.clone(), counter }
    }

    /// The name of the unfinished copy of this entry: no boot manager takes it.
    pub fn unfinished(&self) -> String {
        format!("{}{SUFFIX}.part", self.stem)
    }

    /// The name after the boot manager counted a try; the same when there is nothing to count.
    pub fn tried(&self) -> Self {
        let count = |counter: Counter| Counter { left: counter.left - 1, done: counter.done + 1 };
        match self.counter {
            Some(counter) if counter.left > 0 => self.with(Some(count(counter))),
            _ => self.clone(),
        }
    }
}

impl fmt::Display for EntryName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.counter {
            None => write!(f, "{}{SUFFIX}", self.stem),
            Some(Counter { left, done: 0 }) => write!(f, "{}+{left}{SUFFIX}", self.stem),
            Some(Counter { left, done }) => write!(f, "{}+{left}-{done}{SUFFIX}", self.stem),
        }
    }
}

fn counter(text: &str) -> Option<Counter> {
    let number = |text: &str| {
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| text.parse().ok()).flatten()
    };
    match text.split_once('-') {
        None => Some(Counter { left: number(text)?, done: 0 }),
        Some((left, done)) => Some(Counter { left: number(left)?, done: number(done)? }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_the_boot_manager_reads_them() {
        let read = |file: &str| EntryName::parse(file).map(|name| (name.stem.clone(), name.state()));
        let stem = || "box_1.0.1".to_owned();
        let counter = |left, done| Counter { left, done };
        assert_eq!(read("box_1.0.1.efi"), Some((stem(), State::Good)));
        assert_eq!(read("box_1.0.1+3.efi"), Some((stem(), State::Trial(counter(3, 0)))));
        assert_eq!(read("box_1.0.1+3-0.efi"), Some((stem(), State::Trial(counter(3, 0)))));
        assert_eq!(read("box_1.0.1+0-3.EFI"), Some((stem(), State::Failed(counter(0, 3)))));
        assert_eq!(read("box_1.0.1+x.efi"), Some(("box_1.0.1+x".to_owned(), State::Good)));
        assert_eq!(read("+3.efi"), Some(("+3".to_owned(), State::Good)));
        for other in ["box_1.0.1.efi.part", "box", ".efi", "", "ä"] {
            assert_eq!(read(other), None, "{other}");
        }
    }

    #[test]
    fn tries_are_counted_down() {
        let mut name = EntryName::new("box", "1.0", Some(Counter { left: 3, done: 0 }));
        let mut seen = Vec::new();
        for _ in 0..5 {
            seen.push(name.to_string());
            name = name.tried();
        }
        let expected =
            ["box_1.0+3.efi", "box_1.0+2-1.efi", "box_1.0+1-2.efi", "box_1.0+0-3.efi", "box_1.0+0-3.efi"];
        assert_eq!(seen, expected);
        assert_eq!(name.with(None).to_string(), "box_1.0.efi");
        assert_eq!(name.version(), "1.0");
        assert!(EntryName::parse(&name.unfinished()).is_none());
    }

    proptest::proptest! {
        #[test]
        fn what_is_written_is_read(stem in "[a-z][a-z_.-]{0,8}", left in 0u32..9, done in 0u32..9, counted: bool) {
            let name = EntryName { stem, counter: counted.then_some(Counter { left, done }) };
            proptest::prop_assert_eq!(EntryName::parse(&name.to_string()), Some(name));
        }
    }
}
