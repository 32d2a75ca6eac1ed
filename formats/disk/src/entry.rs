//! Names of boot entries: `NAME_VERSION+LEFT-DONE.efi`.
//!
//! The counter is that of the Boot Loader Specification's automatic boot assessment: `+3` is an entry with three tries,
//! `+2-1` one of whose tries was used, `+0-3` one that failed, and a name without a counter counts as good. systemd-boot
//! counts before it starts the entry.
//!
//! A version that was found good is counted as well while there is another one to come back to: its entry is armed. The
//! counter is the same, and a mark before it says so: `NAME_VERSION,good+8.efi` (docs/design/0021). No version has a comma.

use std::fmt;

/// The directory of the entries on the EFI system partition.
pub const DIRECTORY: &str = "EFI/Linux";

/// Tries of an entry that was not yet found good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Counter {
    /// Tries that are left.
    pub left: u32,
    /// Tries that were used.
    pub done: u32,
}

impl Counter {
    /// The largest number that the boot manager reads: a name with a larger one has no counter for it (systemd-boot).
    pub const MOST: u32 = i32::MAX as u32;
}

/// What a name says of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It was found good, and nothing is counted.
    Good,
    /// It was found good, and may be started this often without coming far enough.
    Armed(Counter),
    /// It was found good, and used up its tries since: the boot manager takes it last.
    UsedUp(Counter),
    /// It may be tried this often.
    Trial(Counter),
    /// Its tries were used up: the boot manager takes it last.
    Failed(Counter),
}

impl State {
    /// Whether it was found good once, whatever became of it since.
    pub fn found_good(self) -> bool {
        matches!(self, Self::Good | Self::Armed(_) | Self::UsedUp(_))
    }
}

/// The name of an entry.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryName {
    stem: String,
    /// Whether the mark is there; never without a counter.
    armed: bool,
    counter: Option<Counter>,
}

/// What ends the name of an entry; the boot manager looks at no other files.
const SUFFIX: &str = ".efi";
/// What stands before the counter of a version that was found good.
const MARK: &str = ",good";

impl EntryName {
    /// The name of an image's entry.
    pub fn new(image: &str, version: &str, counter: Option<Counter>) -> Self {
        Self { stem: format!("{image}_{version}"), armed: false, counter }
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
                let marked = stem.strip_suffix(MARK).filter(|stem| !stem.is_empty());
                let (stem, armed) = (marked.unwrap_or(stem).to_owned(), marked.is_some());
                Self { stem, armed, counter: Some(counter) }
            }
            _ => Self { stem: body.to_owned(), armed: false, counter: None },
        })
    }

    /// The name without mark, counter and suffix: `NAME_VERSION`.
    pub fn stem(&self) -> &str {
        &self.stem
    }

    /// Whether it is the name of this image's entry, as far as a file name can tell.
    pub fn is_of(&self, image: &str) -> bool {
        self.stem.strip_prefix(image).is_some_and(|rest| rest.starts_with('_'))
    }

    /// What follows the last `_`: the version, as far as a file name can tell.
    pub fn version(&self) -> &str {
        self.stem.rsplit_once('_').map_or("", |(_, version)| version)
    }

    /// What the counter says.
    pub fn state(&self) -> State {
        match self.counter {
            None => State::Good,
            Some(counter) if self.armed && counter.left == 0 => State::UsedUp(counter),
            Some(counter) if self.armed => State::Armed(counter),
            Some(counter) if counter.left == 0 => State::Failed(counter),
            Some(counter) => State::Trial(counter),
        }
    }

    /// The same entry with this counter, or without one; not armed.
    pub fn with(&self, counter: Option<Counter>) -> Self {
        Self { stem: self.stem.clone(), armed: false, counter }
    }

    /// The same entry as that of a version that was found good and is counted.
    pub fn armed(&self, counter: Counter) -> Self {
        Self { stem: self.stem.clone(), armed: true, counter: Some(counter) }
    }

    /// Whether the boot manager would come to one name when it counts down from either. Firmware does not rename a file over
    /// another, so where both are there it would not count.
    pub fn counts_like(&self, other: &Self) -> bool {
        let (Some(one), Some(another)) = (self.counter, other.counter) else { return false };
        let all = |counter: Counter| u64::from(counter.left) + u64::from(counter.done);
        (&self.stem, self.armed, all(one)) == (&other.stem, other.armed, all(another))
    }

    /// The same entry with one more of its tries used, and as many left. It always has another name: after the largest number
    /// of used tries comes none.
    #[must_use]
    pub fn once_more(&self) -> Self {
        let done = |done: u32| if done < Counter::MOST { done + 1 } else { 0 };
        let more = |counter: Counter| Counter { done: done(counter.done), ..counter };
        Self { counter: self.counter.map(more), ..self.clone() }
    }

    /// The name of the unfinished copy of this entry: no boot manager takes it.
    pub fn unfinished(&self) -> String {
        format!("{}{SUFFIX}.part", self.stem)
    }

    /// The name after the boot manager counted a try; the same when there is nothing to count.
    pub fn tried(&self) -> Self {
        let count = |counter: Counter| Counter {
            left: counter.left - 1,
            done: counter.done.saturating_add(1).min(Counter::MOST),
        };
        match self.counter {
            Some(counter) if counter.left > 0 => Self { counter: Some(count(counter)), ..self.clone() },
            _ => self.clone(),
        }
    }
}

impl fmt::Display for EntryName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.stem, if self.armed { MARK } else { "" })?;
        match self.counter {
            None => write!(f, "{SUFFIX}"),
            Some(Counter { left, done: 0 }) => write!(f, "+{left}{SUFFIX}"),
            Some(Counter { left, done }) => write!(f, "+{left}-{done}{SUFFIX}"),
        }
    }
}

fn counter(text: &str) -> Option<Counter> {
    let number = |text: &str| {
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| text.parse().ok()).flatten().filter(|number| *number <= Counter::MOST)
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
        assert_eq!(read("box_1.0.1,good+8.efi"), Some((stem(), State::Armed(counter(8, 0)))));
        assert_eq!(read("box_1.0.1,good+7-1.efi"), Some((stem(), State::Armed(counter(7, 1)))));
        assert_eq!(read("box_1.0.1,good+0-8.efi"), Some((stem(), State::UsedUp(counter(0, 8)))));
        assert_eq!(read("box_1.0.1,good.efi"), Some(("box_1.0.1,good".to_owned(), State::Good)));
        assert_eq!(read(",good+8.efi"), Some((",good".to_owned(), State::Trial(counter(8, 0)))));
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

    #[test]
    fn what_was_found_good_stays_so_while_it_is_counted() {
        let good = EntryName::new("box", "1.0", None);
        let mut name = good.armed(Counter { left: 2, done: 0 });
        let mut seen = Vec::new();
        for _ in 0..4 {
            assert!(name.state().found_good());
            assert_eq!((name.version(), name.stem()), ("1.0", "box_1.0"));
            seen.push(name.to_string());
            name = name.tried();
        }
        let expected = ["box_1.0,good+2.efi", "box_1.0,good+1-1.efi", "box_1.0,good+0-2.efi"];
        assert_eq!(seen, [&expected[..], &expected[2..]].concat());
        assert_eq!(name.with(None), good);
        assert_eq!(name.unfinished(), good.unfinished());
        assert_eq!(name.once_more().to_string(), "box_1.0,good+0-3.efi");
        assert!(name.counts_like(&good.armed(Counter { left: 2, done: 0 })));
        assert!(!name.counts_like(&name.once_more()) && !name.counts_like(&good));
        assert!(!name.with(Some(Counter { left: 0, done: 1 })).state().found_good());
        assert!(name.is_of("box") && !name.is_of("bo") && !name.is_of("box_1.0"));
    }

    /// What the boot manager does not read as a counter is none, and no sum goes beyond what it reads.
    #[test]
    fn counters_have_an_end() {
        let state = |file: &str| EntryName::parse(file).unwrap().state();
        let most = Counter { left: 1, done: Counter::MOST };
        assert_eq!(state("box_1+1-2147483647.efi"), State::Trial(most));
        for file in [
            "box_1+1-2147483648.efi",
            "box_1+2147483648.efi",
            "box_1+1-4294967295.efi",
            "box_1+4294967296.efi",
        ] {
            assert_eq!(state(file), State::Good, "{file}");
        }
        let last = EntryName::parse("box_1+1-2147483647.efi").unwrap();
        assert_eq!(last.tried().to_string(), "box_1+0-2147483647.efi");
        assert_eq!(last.once_more().to_string(), "box_1+1.efi");
    }

    proptest::proptest! {
        #[test]
        fn any_name_can_be_counted(
            left: u32,
            done in proptest::prop_oneof![0u32..9, Counter::MOST - 2..=Counter::MOST + 2, proptest::num::u32::ANY],
        ) {
            let name = EntryName::parse(&format!("box_1+{left}-{done}.efi")).unwrap();
            for next in [name.tried(), name.once_more()] {
                proptest::prop_assert_eq!(EntryName::parse(&next.to_string()), Some(next.clone()));
            }
            let counted = !matches!(name.state(), State::Good);
            proptest::prop_assert_eq!(counted, name.once_more() != name);
        }

        #[test]
        fn what_is_written_is_read(
            stem in "[a-z][a-z_.-]{0,8}",
            left in 0u32..9,
            done in 0u32..9,
            counted: bool,
            armed: bool,
        ) {
            let counter = counted.then_some(Counter { left, done });
            let name = EntryName { stem, armed: armed && counted, counter };
            proptest::prop_assert_eq!(EntryName::parse(&name.to_string()), Some(name));
        }
    }
}
