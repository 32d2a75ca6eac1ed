//! What a signed list names: the index of chunks and the manifest.

#![no_main]

use libfuzzer_sys::fuzz_target;
use yoe_bundle::{CHUNKING, Index, Manifest, Time};

fuzz_target!(init: yoe_fuzz::seeds(seeds), |data: &[u8]| {
    if let Ok(manifest) = Manifest::parse(data) {
        let again = Manifest::parse(manifest.to_text().as_bytes());
        assert_eq!(again.expect("what is written is read"), manifest);
    }
    // The sizes of the two parts come from the manifest.
    let Some((sizes, index)) = data.split_first_chunk::<16>() else { return };
    let size = |at: usize| u64::from_le_bytes(sizes[at..at + 8].try_into().expect("eight bytes"));
    if let Ok(index) = Index::parse(index, size(0), size(8)) {
        let sum = |chunks: &[yoe_bundle::Chunk]| chunks.iter().map(|chunk| u64::from(chunk.length)).sum::<u64>();
        assert_eq!((sum(&index.root), sum(&index.kernel)), (size(0), size(8)));
    }
});

fn seeds() -> Vec<Vec<u8>> {
    let (root, kernel) = ([1; 5000], [2; 3000]);
    let index = Index::of(&root[..], &kernel[..], CHUNKING).expect("in memory");
    let mut bytes = [root.len() as u64, kernel.len() as u64].map(u64::to_le_bytes).concat();
    bytes.extend(index.to_bytes());
    let manifest = Manifest {
        format: Manifest::format(),
        image: "box".into(),
        version: "1.0".into(),
        machines: vec!["qemu".into()],
        arch: "x86_64".into(),
        time: Time(1_795_478_400),
        root: yoe_bundle::Root {
            size: 8192,
            data_blocks: 2,
            root_hash: "a".repeat(64),
            salt: "b".repeat(64),
            partition: "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa".into(),
        },
        kernel: yoe_bundle::Kernel { size: 4096, sha256: "c".repeat(64), signed: true },
    };
    vec![bytes, manifest.to_text().into_bytes()]
}
