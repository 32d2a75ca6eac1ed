//! A partition table with right checksums, as somebody who writes the disk can make one.

#![no_main]

use libfuzzer_sys::fuzz_target;
use yoe_disk::Uuid;
use yoe_disk::gpt::Gpt;

const SECTOR: usize = 512;
const SECTORS: usize = 64;
const HEADER: usize = 92;
const LAST: usize = SECTORS - 1;

/// A disk: both headers, then what lies from sector 2 on.
fn disk(data: &[u8]) -> Vec<u8> {
    let mut disk = vec![0; SECTOR * SECTORS];
    let mut rest = data;
    for sector in [1, LAST] {
        let (header, others) = rest.split_at(HEADER.min(rest.len()));
        disk[sector * SECTOR..][..header.len()].copy_from_slice(header);
        rest = others;
    }
    let room = &mut disk[2 * SECTOR..LAST * SECTOR];
    let length = rest.len().min(room.len());
    room[..length].copy_from_slice(&rest[..length]);
    [1, LAST].into_iter().for_each(|sector| seal(&mut disk, sector));
    disk
}

/// Makes the checksums of a header right, as far as what it names is there (UEFI 2.10, table 5.5).
fn seal(disk: &mut [u8], sector: usize) {
    let header = sector * SECTOR;
    let word =
        |disk: &[u8], at: usize| u32::from_le_bytes(disk[header + at..][..4].try_into().expect("four"));
    let place = u64::from_le_bytes(disk[header + 72..][..8].try_into().expect("eight"));
    let length = u64::from(word(disk, 80)) * u64::from(word(disk, 84));
    let start = place.checked_mul(SECTOR as u64);
    let range = start.and_then(|start| Some(start as usize..start.checked_add(length)? as usize));
    if let Some(entries) = range.and_then(|range| disk.get(range)) {
        let sum = crc32fast::hash(entries);
        disk[header + 88..][..4].copy_from_slice(&sum.to_le_bytes());
    }
    disk[header + 16..][..4].fill(0);
    let size = (word(disk, 12) as usize).min(SECTOR);
    let sum = crc32fast::hash(&disk[header..header + size]);
    disk[header + 16..][..4].copy_from_slice(&sum.to_le_bytes());
}

fuzz_target!(init: yoe_fuzz::seeds(seeds), |data: &[u8]| {
    let disk = disk(data);
    let Ok(table) = Gpt::read(&disk) else { return };
    let partitions = table.partitions();
    let changes = partitions.iter().filter_map(|partition| table.write_uuid(partition.number, Uuid::NIL).ok());
    for writes in changes.chain(table.mend().ok()) {
        for write in writes {
            let end = write.offset.checked_add(write.bytes.len() as u64);
            assert!(write.offset >= SECTOR as u64, "the protective MBR is not ours to write");
            assert!(end.is_some_and(|end| end <= disk.len() as u64), "a write beyond the end of the disk");
        }
    }
});

fn seeds() -> Vec<Vec<u8>> {
    let header = |own: u64, other: u64, entries: u64| {
        let mut header = [0; HEADER];
        header[..16].copy_from_slice(b"EFI PART\0\0\x01\0\x5c\0\0\0");
        for (at, value) in [(24, own), (32, other), (40, 34), (48, 60), (72, entries)] {
            header[at..at + 8].copy_from_slice(&value.to_le_bytes());
        }
        header[80] = 4;
        header[84] = 128;
        header
    };
    let mut entry = [0; 128];
    entry[..32].fill(9);
    entry[32] = 34;
    entry[40] = 40;
    entry[56] = b'a';
    let mut seed = [header(1, LAST as u64, 2), header(LAST as u64, 1, 2)].concat();
    seed.extend(entry);
    seed.resize(seed.len() + 3 * 128, 0);
    let first = seed[..HEADER].to_vec();
    vec![seed, first]
}
