//! Any server at all: the updater ends, within bounds, and the device boots.

use proptest::prelude::*;

use crate::hostile::{Hostile, Twist};
use crate::servers::{NETWORK, Setting};

/// Anything that a server may do with an answer.
fn twist() -> impl Strategy<Value = Twist> {
    prop_oneof![
        Just(Twist::NoRanges),
        (1u64..2_000_000).prop_map(Twist::Down),
        (1u64..2_000_000).prop_map(Twist::Up),
        Just(Twist::WholePart),
        (-500_000i64..500_000).prop_map(Twist::Shift),
        (-500_000i64..500_000).prop_map(Twist::Lie),
        (1u64..200_000).prop_map(Twist::AtMost),
        prop::sample::select(vec!["*", "1", "9223372036854775807", "x"]).prop_map(Twist::Total),
        Just(Twist::NoPlace),
        Just(Twist::Multipart),
        (prop::sample::select(vec![200u16, 206, 204, 304, 400, 403, 404, 416, 429, 500, 503]), Just(""))
            .prop_map(|(status, fields)| Twist::Status(status, fields)),
        (0usize..2_000_000).prop_map(Twist::Cut),
        (1usize..100_000).prop_map(Twist::Long),
        (0usize..2_000_000).prop_map(Twist::Stall),
        (0usize..2_400_000).prop_map(Twist::Flip),
        (1usize..100_000).prop_map(Twist::Flips),
        Just(Twist::Gzip),
        Just(Twist::Chunked),
        Just(Twist::Http10),
        Just(Twist::Hangup),
        prop::sample::select(vec!["/moved/{path}", "/{path}", "ftp://x/"]).prop_map(Twist::Redirect),
    ]
}

/// A few answers, each with a few twists; many have none.
fn answers() -> impl Strategy<Value = Vec<Vec<Twist>>> {
    let some = prop_oneof![2 => Just(Vec::new()), 3 => prop::collection::vec(twist(), 1..3)];
    prop::collection::vec(some, 1..6)
}

/// All metadata, each file that goes with an update, and the content.
const FILES: usize = 8;

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 40, ..ProptestConfig::default() })]
    #[test]
    fn any_server(content in answers(), others in prop_oneof![3 => Just(vec![Vec::new()]), 1 => answers()]) {
        let setting = Setting::get();
        let device = setting.device.twin();
        device.configure(NETWORK);
        let rules = vec![(".content", content), ("json", others)];
        let server = Hostile::start(&setting.device.path("server"), rules);
        let output = device.updater(&["--json", "install", &server.url]);
        let printed = String::from_utf8_lossy(&output.stdout).into_owned();
        match output.status.code().unwrap() {
            0 => setting.is_installed(&device),
            13 | 14 | 16 | 17 | 18 | 19 => setting.is_as_before(&device),
            _ => prop_assert!(false, "{printed}"),
        }
        // Each answer brings a chunk, or counts towards the attempts; each attempt is redirected a few times at most.
        let chunks = setting.whole() / u64::from(yoe_bundle::CHUNKING.smallest);
        let most = (chunks + 3 * FILES as u64) * 3 * 6;
        prop_assert!((server.requests("") as u64) < most, "{} requests", server.requests(""));
        let sent = server.sent(".content");
        prop_assert!(sent <= 2 * setting.whole() + (1 << 20) + (2 << 20), "{sent} bytes of content: {:#?}", server.log());
        // Whatever it was: the next server that is right completes it.
        let right = Hostile::start(&setting.device.path("server"), Vec::new());
        device.json(&["install", &right.url], 0);
        setting.is_installed(&device);
    }
}
