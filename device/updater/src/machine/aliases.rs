//! Names of one file: what a power cut in a rename leaves.

use std::collections::BTreeMap;

use yoe_disk::entry::{EntryName, State};

/// Which of these names have to go, by their places, so that no file has two: each is given with the first cluster of what it
/// names. Removing one in the ordinary way would free what the other needs (`yoe_disk::fat`).
///
/// The name that says most good of an entry stays. A torn rename is so undone, or completed, and either is a state that the
/// machine comes through without a power cut.
pub fn redundant(names: &[(&str, u32)]) -> Vec<usize> {
    let mut files: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for (place, (_, cluster)) in names.iter().enumerate() {
        // Cluster 0 is that of every empty file.
        if *cluster != 0 {
            files.entry(*cluster).or_default().push(place);
        }
    }
    let mut redundant = Vec::new();
    for mut places in files.into_values() {
        places.sort_unstable_by_key(|place| (rank(names[*place].0), names[*place].0));
        places.pop();
        redundant.append(&mut places);
    }
    redundant
}

/// What a name says. Below every other are those of files that are not finished yet.
fn rank(path: &str) -> (u8, (u8, u32)) {
    let file = path.rsplit('/').next().unwrap_or(path);
    match EntryName::parse(file) {
        Some(name) => (2, rank_of_state(name.state())),
        None => (u8::from(!file.ends_with(".part") && !file.ends_with(".new")), (0, 0)),
    }
}

/// Orders what is said of one version: the best comes last.
pub(super) fn rank_of_state(state: State) -> (u8, u32) {
    match state {
        State::Failed(_) => (0, 0),
        State::Trial(counter) => (1, counter.left),
        State::UsedUp(_) => (2, 0),
        State::Armed(counter) => (3, counter.left),
        State::Good => (4, 0),
    }
}

#[cfg(test)]
mod tests {
    use super::redundant;

    #[test]
    fn the_name_that_says_most_good_stays() {
        let gone = |names: &[(&'static str, u32)]| -> Vec<&'static str> {
            redundant(names).into_iter().map(|place| names[place].0).collect()
        };
        let torn = [
            ("EFI/Linux/box_2+3.efi", "EFI/Linux/box_2.efi.part"),
            ("EFI/Linux/box_2+3.efi", "EFI/Linux/box_2+2-1.efi"),
            ("EFI/Linux/box_2,good+8.efi", "EFI/Linux/box_2+2-1.efi"),
            ("EFI/Linux/box_2,good+8.efi", "EFI/Linux/box_2,good+7-1.efi"),
            ("EFI/Linux/box_2.efi", "EFI/Linux/box_2,good+8.efi"),
            ("EFI/Linux/box_2,good+8.efi", "EFI/Linux/box_2+0-1.efi"),
            ("EFI/yoe/failure.json", "EFI/yoe/failure.new"),
        ];
        for (stays, goes) in torn {
            assert_eq!(gone(&[(stays, 7), ("other", 8), (goes, 7)]), [goes]);
            assert_eq!(gone(&[(goes, 7), (stays, 7)]), [goes]);
        }
        assert_eq!(gone(&[("a", 0), ("b", 0), ("c", 3), ("d", 4)]), [""; 0]);
        assert_eq!(gone(&[("a", 5), ("b", 5), ("c.part", 5)]), ["c.part", "a"], "one of them stays");
        assert_eq!(redundant(&[("a", 5), ("a", 5)]).len(), 1, "and if they are called the same");
    }
}
