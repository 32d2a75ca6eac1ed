//! Chores of this repository: `cargo xtask check-deps`, `cargo xtask ci`.

mod check_deps;
mod metadata;

use std::process::ExitCode;

fn main() -> ExitCode {
    let task = std::env::args().nth(1);
    let result = match task.as_deref() {
        Some("check-deps") => metadata::read().and_then(|metadata| check_deps::check(&metadata)),
        other => Err(format!("unknown task {}: expected check-deps", other.unwrap_or("(none)"))),
    };
    match result {
        Ok(said) => {
            write(&mut std::io::stdout(), &said);
            ExitCode::SUCCESS
        }
        Err(problem) => {
            write(&mut std::io::stderr(), &problem);
            ExitCode::FAILURE
        }
    }
}

fn write(to: &mut dyn std::io::Write, text: &str) {
    // Nobody is left to tell when the stream is gone.
    let _ = writeln!(to, "{text}");
}
