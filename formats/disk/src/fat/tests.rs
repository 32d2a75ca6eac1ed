//! Held against a FAT driver that others wrote.

use std::io::{Cursor, Read as _, Write as _};

use fatfs::{FatType, FileSystem, FormatVolumeOptions, FsOptions};

use super::*;

/// FAT32 has no fewer clusters than this; here of 512 bytes, so that a directory soon has several.
const SIZE: usize = 36 << 20;
const KERNEL: [u8; 3000] = [b'k'; 3000];
const ENTRY: &str = "EFI/Linux/container-host_1.0.12+2-1.efi";
const TWIN: &str = "EFI/Linux/container-host_1.0.12,good+8.efi";

fn mount(medium: &mut Vec<u8>) -> FileSystem<Cursor<&mut Vec<u8>>> {
    FileSystem::new(Cursor::new(medium), FsOptions::new()).unwrap()
}

fn write(medium: &mut Vec<u8>, path: &str, bytes: &[u8]) {
    let disk = mount(medium);
    disk.root_dir().create_file(path).unwrap().write_all(bytes).unwrap();
    disk.unmount().unwrap();
}

fn read(medium: &mut Vec<u8>, path: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    mount(medium).root_dir().open_file(path).unwrap().read_to_end(&mut bytes).unwrap();
    bytes
}

fn free(medium: &mut Vec<u8>) -> u32 {
    mount(medium).stats().unwrap().free_clusters()
}

/// An EFI system partition with a kernel, in a directory of several clusters.
fn esp() -> Vec<u8> {
    let mut medium = vec![0; SIZE];
    let options = FormatVolumeOptions::new().bytes_per_cluster(512).fat_type(FatType::Fat32);
    fatfs::format_volume(Cursor::new(&mut medium), options).unwrap();
    let disk = mount(&mut medium);
    let root = disk.root_dir();
    for directory in ["EFI", "EFI/BOOT", "EFI/Linux", "EFI/yoe", "loader"] {
        root.create_dir(directory).unwrap();
    }
    drop(root);
    disk.unmount().unwrap();
    for number in 0..9 {
        write(&mut medium, &format!("EFI/Linux/a file of somebody else, number {number}.efi"), b"x");
    }
    for (path, bytes) in
        [("EFI/BOOT/BOOTX64.EFI", &b"boot"[..]), ("EFI/yoe/failure.json", b"{}"), (ENTRY, &KERNEL)]
    {
        write(&mut medium, path, bytes);
    }
    medium
}

fn name<'a>(names: &'a [Name], path: &str) -> &'a Name {
    names.iter().find(|name| name.path == path).unwrap_or_else(|| panic!("{path} is not among {names:#?}"))
}

/// What a power cut in the middle of a rename leaves.
fn torn() -> Vec<u8> {
    let mut medium = esp();
    write(&mut medium, TWIN, b"");
    let names = names(&medium).unwrap();
    let [from, to] = [ENTRY, TWIN].map(|path| name(&names, path).entries[0] as usize);
    for field in [20..22, 26..32] {
        let bytes = medium[from + field.start..from + field.end].to_vec();
        medium[to + field.start..to + field.end].copy_from_slice(&bytes);
    }
    assert_eq!(read(&mut medium, TWIN), KERNEL);
    medium
}

#[test]
fn names_are_those_that_others_read() {
    let mut medium = esp();
    let ours = names(&medium).unwrap();
    let mut theirs = Vec::new();
    let disk = mount(&mut medium);
    for directory in ["EFI/BOOT", "EFI/Linux", "EFI/yoe"] {
        let entries = disk.root_dir().open_dir(directory).unwrap();
        let files = entries.iter().map(Result::unwrap).filter(fatfs::DirEntry::is_file);
        theirs.extend(files.map(|file| format!("{directory}/{}", file.file_name())));
    }
    theirs.sort();
    assert_eq!(ours.iter().map(|name| name.path.clone()).collect::<Vec<_>>(), theirs);
    let mut clusters: Vec<u32> = ours.iter().map(|name| name.cluster).collect();
    clusters.sort_unstable();
    clusters.dedup();
    assert_eq!(clusters.len(), ours.len(), "no two are one file");
    assert!(name(&ours, ENTRY).entries.len() > 3, "a long name has several entries");
}

#[test]
fn a_name_goes_and_what_it_names_stays() {
    for gone in [ENTRY, TWIN] {
        let stays = if gone == ENTRY { TWIN } else { ENTRY };
        let before = names(&torn()).unwrap();
        assert_eq!(name(&before, ENTRY).cluster, name(&before, TWIN).cluster);
        let writes: Vec<Write> = name(&before, gone).unlink().collect();
        // The power may go after each of them.
        for count in 1..=writes.len() {
            let mut medium = torn();
            let space = free(&mut medium);
            for write in &writes[..count] {
                medium[write.offset as usize] = write.bytes[0];
            }
            let after = names(&medium).unwrap();
            let expected: Vec<Name> = before.iter().filter(|name| name.path != gone).cloned().collect();
            assert_eq!(after, expected);
            assert!(mount(&mut medium).root_dir().open_file(gone).is_err());
            write(&mut medium, "new.part", &[b'n'; 9000]);
            assert_eq!(read(&mut medium, stays), KERNEL);
            mount(&mut medium).root_dir().remove("new.part").unwrap();
            assert_eq!(free(&mut medium), space, "nothing was freed twice, and nothing is lost");
        }
    }
}

#[test]
fn removing_it_in_the_ordinary_way_would_lose_the_other() {
    let mut medium = torn();
    mount(&mut medium).root_dir().remove(TWIN).unwrap();
    write(&mut medium, "EFI/Linux/new.efi.part", &vec![b'n'; SIZE / 2]);
    let disk = mount(&mut medium);
    let mut bytes = Vec::new();
    let read = disk.root_dir().open_file(ENTRY).unwrap().read_to_end(&mut bytes);
    assert!(
        read.is_err() || bytes != KERNEL,
        "the kernel survived: this driver does not need what is done here"
    );
}

/// A file system with a directory of so many clusters, full of entries; the first ones are directories: this one again.
fn crowded(directories: usize, clusters: usize) -> Vec<u8> {
    let mut medium = esp();
    let layout = Layout::read(medium[..512].try_into().unwrap()).unwrap();
    let first = 1000;
    let at = |number: usize| layout.data as usize + (number - 2) * layout.cluster as usize;
    let entry = |name: String, kind: u8, cluster: usize| {
        let mut entry = [0; 32];
        entry[..11].copy_from_slice(format!("{name:<11}").as_bytes());
        entry[11] = kind;
        entry[26..28].copy_from_slice(&(cluster as u16).to_le_bytes());
        entry
    };
    // A chain whose clusters hold nothing but entries: the first ones are directories, each of them this chain again.
    for number in 0..clusters {
        let next = if number + 1 < clusters { first + number + 1 } else { 0x0fff_ffff };
        let table = layout.table as usize + (first + number) * 4;
        medium[table..table + 4].copy_from_slice(&(next as u32).to_le_bytes());
        for place in 0..layout.cluster as usize / 32 {
            let index = number * layout.cluster as usize / 32 + place;
            let kind = if index < directories { 0x10 } else { 0 };
            let bytes = entry(format!("N{index}"), kind, first);
            medium[at(first + number) + place * 32..][..32].copy_from_slice(&bytes);
        }
    }
    let root = at(layout.root as usize);
    medium[root..root + 32].copy_from_slice(&entry("LOOP".to_owned(), 0x10, first));
    medium
}

#[test]
fn a_directory_that_holds_itself_is_read_once() {
    let names = names(&crowded(200, 64)).unwrap();
    // 64 clusters of 16 entries, of which 200 are the directory itself.
    let inside = names.iter().filter(|name| name.path.starts_with("LOOP/")).count();
    assert_eq!(inside, 64 * 16 - 200);
}

#[test]
fn more_names_than_any_esp_has_are_an_error() {
    let most = names(&crowded(0, 1023)).unwrap();
    assert_eq!(most.iter().filter(|name| name.path.starts_with("LOOP/")).count(), 16_368);
    let refused = names(&crowded(0, 1100)).unwrap_err();
    assert_eq!(refused.kind(), io::ErrorKind::InvalidData);
}

#[test]
fn what_is_no_fat32_has_no_names() {
    assert_eq!(names(&vec![0; 1024]).unwrap(), []);
    assert_eq!(names(&vec![0xff; 1024]).unwrap(), []);
    assert!(names(&vec![0; 100]).is_err());
    let mut medium = vec![0; SIZE];
    let options = FormatVolumeOptions::new().bytes_per_cluster(4096).fat_type(FatType::Fat16);
    fatfs::format_volume(Cursor::new(&mut medium), options).unwrap();
    write(&mut medium, "a.efi", b"x");
    assert_eq!(names(&medium).unwrap(), []);
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(300))]
    #[test]
    fn a_damaged_one_is_read_to_an_end(flips in proptest::collection::vec((0usize..1 << 21, proptest::prelude::any::<u8>()), 1..200)) {
        let mut medium = torn();
        let root = Layout::read(medium[..512].try_into().unwrap()).unwrap();
        for (at, byte) in flips {
            // The boot sector, the head of the table, and the first clusters.
            let start = match at % 3 { 0 => 0, 1 => root.table, _ => root.data };
            let at = start as usize + at / 3 % (32 << (at % 3 * 5));
            medium[at] = byte;
        }
        let _ = names(&medium);
    }
}
