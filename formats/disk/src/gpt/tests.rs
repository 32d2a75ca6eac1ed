use std::io::Write as _;
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use super::*;
use crate::partition;

const MIB: usize = 1 << 20;
const SFDISK: &str = "/usr/sbin/sfdisk";

/// A disk that sfdisk(8) made.
fn disk() -> Vec<u8> {
    static MADE: LazyLock<Vec<u8>> = LazyLock::new(|| {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(&vec![0; 8 * MIB]).unwrap();
        let script = format!(
            "label: gpt\nsize=1M, type={}, name=esp\nsize=2M, type={}, name=root-a\nsize=2M, type={}, name=root-b\n",
            partition::ESP_TYPE,
            partition::ROOT_X86_64_TYPE,
            partition::ROOT_X86_64_TYPE
        );
        let mut sfdisk = Command::new(SFDISK);
        let mut sfdisk =
            sfdisk.arg("-q").arg(file.path()).stdin(Stdio::piped()).spawn().expect("sfdisk starts");
        sfdisk.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
        assert!(sfdisk.wait().unwrap().success());
        std::fs::read(file.path()).unwrap()
    });
    MADE.clone()
}

fn apply(disk: &mut [u8], write: &Write) {
    let start = write.offset as usize;
    disk[start..start + write.bytes.len()].copy_from_slice(&write.bytes);
}

/// What sfdisk(8) says of a partition's identifier, and whether it finds no fault with the table.
fn sfdisk_says(disk: &[u8], number: usize) -> String {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(disk).unwrap();
    let run = |arguments: &[&str]| {
        let output = Command::new(SFDISK).args(arguments).output().expect("sfdisk starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8([output.stdout, output.stderr].concat()).unwrap()
    };
    let path = file.path().display().to_string();
    let verified = run(&["--verify", &path]);
    assert!(verified.contains("No errors detected"), "{verified}");
    // What follows is about the protective boot record, which names the size of the disk too.
    let printed = run(&["--part-uuid", &path, &number.to_string()]);
    printed.lines().next().unwrap_or_default().trim().to_lowercase()
}

#[test]
fn partitions_are_found_by_name() {
    let gpt = Gpt::read(&disk()).unwrap();
    let names: Vec<_> = gpt.partitions().into_iter().map(|p| (p.number, p.name, p.size)).collect();
    assert_eq!(names[1], (2, "root-a".to_owned(), 2 * MIB as u64));
    assert_eq!(names.len(), 3);
    assert_eq!(gpt.named("esp").unwrap().start, MIB as u64);
    assert_eq!(gpt.named("esp").unwrap().kind.to_string(), partition::ESP_TYPE);
    assert!(gpt.mend().unwrap().is_empty());
}

#[test]
fn another_program_sees_the_new_identifier_and_no_fault() {
    let mut disk = disk();
    let uuid = Uuid::of_root_hash(&[0x5a; 32]);
    for write in Gpt::read(&disk).unwrap().write_uuid(3, uuid).unwrap() {
        apply(&mut disk, &write);
    }
    assert_eq!(sfdisk_says(&disk, 3), uuid.to_string());
}

#[test]
fn a_cut_after_any_sector_leaves_one_whole_copy_and_can_be_mended() {
    let whole = disk();
    let (old, new) =
        (Gpt::read(&whole).unwrap().named("root-b").unwrap().uuid, Uuid::of_root_hash(&[0x5a; 32]));
    let writes = Gpt::read(&whole).unwrap().write_uuid(3, new).unwrap();
    // Sectors of one write may reach the disk in any order.
    let mut states = vec![whole.clone()];
    let mut durable = whole.clone();
    for write in &writes {
        let sectors: Vec<Write> = (0..write.bytes.len() / 512)
            .map(|i| Write {
                offset: write.offset + 512 * i as u64,
                bytes: write.bytes[512 * i..512 * (i + 1)].to_vec(),
            })
            .filter(|sector| durable[sector.offset as usize..][..512] != sector.bytes[..])
            .collect();
        for subset in 0..1u32 << sectors.len() {
            let mut state = durable.clone();
            sectors
                .iter()
                .enumerate()
                .filter(|(i, _)| subset >> i & 1 == 1)
                .for_each(|(_, s)| apply(&mut state, s));
            states.push(state);
        }
        apply(&mut durable, write);
    }
    assert!(states.len() > 6, "{}", states.len());
    for mut state in states {
        let gpt = Gpt::read(&state).expect("one copy is whole");
        let uuid = gpt.named("root-b").unwrap().uuid;
        assert!(uuid == old || uuid == new);
        for write in gpt.mend().unwrap() {
            apply(&mut state, &write);
        }
        let gpt = Gpt::read(&state).unwrap();
        assert!(gpt.mend().unwrap().is_empty());
        assert!(gpt.primary.is_some() && gpt.backup.is_some());
        for write in gpt.write_uuid(3, new).unwrap() {
            apply(&mut state, &write);
        }
        assert_eq!(state, durable);
    }
}

#[test]
fn what_is_no_table_is_an_error() {
    assert!(matches!(Gpt::read(&vec![0; MIB]), Err(GptError::NoTable)));
    assert!(matches!(Gpt::read(&Vec::new()), Err(GptError::NoTable)));
    let mut damaged = disk();
    damaged[512 + 70] ^= 1;
    let end = damaged.len();
    damaged[end - 512 + 70] ^= 1;
    assert!(matches!(Gpt::read(&damaged), Err(GptError::NoTable)));
    let gpt = Gpt::read(&disk()).unwrap();
    for number in [0, 4, 128, 129, usize::MAX] {
        assert!(matches!(gpt.write_uuid(number, Uuid::NIL), Err(GptError::NoPartition(_))), "{number}");
    }
}

/// Writes fields of the first header, with checksums that are right.
fn forge(disk: &mut [u8], fields: &[(usize, u64)]) {
    let header = &mut disk[512..1024];
    for (at, value) in fields {
        header[*at..at + 8].copy_from_slice(&value.to_le_bytes());
    }
    header[16..20].fill(0);
    let crc = crc32fast::hash(&header[..92]);
    header[16..20].copy_from_slice(&crc.to_le_bytes());
}

/// What the first copy says of the last one's place is not followed: the result is always the disk as it was.
#[test]
fn an_odd_place_of_the_last_copy_is_put_right() {
    for alternate in [0, 1, 5, 2048, (8 * MIB as u64) / 512 + 7, 1 << 55, 1 << 56, u64::MAX] {
        let mut bytes = disk();
        forge(&mut bytes, &[(32, alternate)]);
        for write in Gpt::read(&bytes).unwrap().mend().unwrap() {
            apply(&mut bytes, &write);
        }
        assert!(bytes == disk(), "{alternate}");
    }
}

#[test]
fn entries_that_lie_on_something_else_are_no_table() {
    // On the first partition, on the end of the disk, and beyond every disk.
    for entries in [2048, 2047, 5000, (8 * MIB as u64) / 512 - 32, 1 << 55, u64::MAX] {
        let mut bytes = disk();
        // The entries themselves are there, so that their checksum is right.
        let copy = bytes[1024..1024 + 128 * 128].to_vec();
        if let Some(place) =
            (entries as usize).checked_mul(512).and_then(|at| bytes.get_mut(at..at + copy.len()))
        {
            place.copy_from_slice(&copy);
        }
        forge(&mut bytes, &[(72, entries)]);
        let Ok(gpt) = Gpt::read(&bytes) else {
            assert_eq!(entries, (8 * MIB as u64) / 512 - 32, "only there is the last copy damaged too");
            continue;
        };
        assert!(gpt.primary.is_none() && gpt.backup.is_some(), "{entries}");
        for write in gpt.mend().unwrap() {
            apply(&mut bytes, &write);
        }
        assert!(bytes[512..1024 + copy.len()] == disk()[512..1024 + copy.len()], "{entries}");
    }
}

#[test]
fn a_copy_on_a_larger_disk_has_its_last_table_at_the_end() {
    let mut large = disk();
    large.resize(9 * MIB, 0);
    for write in Gpt::read(&large).unwrap().mend().unwrap() {
        apply(&mut large, &write);
    }
    let gpt = Gpt::read(&large).unwrap();
    assert!(gpt.mend().unwrap().is_empty() && gpt.backup.is_some());
    assert_eq!(&large[9 * MIB - 512..][..8], b"EFI PART");
    let uuid = Gpt::read(&disk()).unwrap().named("root-b").unwrap().uuid;
    assert_eq!(sfdisk_says(&large, 3), uuid.to_string());
}

#[test]
fn a_copy_on_a_smaller_disk_is_used_as_far_as_it_goes() {
    // The partitions end at 6 MiB.
    let mut small = disk()[..7 * MIB].to_vec();
    let uuid = Uuid::of_root_hash(&[0x5a; 32]);
    for write in Gpt::read(&small).unwrap().write_uuid(3, uuid).unwrap() {
        assert!(write.offset as usize + write.bytes.len() <= small.len());
        apply(&mut small, &write);
    }
    assert_eq!(sfdisk_says(&small, 3), uuid.to_string());
    for size in [6 * MIB, 6 * MIB + 32 * 512] {
        let gpt = Gpt::read(&disk()[..size].to_vec()).unwrap();
        let refused = gpt.write_uuid(3, uuid).unwrap_err();
        assert!(matches!(refused, GptError::TooSmall { number: 3, .. }), "{refused}");
        assert!(gpt.mend().is_err());
        assert_eq!(gpt.partitions().len(), 3, "it can be looked at");
    }
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config::with_cases(256))]
    /// Nothing is written where a partition or the boot record is, or where there is no disk.
    #[test]
    fn right_checksums_do_not_make_a_table_right(
        fields in proptest::collection::vec(
            (
                proptest::sample::select(vec![24usize, 32, 40, 48, 72, 80]),
                proptest::prop_oneof![0u64..100, 2000u64..2100, 16_300u64..16_500, proptest::num::u64::ANY],
            ),
            1..4,
        ),
        size in proptest::prop_oneof![proptest::strategy::Just(8 * MIB), 5 * MIB..10 * MIB],
    ) {
        let mut bytes = disk();
        bytes.resize(size, 0);
        forge(&mut bytes, &fields);
        let Ok(gpt) = Gpt::read(&bytes) else { return Ok(()) };
        let writes = gpt.write_uuid(3, Uuid::of_root_hash(&[0x5a; 32])).unwrap_or_default();
        for write in writes.into_iter().chain(gpt.mend().unwrap_or_default()) {
            let (start, end) = (write.offset, write.offset + write.bytes.len() as u64);
            proptest::prop_assert!(start >= 512 && end <= size as u64);
            for partition in gpt.partitions() {
                proptest::prop_assert!(end <= partition.start || start >= partition.start + partition.size);
            }
        }
    }
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config::with_cases(32))]
    #[test]
    fn damage_never_panics(at in 0usize..34 * 512, byte: u8) {
        let mut bytes = disk();
        bytes[at] = byte;
        if let Ok(gpt) = Gpt::read(&bytes) {
            proptest::prop_assert!(gpt.named("root-a").is_some());
        }
    }
}
