//! What runs a device's instructions: this host's processor by KVM where it works, emulation elsewhere.

use clap::ValueEnum;
use yoe_testbed::{Bootable, TestbedError};
use yoe_vm::{Accel, Probe};

use crate::error::CommandError;
use crate::ui;

/// What the user asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Wish {
    /// KVM where it works, emulation elsewhere
    #[default]
    Auto,
    /// KVM, or an error that says why it does not work
    Kvm,
    /// Emulation
    Tcg,
}

/// What was chosen, and the line that says so.
#[derive(Debug, PartialEq, Eq)]
struct Chosen {
    /// What runs the instructions.
    accel: Accel,
    /// What was chosen, and why not the other.
    line: String,
}

/// Chooses what runs the instructions of a device, and says so.
///
/// # Errors
/// When KVM is asked for and does not work here.
pub fn accelerate(bootable: &mut Bootable, wish: Wish) -> Result<(), CommandError> {
    let chosen = choose(wish, || bootable.probe_kvm())?;
    bootable.accel = chosen.accel;
    ui::note(&chosen.line);
    Ok(())
}

/// Fulfils a wish. `probe` is asked only where its answer matters.
///
/// # Errors
/// When KVM is asked for and does not work here, or the probe itself could not be made.
fn choose(wish: Wish, probe: impl FnOnce() -> Result<Probe, TestbedError>) -> Result<Chosen, CommandError> {
    let emulated = |why: &str| Chosen { accel: Accel::Tcg, line: format!("emulated by QEMU: {why}") };
    if wish == Wish::Tcg {
        return Ok(emulated("--accel tcg asks for it"));
    }
    match (probe()?, wish) {
        (Probe::Works, _) => {
            Ok(Chosen { accel: Accel::Kvm, line: "run by this host's processor (KVM)".to_owned() })
        }
        (Probe::Fails { reason }, Wish::Kvm) => {
            Err(CommandError::user(format!("KVM does not work here: {reason}"))
                .hint("--accel auto emulates where KVM does not work"))
        }
        (Probe::Fails { reason }, _) => Ok(emulated(&format!("KVM does not work here: {reason}"))),
    }
}

#[cfg(test)]
mod tests;
