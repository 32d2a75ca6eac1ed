//! `cargo xtask test`: everything that must hold, in the order in which a mistake is found soonest.

use std::process::Command;

/// One step, and what its program is given.
enum Step {
    /// cargo, and what the step is called in messages.
    Cargo(&'static str, &'static [&'static str]),
    /// `yoe test`.
    Boot(&'static [&'static str]),
}

use Step::{Boot, Cargo};

/// The test that builds and boots what the guide does.
const GUIDE: &str = "the_whole_guide_works_as_written";

/// Tests that ask programs of others about the flagship, and compile those programs first: minutes each.
const OTHERS: [&str; 2] = ["what_syft_finds_in_the_root", "govulncheck_and_yoe_find_the_same_holes"];

/// What [`BOOTS`] run.
const COMPILED: [Step; 1] = [Cargo("the program", &["test", "--workspace", "--no-run"])];

/// What is left out of [`STEPS`], so that a fresh machine is done with them in time: the flagship whole, its smaller kin,
/// and images whose tests break what they run on, again and again.
const BOOTS: [Step; 25] = [
    Boot(&["container-host-image"]),
    Cargo(
        "what others find in the flagship",
        &["test", "--workspace", "--", "--ignored", "--nocapture", OTHERS[0], OTHERS[1]],
    ),
    Cargo("the guide, as it is written", &["test", "--workspace", GUIDE, "--", "--ignored", "--nocapture"]),
    Boot(&["-C", "examples/gateway", "gateway"]),
    Boot(&["-C", "examples/gateway", "gateway", "--faults"]),
    Boot(&["base-image"]),
    Boot(&["kernel-image"]),
    Boot(&["init-image"]),
    Boot(&["verified-image"]),
    Boot(&["sealed-image"]),
    Boot(&["hardening-image"]),
    Boot(&["engine-image"]),
    Boot(&["store-image"]),
    Boot(&["dev-image"]),
    Boot(&["update-image"]),
    Boot(&["docker-image"]),
    Boot(&["docker-store-image"]),
    Boot(&["docker-update-image"]),
    Boot(&["docker-workload-image"]),
    Boot(&["podman-image"]),
    Boot(&["podman-store-image"]),
    Boot(&["podman-update-image"]),
    Boot(&["access-image"]),
    Boot(&["workload-image"]),
    Boot(&["policy-image"]),
];

/// What is run. Tests are chosen by name alone: for a choice of packages or targets cargo would compile libraries once more.
const STEPS: [Step; 7] = [
    Cargo("formatting", &["fmt", "--all", "--check"]),
    Cargo("lints", &["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]),
    Cargo("licences, bans and sources of dependencies", &["deny", "check", "bans", "licenses", "sources"]),
    Cargo("tests", &["test", "--workspace"]),
    Cargo(
        "tests of the program that measures the house",
        &["test", "--quiet", "--manifest-path", "xtask/house/Cargo.toml", "--target-dir", "target/house"],
    ),
    // Nothing depends on what is left out: neither a later test nor a start or an update of the device.
    Boot(&[
        "container-host-image",
        "--skip=output is complete",
        "--skip=a container in a loop can be",
        "--skip=until the engine starts anew",
        "--skip=the log of a container has a bound",
        "--skip=also where nothing else holds it",
        "--skip=compose waits until",
        "--skip=and says why when that will never be",
        "--skip=a login outlives a restart",
        "--skip=its threads run side by side",
        "--skip=it has a locale and time zones",
    ]),
    Cargo(
        "configurations of real kernels, and updates read by others",
        &[
            "test",
            "--workspace",
            "--",
            "--ignored",
            "--skip",
            GUIDE,
            "--skip",
            OTHERS[0],
            "--skip",
            OTHERS[1],
        ],
    ),
];

/// Runs all steps; ends with the first that fails. `options` go to every boot.
pub fn run(options: &[String]) -> Result<String, String> {
    crate::write(&mut std::io::stderr(), "== known vulnerabilities of crates");
    let crates = crate::holes::crates_if_possible()?;
    crate::write(&mut std::io::stderr(), &crates);
    crate::write(&mut std::io::stderr(), "== fuzz targets are compiled as far as cargo check does");
    crate::fuzz::check()?;
    all(&STEPS, options)?;
    // What was left out is said last as well, where it is read.
    let left_out = crates.lines().next().filter(|line| line.starts_with("left out")).unwrap_or_default();
    let others = "left out: the tests of the flagship that --skip names above, the other images, and what syft and govulncheck find in it; \
                  `cargo xtask boots` runs them";
    Ok(format!("xtask test: all of it holds\n{others}\n{left_out}").trim_end().to_owned())
}

/// Boots what `run` leaves out. It takes hours, so a step that fails does not end the others; the last lines list what failed.
/// With `--machine`, the images are built and booted for that one.
pub fn boots(options: &[String]) -> Result<String, String> {
    // Without it the others would run an older program.
    all(&COMPILED, options)?;
    let (steps, left_out) = boots_of(options);
    let failed: Vec<String> =
        steps.iter().filter_map(|step| all(std::slice::from_ref(*step), options).err()).collect();
    let result = match failed.len() {
        0 => "xtask boots: all of it holds".to_owned(),
        count => format!("{count} of {} steps failed:\n{}", steps.len(), failed.join("\n")),
    };
    // What was left out is said last, where it is read.
    let result = format!("{result}\n{left_out}").trim_end().to_owned();
    if failed.is_empty() { Ok(result) } else { Err(result) }
}

/// The steps for the machine that the options name, and what is left out for it.
fn boots_of(options: &[String]) -> (Vec<&'static Step>, &'static str) {
    let named = options.iter().any(|option| option == "--machine" || option.starts_with("--machine="));
    if !named {
        return (BOOTS.iter().collect(), "");
    }
    let steps = BOOTS.iter().filter(|step| matches!(step, Boot(_))).collect();
    (
        steps,
        "left out: the guide as it is written, which names its machines itself, and what others find in the flagship",
    )
}

fn all(steps: &[Step], options: &[String]) -> Result<(), String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    // Compiled for the tests, into the directory where this program lies too.
    let yoe = std::env::current_exe().map_err(|error| format!("no directory of programs: {error}"))?;
    let yoe = yoe.with_file_name("yoe");
    for step in steps {
        let (name, mut command) = match step {
            Cargo(name, arguments) => {
                let mut command = Command::new(&cargo);
                command.args(*arguments);
                (format!("{name}: cargo {}", arguments.join(" ")), command)
            }
            Boot(arguments) => {
                let mut command = Command::new(&yoe);
                command.arg("test").args(*arguments).args(options);
                (format!("yoe test {} {}", arguments.join(" "), options.join(" ")), command)
            }
        };
        crate::write(&mut std::io::stderr(), &format!("== {name}"));
        let status = command.status().map_err(|error| format!("cannot run {name}: {error}"))?;
        if !status.success() {
            let hint = match step {
                Cargo(_, ["deny", ..]) => "; `cargo install --locked cargo-deny` installs the program",
                _ => "",
            };
            return Err(format!("{name} ended with {status}{hint}"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_machine_boots_every_image_and_says_what_it_leaves_out() {
        let options = |text: &[&str]| -> Vec<String> { text.iter().map(|one| (*one).to_owned()).collect() };
        assert_eq!(boots_of(&options(&["--accel", "tcg"])).0.len(), BOOTS.len());
        for named in [&["--machine", "qemu-aarch64"][..], &["--accel", "tcg", "--machine=qemu-aarch64"]] {
            let (steps, left_out) = boots_of(&options(named));
            assert!(steps.iter().all(|step| matches!(step, Boot(_))), "{named:?}");
            assert_eq!(steps.len() + 2, BOOTS.len(), "{named:?}");
            assert!(left_out.contains("the guide"), "{left_out}");
        }
    }
}
