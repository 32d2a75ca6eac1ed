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
mod tests {
    use super::*;

    fn works() -> Result<Probe, TestbedError> {
        Ok(Probe::Works)
    }

    fn fails() -> Result<Probe, TestbedError> {
        Ok(Probe::Fails { reason: "failed to set MSR 0x10a; QEMU ended with signal: 6".into() })
    }

    #[test]
    fn kvm_is_taken_where_it_works() {
        for wish in [Wish::Auto, Wish::Kvm] {
            let chosen = choose(wish, works).unwrap();
            assert_eq!(
                (chosen.accel, chosen.line.as_str()),
                (Accel::Kvm, "run by this host's processor (KVM)")
            );
        }
    }

    #[test]
    fn emulation_steps_in_and_says_why() {
        let chosen = choose(Wish::Auto, fails).unwrap();
        assert_eq!(chosen.accel, Accel::Tcg);
        insta::assert_snapshot!(chosen.line, @"emulated by QEMU: KVM does not work here: failed to set MSR 0x10a; QEMU ended with signal: 6");
    }

    #[test]
    fn who_asks_for_emulation_pays_for_no_probe() {
        let chosen = choose(Wish::Tcg, || panic!("nobody asked")).unwrap();
        assert_eq!(
            (chosen.accel, chosen.line.as_str()),
            (Accel::Tcg, "emulated by QEMU: --accel tcg asks for it")
        );
    }

    #[test]
    fn who_asks_for_kvm_is_not_given_less() {
        let error = choose(Wish::Kvm, fails).unwrap_err();
        insta::assert_snapshot!(error.message(), @"KVM does not work here: failed to set MSR 0x10a; QEMU ended with signal: 6");
        assert_eq!(error.hints(), ["--accel auto emulates where KVM does not work"]);
    }
}
