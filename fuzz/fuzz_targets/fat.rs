//! The names on an EFI system partition.

#![no_main]

use libfuzzer_sys::fuzz_target;
use yoe_disk::fat::names;

fuzz_target!(init: yoe_fuzz::seeds(seeds), |data: &[u8]| {
    let Ok(names) = names(data) else { return };
    for name in &names {
        for write in name.unlink() {
            let end = write.offset.checked_add(write.bytes.len() as u64);
            assert!(end.is_some_and(|end| end <= data.len() as u64), "a write beyond the end of the disk");
        }
    }
});

/// A FAT32 of one sector a cluster: the boot sector, one sector of table, then the clusters from 2 on.
fn seeds() -> Vec<Vec<u8>> {
    let mut disk = vec![0; 512 * 6];
    disk[11..17].copy_from_slice(&[0, 2, 1, 1, 0, 1]);
    disk[36] = 1;
    disk[44] = 2;
    disk[510..512].copy_from_slice(&[0x55, 0xaa]);
    // Cluster 2 is the root, 3 a directory of two clusters, 4 and 5.
    for (cluster, next) in [(2_usize, 0x0fff_ffff_u32), (3, 4), (4, 0x0fff_ffff), (5, 0x0fff_ffff)] {
        disk[512 + cluster * 4..][..4].copy_from_slice(&next.to_le_bytes());
    }
    let entry = |name: &[u8; 11], kind: u8, cluster: u8| {
        let mut entry = [0; 32];
        entry[..11].copy_from_slice(name);
        entry[11] = kind;
        entry[26] = cluster;
        entry
    };
    let short = *b"BOX_1~1 EFI";
    let sum = short.iter().fold(0_u8, |sum, byte| sum.rotate_right(1).wrapping_add(*byte));
    let mut long = [0; 32];
    long[0] = 0x41;
    long[11] = 0x0f;
    long[13] = sum;
    for (at, letter) in [1, 3, 5, 7, 9, 14, 16].into_iter().zip(*b"box_1.0") {
        long[at] = letter;
    }
    disk[1024..1056].copy_from_slice(&entry(b"EFI        ", 0x10, 3));
    disk[1536..1568].copy_from_slice(&entry(b".          ", 0x10, 3));
    disk[1568..1600].copy_from_slice(&long);
    disk[1600..1632].copy_from_slice(&entry(&short, 0x20, 5));
    vec![disk]
}
