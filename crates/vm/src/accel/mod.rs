//! Whether KVM works here. A `/dev/kvm` that opens proves little: nested and restricted ones open and then refuse a
//! register, or an instruction that every firmware needs. So QEMU itself runs a tiny firmware that ends it with a known
//! status.

mod rom;
mod rom_aarch64;
mod rom_x86_64;

use std::fs;
use std::io::{self, BufRead as _, BufReader, Read};
use std::process::ExitStatus;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use yoe_model::{Arch, Machine, Qemu, Size};

use self::rom::{Rom, rom};
use crate::console::after;
use crate::process::{self, Start, StartError};
use crate::{Accel, RunDirectory, RunOptions, command, qemu_program};

const FIRMWARE: &str = "kvm-probe.bin";
const WITHIN: Duration = Duration::from_secs(10);
/// What QEMU says when it stops the machine and stays.
const BROKEN: &str = "KVM internal error";

/// What the probe saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Probe {
    /// KVM ran the instructions.
    Works,
    /// It did not.
    Fails {
        /// What was seen instead.
        reason: String,
    },
}

/// Why the probe could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ProbeError {
    /// The probe's firmware could not be written.
    #[error("the firmware of the KVM probe could not be written")]
    Write(#[source] io::Error),
    /// QEMU did not start.
    #[error("QEMU could not be started to probe KVM")]
    Start(#[source] StartError),
    /// QEMU's end could not be awaited.
    #[error("QEMU was lost while it probed KVM")]
    Lost(#[source] io::Error),
}

/// Runs a few instructions by KVM, with the processor model of `qemu`. It takes a tenth of a second, ten at most.
///
/// # Errors
/// When QEMU does not start at all. That KVM does not work is not an error.
pub fn probe_kvm(
    starter: &dyn Start,
    machine: &Machine,
    qemu: &Qemu,
    directory: &RunDirectory,
) -> Result<Probe, ProbeError> {
    if machine.arch.as_str() != std::env::consts::ARCH {
        let reason = format!("{} is not this host's architecture", machine.arch);
        return Ok(Probe::Fails { reason });
    }
    let rom = rom(machine.arch);
    fs::write(directory.file_here(FIRMWARE), &rom.bytes).map_err(ProbeError::Write)?;
    let arguments = arguments(machine.arch, qemu, &rom, &directory.file_inside(FIRMWARE));
    let mut started = starter.start(qemu_program(machine.arch), &arguments).map_err(ProbeError::Start)?;
    let deadline = after(WITHIN);
    let printed = listen(started.stderr, deadline).map_err(ProbeError::Lost);
    let status = match &printed {
        Ok(printed) if !printed.contains(BROKEN) => {
            started.handle.wait(deadline.saturating_duration_since(Instant::now()))
        }
        _ => Ok(None),
    };
    process::end(&mut *started.handle).map_err(ProbeError::Lost)?;
    Ok(judge(rom.status, status.map_err(ProbeError::Lost)?, &printed?))
}

/// What QEMU says until it ends or KVM breaks.
fn listen(stderr: Box<dyn Read + Send>, deadline: Instant) -> io::Result<String> {
    let (sender, lines) = channel();
    thread::Builder::new().name("kvm-probe".to_owned()).spawn(move || {
        // A reader that nobody listens to any more ends with QEMU.
        let _ = BufReader::new(stderr).lines().map_while(Result::ok).try_for_each(|line| sender.send(line));
    })?;
    Ok(until_broken(&lines, deadline))
}

fn until_broken(lines: &Receiver<String>, deadline: Instant) -> String {
    let mut printed = String::new();
    while let Ok(line) = lines.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
        printed.push_str(&line);
        printed.push_str("; ");
        if line.contains(BROKEN) {
            break;
        }
    }
    printed
}

fn arguments(arch: Arch, qemu: &Qemu, rom: &Rom, firmware: &str) -> Vec<String> {
    let probed = Qemu { firmware: firmware.to_owned(), memory: Size(16 << 20), ..qemu.clone() };
    let options = RunOptions { accel: Accel::Kvm, ..RunOptions::default() };
    let mut arguments = command::bare(arch, &probed, &options);
    arguments.extend(["-display", "none"].iter().chain(rom.devices).map(|word| (*word).to_owned()));
    arguments
}

/// What QEMU's end says, when `proof` is the status that the firmware ends it with.
fn judge(proof: i32, status: Option<ExitStatus>, printed: &str) -> Probe {
    match status {
        Some(status) if status.code() == Some(proof) => Probe::Works,
        Some(status) => Probe::Fails { reason: format!("{printed}QEMU ended with {status}") },
        None => Probe::Fails { reason: format!("{printed}the probe did not come to its end") },
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt as _;

    use super::*;
    use crate::fake;
    use crate::here::Here;

    #[test]
    fn only_the_known_status_is_proof() {
        for arch in Arch::ALL {
            let proof = rom(arch).status;
            assert_eq!(judge(proof, Some(ExitStatus::from_raw(proof << 8)), "warning: …"), Probe::Works);
            let refused = judge(proof, Some(ExitStatus::from_raw(1 << 8)), "");
            assert!(matches!(refused, Probe::Fails { .. }), "{arch}: QEMU found no KVM");
        }
        let proof = rom(Arch::X86_64).status;
        let aborted = judge(proof, Some(ExitStatus::from_raw(6)), "failed to set MSR 0x10a; ");
        let Probe::Fails { reason } = aborted else { panic!("an abort is not proof") };
        assert!(reason.starts_with("failed to set MSR 0x10a; QEMU ended with signal: 6"), "{reason}");
        assert!(matches!(judge(proof, Some(ExitStatus::from_raw(0)), ""), Probe::Fails { .. }));
        assert!(matches!(judge(proof, None, ""), Probe::Fails { .. }));
    }

    /// A QEMU that is a shell script.
    struct Script(&'static str);

    impl Start for Script {
        fn start(&self, _: &str, _: &[String]) -> Result<process::Started, StartError> {
            Here.start("sh", &["-c".to_owned(), self.0.to_owned()])
        }
    }

    fn probe(script: &'static str) -> Result<Probe, ProbeError> {
        let here = tempfile::tempdir().unwrap();
        let directory = RunDirectory::new(here.path().to_owned(), "/run/vm");
        let probed = probe_kvm(&Script(script), &fake::machine(), &fake::qemu(), &directory);
        let size = std::fs::metadata(here.path().join(FIRMWARE)).map(|file| file.len()).unwrap_or_default();
        assert_eq!(size, 64 << 10, "the firmware was there for QEMU");
        probed
    }

    #[cfg(target_arch = "x86_64")]
    #[test]
    fn a_qemu_that_ends_with_the_firmwares_status_has_kvm() {
        assert_eq!(probe("exit 85").unwrap(), Probe::Works);
    }

    #[cfg(target_arch = "x86_64")]
    #[test]
    fn a_qemu_that_complains_and_stays_is_ended_at_once() {
        let began = Instant::now();
        let probed = probe("echo 'KVM internal error. Suberror: 1' >&2; exec sleep 60").unwrap();
        assert!(began.elapsed() < WITHIN, "it was not waited for");
        let Probe::Fails { reason } = probed else { panic!("{probed:?}") };
        assert!(reason.starts_with("KVM internal error. Suberror: 1"), "{reason}");
    }

    #[cfg(target_arch = "x86_64")]
    #[test]
    fn a_qemu_that_cannot_open_kvm_says_so() {
        let probed =
            probe("echo 'Could not access KVM kernel module: Permission denied' >&2; exit 1").unwrap();
        let Probe::Fails { reason } = probed else { panic!("{probed:?}") };
        insta::assert_snapshot!(reason, @"Could not access KVM kernel module: Permission denied; QEMU ended with exit status: 1");
    }

    #[test]
    fn the_probe_runs_by_kvm_alone_with_the_machines_processor() {
        let shown = |arch, qemu: &Qemu| arguments(arch, qemu, &rom(arch), "/run/vm/kvm-probe.bin").join(" ");
        insta::assert_snapshot!(shown(Arch::X86_64, &fake::qemu()), @"-nodefaults -no-user-config -machine q35 -accel kvm -cpu max -smp 2 -m 16M -bios /run/vm/kvm-probe.bin -display none -device isa-debug-exit,iobase=0xf4,iosize=1");
        let virt = Qemu { machine: "virt".into(), cpu: "neoverse-n1".into(), ..fake::qemu() };
        insta::assert_snapshot!(shown(Arch::Aarch64, &virt), @"-nodefaults -no-user-config -machine virt -accel kvm -cpu host -smp 2 -m 16M -bios /run/vm/kvm-probe.bin -display none");
    }
}
