//! Real sandboxes, made by whoever runs the tests and, when that is root, by an ordinary user as well.
//!
//! The program has its own `main()`, as the sandbox re-executes it. Under other names it also plays the parts that
//! the tests need on either side of the wall: see `roles`.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "clippy does not see that all of this is a test"
)]

mod errors;
mod isolation;
mod lifetime;
mod mounts;
mod rig;
mod roles;
mod runner;
mod terminal;

fn main() -> std::process::ExitCode {
    yoe_sandbox::run_init_if_asked();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [role, rest @ ..] = &arguments[..]
        && let Some(role) = role.strip_prefix("role:")
    {
        return roles::play(role, rest);
    }
    let tests = [isolation::TESTS, lifetime::TESTS, mounts::TESTS, errors::TESTS, terminal::TESTS].concat();
    runner::run(&tests, &arguments)
}
