//! `cargo xtask test`: everything that must hold, in the order in which a mistake is found soonest.

use std::process::Command;

macro_rules! boot {
    ($image:literal) => {
        (concat!("boot of ", $image), &["run", "--release", "--package", "yoe", "--", "test", $image])
    };
}

/// How a step is called in messages, and what cargo is given.
type Step = (&'static str, &'static [&'static str]);

/// Images whose tests break what they run on, again and again: they take longer than everything else together.
const FAULTS: [Step; 6] = [
    boot!("init-image"),
    boot!("verified-image"),
    boot!("hardening-image"),
    boot!("store-image"),
    boot!("dev-image"),
    boot!("update-image"),
];

/// What is run. Those at the end fetch, build and boot.
const STEPS: [Step; 8] = [
    ("formatting", &["fmt", "--all", "--check"]),
    (
        "lints",
        &["clippy", "--workspace", "--all-targets", "--features", "yoe/registry", "--", "-D", "warnings"],
    ),
    ("licences, bans and sources of dependencies", &["deny", "check", "bans", "licenses", "sources"]),
    ("tests", &["test", "--workspace"]),
    boot!("container-host-image"),
    boot!("base-image"),
    boot!("kernel-image"),
    (
        "configurations of real kernels, and updates read by others",
        &[
            "test",
            "--package",
            "yoe",
            "--features",
            "registry",
            "--test",
            "kernel_configs",
            "--test",
            "published",
        ],
    ),
];

/// Runs all steps; ends with the first that fails.
pub fn run() -> Result<String, String> {
    all(&STEPS)?;
    Ok("xtask test: all of it holds".to_owned())
}

/// Boots the images that `run` leaves out, so that a fresh machine is done with it in time.
pub fn boots() -> Result<String, String> {
    all(&FAULTS)?;
    Ok("xtask boots: all of it holds".to_owned())
}

fn all(steps: &[Step]) -> Result<(), String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    for (name, arguments) in steps {
        crate::write(&mut std::io::stderr(), &format!("== {name}: cargo {}", arguments.join(" ")));
        let status = Command::new(&cargo)
            .args(*arguments)
            .status()
            .map_err(|error| format!("cannot run cargo {}: {error}", arguments[0]))?;
        if !status.success() {
            let hint = match arguments[0] {
                "deny" => "; `cargo install --locked cargo-deny` installs the program",
                _ => "",
            };
            return Err(format!("{name}: cargo {} ended with {status}{hint}", arguments.join(" ")));
        }
    }
    Ok(())
}
