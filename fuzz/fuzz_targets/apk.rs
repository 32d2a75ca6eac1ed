//! Packages and their index, before any signature is believed, and the archive within.

#![no_main]

use std::io::Read;

use libfuzzer_sys::fuzz_target;
use yoe_package::{ArchiveReader, ArchiveWriter, Entry, Kind, PublicKey, Reader, index};

fuzz_target!(init: yoe_fuzz::seeds(seeds), |data: &[u8]| {
    let _ = Reader::new(data, "a.apk", &[]);
    let _ = index::read(data, "APKINDEX.tar.gz", &[]);
    let _ = PublicKey::from_pem("a", &String::from_utf8_lossy(data));
    let mut archive = ArchiveReader::new(data);
    while let Ok(Some(entry)) = archive.next_entry() {
        let leads_out = entry.path.split('/').any(|part| part == "..") || entry.path.starts_with('/');
        assert!(!leads_out, "{:?} leads out of the tree", entry.path);
        let mut content = Vec::new();
        if (&mut archive).take(1 << 16).read_to_end(&mut content).is_err() {
            break;
        }
    }
});

fn seeds() -> Vec<Vec<u8>> {
    let mut archive = ArchiveWriter::new(Vec::new());
    let kinds = [
        ("usr", Kind::Directory),
        ("usr/a", Kind::File),
        ("usr/b", Kind::Symlink("a".into())),
        ("usr/c", Kind::HardLink("usr/a".into())),
    ];
    for (path, kind) in kinds {
        let content: &[u8] = if kind == Kind::File { b"content" } else { b"" };
        let entry = Entry {
            path: path.into(),
            kind,
            mode: 0o755,
            uid: 0,
            gid: 0,
            mtime: 7,
            size: content.len() as u64,
            checksum: None,
        };
        archive.append(&entry, &mut &*content).expect("in memory");
    }
    let archive = archive.finish().expect("in memory");
    let members = [yoe_fuzz::gzip(&archive), yoe_fuzz::gzip(&archive), yoe_fuzz::gzip(&archive)].concat();
    vec![
        archive,
        members,
        yoe_fuzz::tarball(),
        b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n".to_vec(),
    ]
}
