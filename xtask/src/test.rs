//! `cargo xtask test`: everything that must hold, in the order in which a mistake is found soonest.

use std::process::Command;

macro_rules! boot {
    ($image:literal) => {
        (concat!("boot of ", $image), &["run", "--release", "--package", "yoe", "--", "test", $image])
    };
}

/// What is run, and how it is called in messages. Those at the end fetch, build and boot.
const STEPS: [(&str, &[&str]); 10] = [
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
    boot!("init-image"),
    boot!("verified-image"),
    (
        "configurations of real kernels",
        &["test", "--package", "yoe", "--features", "registry", "--test", "kernel_configs"],
    ),
];

/// Runs all steps; ends with the first that fails.
pub fn run() -> Result<String, String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    for (name, arguments) in STEPS {
        crate::write(&mut std::io::stderr(), &format!("== {name}: cargo {}", arguments.join(" ")));
        let status = Command::new(&cargo)
            .args(arguments)
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
    Ok("xtask test: all of it holds".to_owned())
}
