//! From a key to a frame, with ten thousand units.

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test ends where something is not as it should be"
)]

mod support;

use std::time::{Duration, Instant};

use support::Shown;
use yoe_ui::{Entry, Kind, State};

/// Wanted are 50 ms, of a program that was compiled with optimisation. Machines that compile meanwhile get more time.
const LIMIT: Duration = Duration::from_millis(500);

#[test]
fn a_key_becomes_a_frame_at_once() {
    let mut shown = Shown::new(80, 24);
    let entry = |number: usize| {
        let (name, state) = (format!("unit{number}"), State::ALL[number % 4]);
        Entry::new(Kind::Unit, &name, "1.0-r0", "A unit that was generated for a test", false, Some(state))
    };
    shown.load((0..10_000).map(entry).collect());
    shown.screen();
    let mut took: Vec<(Duration, char)> = Vec::new();
    for key in "/unit99\nGkj gG\t\t\t\u{1b}?qg/generated test\n\u{1b}jjjj".chars() {
        let began = Instant::now();
        shown.keys(&key.to_string());
        shown.screen();
        took.push((began.elapsed(), key));
    }
    took.sort_unstable();
    let (worst, key) = took[took.len() - 1];
    println!("10,000 units, key to frame: median {:?}, worst {worst:?} ({key:?})", took[took.len() / 2].0);
    assert!(worst < LIMIT, "{key:?} took {worst:?}");
}
