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
    run(&["--part-uuid", &path, &number.to_string()]).trim().to_lowercase()
}

#[test]
fn partitions_are_found_by_name() {
    let gpt = Gpt::read(&disk()).unwrap();
    let names: Vec<_> = gpt.partitions().into_iter().map(|p| (p.number, p.name, p.size)).collect();
    assert_eq!(names[1], (2, "root-a".to_owned(), 2 * MIB as u64));
    assert_eq!(names.len(), 3);
    assert_eq!(gpt.named("esp").unwrap().start, MIB as u64);
    assert_eq!(gpt.named("esp").unwrap().kind.to_string(), partition::ESP_TYPE);
    assert!(gpt.mend().is_empty());
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
        for write in gpt.mend() {
            apply(&mut state, &write);
        }
        let gpt = Gpt::read(&state).unwrap();
        assert!(gpt.mend().is_empty());
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
