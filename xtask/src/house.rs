//! `cargo xtask house`: sizes of files and functions, docstrings, circles of modules. The program is a workspace of its own,
//! because it reads Rust with crates that the rest of the repository would have to be compiled with.

use std::process::Command;

/// What it prints.
pub fn report() -> Result<String, String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let run = ["run", "--quiet", "--manifest-path", "xtask/house/Cargo.toml", "--target-dir", "target/house"];
    let output =
        Command::new(cargo).args(run).output().map_err(|error| format!("cannot run cargo: {error}"))?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim_end().to_owned();
    if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
}
