//! A bundle: the headers of a tar archive, as the updater walks them.

#![no_main]

use libfuzzer_sys::fuzz_target;
use yoe_bundle::archive::{BLOCK, END, append, header, padding, parse};

fuzz_target!(init: yoe_fuzz::seeds(seeds), |data: &[u8]| {
    let mut at = 0_u64;
    while let Some(block) = data.get(at as usize..(at + BLOCK) as usize) {
        let Ok(Some(member)) = parse(block) else { break };
        // What is read can be written, unless it is a name that only another writer makes.
        if let Ok(again) = header(&member.path, member.length) {
            assert_eq!(parse(&again).ok().flatten().as_ref(), Some(&member));
        }
        let Some(next) = member.length.checked_next_multiple_of(BLOCK).and_then(|length| (at + BLOCK).checked_add(length)) else { break };
        assert!(padding(member.length) < BLOCK);
        if next > data.len() as u64 {
            break;
        }
        at = next;
    }
});

fn seeds() -> Vec<Vec<u8>> {
    let mut archive = Vec::new();
    for (path, content) in [("metadata/timestamp.json", &b"{}"[..]), ("targets/a/b/1.0/content", &[7; 600])] {
        append(&mut archive, path, content.len() as u64, &mut &*content).expect("in memory");
    }
    archive.extend(END);
    let long = header(&format!("targets/{}/{}", "a".repeat(99), "b".repeat(64)), 1).expect("it fits");
    vec![archive, long]
}
