//! `cargo xtask test`: everything that must hold, in the order in which a mistake is found soonest.

use std::process::Command;

/// What names of boots begin with.
const BOOT: &str = "boot of ";

macro_rules! boot {
    ($image:literal) => {
        (concat!("boot of ", $image), &["run", "--release", "--package", "yoe", "--", "test", $image])
    };
}

/// How a step is called in messages, and what cargo is given.
type Step = (&'static str, &'static [&'static str]);

/// Images whose tests break what they run on, again and again: they take longer than everything else together.
const FAULTS: [Step; 8] = [
    (
        "the guide, as it is written",
        &[
            "test",
            "--release",
            "--package",
            "yoe",
            "--features",
            "registry",
            "--test",
            "guide",
            "--",
            "--nocapture",
        ],
    ),
    boot!("init-image"),
    boot!("verified-image"),
    boot!("hardening-image"),
    boot!("engine-image"),
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

/// Runs all steps; ends with the first that fails. `options` go to every boot.
pub fn run(options: &[String]) -> Result<String, String> {
    crate::write(&mut std::io::stderr(), "== known vulnerabilities of crates");
    let crates = crate::holes::crates_if_possible()?;
    crate::write(&mut std::io::stderr(), &crates);
    all(&STEPS, options)?;
    // What was left out is said last as well, where it is read.
    let left_out = crates.lines().next().filter(|line| line.starts_with("left out")).unwrap_or_default();
    let others =
        "left out: the fuzz targets and the other images, which `cargo xtask boots` compiles and boots";
    Ok(format!("xtask test: all of it holds\n{others}\n{left_out}").trim_end().to_owned())
}

/// Boots the images that `run` leaves out, so that a fresh machine is done with it in time.
pub fn boots(options: &[String]) -> Result<String, String> {
    crate::write(&mut std::io::stderr(), "== fuzz targets are compiled as far as cargo check does");
    crate::fuzz::check()?;
    all(&FAULTS, options)?;
    Ok("xtask boots: all of it holds".to_owned())
}

fn all(steps: &[Step], options: &[String]) -> Result<(), String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    for (name, arguments) in steps {
        let mut arguments: Vec<&str> = arguments.to_vec();
        if name.starts_with(BOOT) {
            arguments.extend(options.iter().map(String::as_str));
        }
        crate::write(&mut std::io::stderr(), &format!("== {name}: cargo {}", arguments.join(" ")));
        let status = Command::new(&cargo)
            .args(&arguments)
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
