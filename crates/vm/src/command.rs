//! The command line of QEMU. Pure: paths are as QEMU sees them, nothing is looked up.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use yoe_model::{Arch, Machine, Qemu, Size};

/// The disk that the machine boots from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disk {
    /// The image, as QEMU sees it.
    pub path: String,
    /// What becomes of the machine's writes.
    pub mode: DiskMode,
}

/// What becomes of the machine's writes to a disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DiskMode {
    /// They go to a temporary file of QEMU's and are lost at the end. QEMU makes the file in its `TMPDIR`.
    Snapshot,
    /// They go to this qcow2 file, which names the image as its backing file; see [`crate::create_overlay`].
    Overlay(String),
    /// They go to the image.
    Writable,
}

/// What runs the machine's instructions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Accel {
    /// Emulation. Works everywhere.
    #[default]
    Tcg,
    /// The processor, by way of Linux's KVM, and emulation where that fails to open. Choose it only after
    /// [`crate::probe_kvm`] saw it work: that `/dev/kvm` opens proves nothing.
    Kvm,
}

impl Accel {
    /// How long a device may take from its start to a prompt: five times what it took on a busy host.
    pub fn boots_within(self) -> Duration {
        5 * self.usual_boot()
    }

    /// How long a device takes from its start to a prompt on a busy host, by emulation and by KVM.
    pub fn usual_boot(self) -> Duration {
        Duration::from_secs(match self {
            Self::Tcg => 60,
            Self::Kvm => 24,
        })
    }

    /// What it is called in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Tcg => "emulated",
            Self::Kvm => "by KVM",
        }
    }
}

/// The machine's network: QEMU's user-mode network, which never listens beyond this host's loopback.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Network {
    /// Whether the machine may reach beyond QEMU. Forwards work either way.
    pub outbound: bool,
    /// Ports of 127.0.0.1 that lead to ports of the machine.
    pub forwards: Vec<Forward>,
}

/// A TCP port of 127.0.0.1 that leads to a port of the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Forward {
    /// The port on this host.
    pub host: u16,
    /// The port on the machine.
    pub guest: u16,
}

/// Where the serial console leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Serial {
    /// Standard input and output are pipes that a program drives: every byte passes as it is.
    #[default]
    Pipe,
    /// Standard input and output are a person's terminal: Ctrl-A X ends QEMU, Ctrl-C reaches the machine.
    Terminal,
}

/// What one run chooses beyond what the machine's definition says.
#[derive(Debug, Clone, Default)]
pub struct RunOptions {
    /// Memory in place of the definition's.
    pub memory: Option<Size>,
    /// Processors in place of the definition's.
    pub cores: Option<u32>,
    /// What runs the instructions.
    pub accel: Accel,
    /// The network.
    pub network: Network,
    /// Files, as QEMU sees them, each of which is handed to the machine as an SMBIOS string: see [`crate::CredentialFiles`].
    /// On the command line their text would be there for every user of this host to read.
    pub credentials: Vec<String>,
    /// This run's own copy of the firmware's variable store, as QEMU sees it. Without one the firmware is taken to be
    /// a single file that needs none (`-bios`).
    pub firmware_vars: Option<String>,
    /// The UNIX socket that QEMU connects its monitor to, as QEMU sees it. Somebody must listen there already.
    pub monitor: Option<String>,
    /// Whether the firmware is the one that refuses what is not signed, when the machine's definition names one. It needs
    /// its variables.
    pub secure_boot: bool,
    /// Where the serial console leads.
    pub serial: Serial,
    /// Whether the machine's clock starts in the year 2000, as one without a battery, instead of at this host's time.
    pub no_battery: bool,
    /// Whether a reset of the machine ends QEMU instead.
    pub no_reboot: bool,
}

/// The name of the QEMU program for an architecture.
pub fn qemu_program(arch: Arch) -> &'static str {
    match arch {
        Arch::X86_64 => "qemu-system-x86_64",
        Arch::Aarch64 => "qemu-system-aarch64",
    }
}

/// The arguments of QEMU (without the program's name) that run `machine` from `disk`.
pub fn qemu_arguments(machine: &Machine, qemu: &Qemu, disk: &Disk, options: &RunOptions) -> Vec<String> {
    let mut line = Line(bare(machine.arch, qemu, options));
    line.pair("-name", quoted(&machine.name));
    drive(&mut line, disk);
    line.pair("-object", "rng-builtin,id=rng0");
    line.pair("-device", "virtio-rng-pci,rng=rng0");
    for device in &qemu.devices {
        line.pair("-device", device.as_str());
    }
    network(&mut line, &options.network);
    serial(&mut line, options);
    for file in &options.credentials {
        line.pair("-smbios", format!("type=11,path={}", quoted(file)));
    }
    if let Some(parameters) = qemu.emulation_cmdline.as_deref().filter(|_| options.accel == Accel::Tcg) {
        // systemd-stub(7)
        let value = quoted(&format!("io.systemd.stub.kernel-cmdline-extra={parameters}"));
        line.pair("-smbios", format!("type=11,value={value}"));
    }
    if options.no_battery {
        // Linux reads a PC's clock of 1970 as 2070: it has two digits for the year.
        line.pair("-rtc", "base=2000-01-01");
    }
    if options.no_reboot {
        line.0.push("-no-reboot".to_owned());
    }
    line.0
}

/// A machine that has a processor, memory and firmware, and nothing else.
pub(crate) fn bare(arch: Arch, qemu: &Qemu, options: &RunOptions) -> Vec<String> {
    let mut line = Line(vec!["-nodefaults".to_owned(), "-no-user-config".to_owned()]);
    processor(&mut line, arch, qemu, options);
    firmware(&mut line, qemu, options);
    line.0
}

struct Line(Vec<String>);

impl Line {
    fn pair(&mut self, option: &str, value: impl Into<String>) {
        self.0.extend([option.to_owned(), value.into()]);
    }
}

/// QEMU reads a doubled comma in an option's value as one comma.
fn quoted(value: &str) -> String {
    value.replace(',', ",,")
}

fn processor(line: &mut Line, arch: Arch, qemu: &Qemu, options: &RunOptions) {
    // Only code in system management mode may then write the variables.
    let secure = if guards_variables(qemu, options) { ",smm=on" } else { "" };
    line.pair("-machine", format!("{}{secure}", qemu.machine));
    // No second one: QEMU would take it in silence, and what was measured would be said to be of the first.
    line.pair("-accel", if options.accel == Accel::Kvm { "kvm" } else { "tcg,thread=multi" });
    // On Arm, KVM knows no model but the processor that it runs on.
    let hosts = arch == Arch::Aarch64 && options.accel == Accel::Kvm;
    line.pair("-cpu", if hosts { "host" } else { qemu.cpu.as_str() });
    line.pair("-smp", options.cores.unwrap_or(qemu.cores).max(1).to_string());
    let memory = options.memory.unwrap_or(qemu.memory);
    line.pair("-m", format!("{}M", memory.0.div_ceil(1 << 20)));
}

/// The firmware for Secure Boot, when it is asked for and there.
fn secure_firmware<'q>(qemu: &'q Qemu, options: &RunOptions) -> Option<&'q str> {
    qemu.firmware_secure_boot.as_deref().filter(|_| options.secure_boot)
}

/// Whether the processor keeps the firmware's variables from the system: a PC does by its system management mode. QEMU's other
/// machines have firmware that checks signatures all the same, and variables that a system can change.
fn guards_variables(qemu: &Qemu, options: &RunOptions) -> bool {
    secure_firmware(qemu, options).is_some() && qemu.machine.starts_with("q35")
}

fn firmware(line: &mut Line, qemu: &Qemu, options: &RunOptions) {
    let Some(vars) = &options.firmware_vars else {
        return line.pair("-bios", qemu.firmware.as_str());
    };
    let secure = secure_firmware(qemu, options);
    if guards_variables(qemu, options) {
        line.pair("-global", "driver=cfi.pflash01,property=secure,value=on");
        line.pair("-global", "ICH9-LPC.disable_s3=1");
    }
    let code = quoted(secure.unwrap_or(&qemu.firmware));
    line.pair("-drive", format!("if=pflash,unit=0,format=raw,readonly=on,file={code}"));
    line.pair("-drive", format!("if=pflash,unit=1,format=raw,file={}", quoted(vars)));
}

fn drive(line: &mut Line, disk: &Disk) {
    let source = match &disk.mode {
        DiskMode::Snapshot => format!("format=raw,snapshot=on,file={}", quoted(&disk.path)),
        DiskMode::Overlay(overlay) => format!("format=qcow2,discard=unmap,file={}", quoted(overlay)),
        DiskMode::Writable => format!("format=raw,discard=unmap,file={}", quoted(&disk.path)),
    };
    line.pair("-drive", format!("if=none,id=disk0,{source}"));
    line.pair("-device", "virtio-blk-pci,drive=disk0,bootindex=0");
}

fn network(line: &mut Line, network: &Network) {
    let mut netdev = "user,id=net0".to_owned();
    if !network.outbound {
        netdev.push_str(",restrict=on");
    }
    for Forward { host, guest } in &network.forwards {
        netdev.push_str(&format!(",hostfwd=tcp:127.0.0.1:{host}-:{guest}"));
    }
    line.pair("-netdev", netdev);
    // Without a ROM the firmware cannot boot from the network, and QEMU needs no ROM file.
    line.pair("-device", "virtio-net-pci,netdev=net0,romfile=");
}

fn serial(line: &mut Line, options: &RunOptions) {
    line.pair("-display", "none");
    let mux = match options.serial {
        Serial::Pipe => "off",
        Serial::Terminal => "on",
    };
    line.pair("-chardev", format!("stdio,id=console,signal=off,mux={mux}"));
    line.pair("-serial", "chardev:console");
    if options.serial == Serial::Terminal {
        // Ctrl-A X is the monitor's: a multiplexer needs one behind it.
        line.pair("-mon", "chardev=console,mode=readline");
    }
    if let Some(monitor) = &options.monitor {
        line.pair("-chardev", format!("socket,id=monitor,path={}", quoted(monitor)));
        line.pair("-mon", "chardev=monitor,mode=control");
    }
}

#[cfg(test)]
mod tests {
    use yoe_model::Kernel;

    use super::*;
    use crate::fake;

    fn machine() -> (Machine, Qemu) {
        let qemu = Qemu {
            firmware: "/usr/share/OVMF/OVMF_CODE_4M.fd".into(),
            firmware_vars: Some("/usr/share/OVMF/OVMF_VARS_4M.fd".into()),
            firmware_secure_boot: Some("/usr/share/OVMF/OVMF_CODE_4M.secboot.fd".into()),
            devices: vec!["i6300esb".into()],
            emulation_cmdline: Some("tsc=unstable".into()),
            ..fake::qemu()
        };
        let machine = Machine {
            kernel: Kernel { unit: "linux".into(), cmdline: "console=ttyS0".into() },
            qemu: Some(qemu.clone()),
            ..fake::machine()
        };
        (machine, qemu)
    }

    fn shown(disk: &Disk, options: &RunOptions) -> String {
        let (machine, qemu) = machine();
        let mut text = String::new();
        for argument in qemu_arguments(&machine, &qemu, disk, options) {
            if !text.is_empty() {
                text.push(if argument.starts_with('-') { '\n' } else { ' ' });
            }
            text.push_str(&argument);
        }
        text
    }

    #[test]
    fn secure_boot_takes_another_firmware_whose_variables_are_guarded() {
        let (_, qemu) = machine();
        let options =
            RunOptions { firmware_vars: Some("vars.fd".into()), secure_boot: true, ..RunOptions::default() };
        let text = bare(Arch::X86_64, &qemu, &options).join(" ");
        for part in [
            "-machine q35,smm=on",
            "property=secure,value=on",
            "file=/usr/share/OVMF/OVMF_CODE_4M.secboot.fd",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
        let virt = bare(Arch::Aarch64, &Qemu { machine: "virt".into(), ..qemu.clone() }, &options).join(" ");
        assert!(virt.contains("OVMF_CODE_4M.secboot.fd") && !virt.contains("smm"), "no PC: {virt}");
        let none = Qemu { firmware_secure_boot: None, ..qemu };
        assert!(
            !bare(Arch::X86_64, &none, &options).join(" ").contains("secure"),
            "there is nothing to take"
        );
    }

    #[test]
    fn a_test_run() {
        let disk = Disk { path: "/run/vm/base-image.img".into(), mode: DiskMode::Snapshot };
        let options = RunOptions {
            credentials: vec!["/run/vm/credentials/0".into()],
            firmware_vars: Some("/run/vm/vars.fd".into()),
            monitor: Some("/run/vm/qmp".into()),
            no_battery: true,
            no_reboot: true,
            ..RunOptions::default()
        };
        insta::assert_snapshot!(shown(&disk, &options), @"
        -nodefaults
        -no-user-config
        -machine q35
        -accel tcg,thread=multi
        -cpu max
        -smp 2
        -m 512M
        -drive if=pflash,unit=0,format=raw,readonly=on,file=/usr/share/OVMF/OVMF_CODE_4M.fd
        -drive if=pflash,unit=1,format=raw,file=/run/vm/vars.fd
        -name qemu-x86_64
        -drive if=none,id=disk0,format=raw,snapshot=on,file=/run/vm/base-image.img
        -device virtio-blk-pci,drive=disk0,bootindex=0
        -object rng-builtin,id=rng0
        -device virtio-rng-pci,rng=rng0
        -device i6300esb
        -netdev user,id=net0,restrict=on
        -device virtio-net-pci,netdev=net0,romfile=
        -display none
        -chardev stdio,id=console,signal=off,mux=off
        -serial chardev:console
        -chardev socket,id=monitor,path=/run/vm/qmp
        -mon chardev=monitor,mode=control
        -smbios type=11,path=/run/vm/credentials/0
        -smbios type=11,value=io.systemd.stub.kernel-cmdline-extra=tsc=unstable
        -rtc base=2000-01-01
        -no-reboot
        ");
    }

    #[test]
    fn a_persons_run_with_kvm_forwards_and_an_overlay() {
        let disk = Disk { path: "base.img".into(), mode: DiskMode::Overlay("/state/my.qcow2".into()) };
        let options = RunOptions {
            memory: Some(Size((1 << 30) + 1)),
            cores: Some(4),
            accel: Accel::Kvm,
            network: Network {
                outbound: true,
                forwards: vec![Forward { host: 2222, guest: 22 }, Forward { host: 8080, guest: 80 }],
            },
            firmware_vars: Some("vars.fd".into()),
            serial: Serial::Terminal,
            ..RunOptions::default()
        };
        insta::assert_snapshot!(shown(&disk, &options), @"
        -nodefaults
        -no-user-config
        -machine q35
        -accel kvm
        -cpu max
        -smp 4
        -m 1025M
        -drive if=pflash,unit=0,format=raw,readonly=on,file=/usr/share/OVMF/OVMF_CODE_4M.fd
        -drive if=pflash,unit=1,format=raw,file=vars.fd
        -name qemu-x86_64
        -drive if=none,id=disk0,format=qcow2,discard=unmap,file=/state/my.qcow2
        -device virtio-blk-pci,drive=disk0,bootindex=0
        -object rng-builtin,id=rng0
        -device virtio-rng-pci,rng=rng0
        -device i6300esb
        -netdev user,id=net0,hostfwd=tcp:127.0.0.1:2222-:22,hostfwd=tcp:127.0.0.1:8080-:80
        -device virtio-net-pci,netdev=net0,romfile=
        -display none
        -chardev stdio,id=console,signal=off,mux=on
        -serial chardev:console
        -mon chardev=console,mode=readline
        ");
    }

    #[test]
    fn commas_are_doubled_and_a_whole_firmware_is_a_bios() {
        let disk = Disk { path: "a,b.img".into(), mode: DiskMode::Writable };
        let options = RunOptions {
            credentials: vec!["/x,y/credentials/0".into(), "/x,y/credentials/1".into()],
            monitor: Some("/x,y/qmp".into()),
            ..RunOptions::default()
        };
        insta::assert_snapshot!(shown(&disk, &options), @"
        -nodefaults
        -no-user-config
        -machine q35
        -accel tcg,thread=multi
        -cpu max
        -smp 2
        -m 512M
        -bios /usr/share/OVMF/OVMF_CODE_4M.fd
        -name qemu-x86_64
        -drive if=none,id=disk0,format=raw,discard=unmap,file=a,,b.img
        -device virtio-blk-pci,drive=disk0,bootindex=0
        -object rng-builtin,id=rng0
        -device virtio-rng-pci,rng=rng0
        -device i6300esb
        -netdev user,id=net0,restrict=on
        -device virtio-net-pci,netdev=net0,romfile=
        -display none
        -chardev stdio,id=console,signal=off,mux=off
        -serial chardev:console
        -chardev socket,id=monitor,path=/x,,y/qmp
        -mon chardev=monitor,mode=control
        -smbios type=11,path=/x,,y/credentials/0
        -smbios type=11,path=/x,,y/credentials/1
        -smbios type=11,value=io.systemd.stub.kernel-cmdline-extra=tsc=unstable
        ");
    }
}
