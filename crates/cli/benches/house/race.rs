//! Two ways to do a thing, in turns.

use std::process::{Command, Stdio};
use std::time::Instant;

/// A comparison.
pub struct Race {
    ours: &'static str,
    theirs: &'static str,
    needs: Option<&'static str>,
    rounds: usize,
}

impl Race {
    pub fn new(ours: &'static str, theirs: &'static str) -> Self {
        Self { ours, theirs, needs: None, rounds: 5 }
    }

    /// A program that the other way needs; without it the comparison says so and only ours is timed.
    pub fn needs(mut self, program: &'static str) -> Self {
        self.needs = Some(program);
        self
    }

    pub fn rounds(mut self, rounds: usize) -> Self {
        self.rounds = rounds;
        self
    }

    pub fn run(self, ours: impl Fn(), theirs: impl Fn()) {
        let alone = self.needs.filter(|program| !installed(program));
        let (mut a, mut b) = (Vec::new(), Vec::new());
        for _ in 0..self.rounds {
            a.push(timed(&ours));
            if alone.is_none() {
                b.push(timed(&theirs));
            }
        }
        let a = median(a);
        match alone {
            Some(program) => {
                println!("{}: {:.1} ms; not compared: {program} is not installed", self.ours, a * 1e3)
            }
            None => {
                let b = median(b);
                println!(
                    "{}: {:.1} ms, {:.2} of {} ({:.1} ms)",
                    self.ours,
                    a * 1e3,
                    a / b,
                    self.theirs,
                    b * 1e3
                );
            }
        }
    }
}

/// Runs a program that must succeed.
pub fn quiet(command: &mut Command) {
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    assert!(status.as_ref().is_ok_and(|status| status.success()), "{command:?}: {status:?}");
}

fn installed(program: &str) -> bool {
    Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
}

fn timed(work: &impl Fn()) -> f64 {
    let began = Instant::now();
    work();
    began.elapsed().as_secs_f64()
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
