//! How long a large project takes: `cargo bench -p yoe-lang --bench evaluate [-- UNITS]`.
#![allow(clippy::print_stdout, reason = "a measurement is printed")]
#![allow(clippy::unwrap_used, reason = "a measurement may stop")]

#[path = "../tests/support/generated.rs"]
mod generated;
#[path = "../tests/support/mod.rs"]
mod support;

use std::time::Instant;

fn main() {
    let count = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(10_000);
    let directory = support::project("");
    generated::write_units(directory.path(), count);
    for run in 1..=3 {
        let start = Instant::now();
        let project = support::load(directory.path()).unwrap();
        println!("run {run}: {} units in {:.2?}", project.units.len(), start.elapsed());
    }
}
