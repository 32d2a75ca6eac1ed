//! Chores of this repository: `cargo xtask check-deps`, `cargo xtask check-faults`, `cargo xtask device-crates`,
//! `cargo xtask house`, `cargo xtask test`, `cargo xtask boots`, `cargo xtask fuzz`, `cargo xtask holes`. Options after `test`
//! and `boots`, such as `--accel tcg` or `--machine qemu-aarch64`, go to each of their boots.

mod check_deps;
mod check_faults;
mod device_crates;
mod fuzz;
mod holes;
mod house;
mod metadata;
mod test;

use std::process::ExitCode;

fn main() -> ExitCode {
    let task = std::env::args().nth(1);
    let options: Vec<String> = std::env::args().skip(2).collect();
    let result = match task.as_deref() {
        Some("check-deps") => check_dependencies(),
        Some("check-faults") => check_faults::check(std::path::Path::new(".")),
        Some("device-crates") => device_crates::update(),
        Some("house") => house::report(),
        Some("test") => check_dependencies().and_then(|_| test::run(&options)),
        Some("boots") => test::boots(&options),
        Some("fuzz") => fuzz::run(&options),
        Some("holes") => holes::run(&options),
        other => Err(format!(
            "unknown task {}: expected check-deps, check-faults, device-crates, house, test, boots, fuzz or holes",
            other.unwrap_or("(none)")
        )),
    };
    match result {
        Ok(output) => {
            write(&mut std::io::stdout(), &output);
            ExitCode::SUCCESS
        }
        Err(problem) => {
            write(&mut std::io::stderr(), &problem);
            ExitCode::FAILURE
        }
    }
}

fn check_dependencies() -> Result<String, String> {
    let rooms = check_deps::check(&metadata::read()?)?;
    Ok(format!("{rooms}\n{}", device_crates::check()?))
}

fn write(to: &mut dyn std::io::Write, text: &str) {
    // Nobody is left to tell when the stream is gone.
    let _ = writeln!(to, "{text}");
}
