//! An image in QEMU: built, laid into a sandbox of its own, and started there.

use std::cell::Cell;
use std::fs::File;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::time::Duration;

use rustix::pipe::{PipeFlags, pipe_with};
use yoe_build::{Builder, Tool};
use yoe_model::{DataSize, Digest, Image, Layout, Machine, Qemu, Size};
use yoe_plan::UNIT_EPOCH;
use yoe_sandbox::{Child, Exit, Mount, Network, Spec, Stdio, Stream};
use yoe_store::Scratch;
use yoe_vm::{Accel, Disk, DiskMode, Folder, Handle, Probe, Start, StartError, Started, probe_kvm};

use crate::accelerator::{self, Wish};
use crate::beside::{self, Beside};
use crate::built::{self, Built};
use crate::commands::artifact;
use crate::context::{evaluate, isolation, store_error};
use crate::error::CommandError;
use crate::secure_boot::{self, SecureBoot};

/// The folder of a run, as QEMU sees it. Short, because it holds a socket.
const RUN: &str = "/run/yoe";
/// The disk, as QEMU sees it.
const DISK: &str = "/run/disk.img";
/// The disk that nobody signed, as QEMU sees it.
const PLAIN: &str = "/run/plain.img";

/// The layer over the disk, in the folder of the run.
const LAYER: &str = "disk.qcow2";
/// Room for a data partition that fills the disk. It takes no room here until it is written to.
const DATA_ROOM: u64 = 2 << 30;
/// Alignment and the backup table, behind a data partition of a fixed size.
const DATA_SLACK: u64 = 4 << 20;

/// An image that can be booted here.
pub struct Bootable {
    /// The image.
    pub image: Image,
    /// The machine that it was built for.
    pub machine: Machine,
    /// How QEMU runs it.
    pub qemu: Qemu,
    /// The digest of the built image.
    pub tree: Digest,
    /// The servers that run beside it.
    pub beside: Beside,
    /// What runs its instructions: emulation, until [`Self::accelerate`] was asked.
    pub accel: Accel,
    disk: PathBuf,
    /// The disk as it was built, when the other one is a signed copy.
    plain: PathBuf,
    /// Whether the disk is a file of the user's, which keeps what the machine writes.
    kept: bool,
    secure_boot: Option<SecureBoot>,
    container: PathBuf,
    scratch: Scratch,
    /// How often it was started.
    started: Cell<usize>,
    /// Keeps what is used in the store.
    _builder: Builder,
}

/// Which image, for which machine.
pub struct Choice<'a> {
    /// The image; the project's when absent.
    pub image: Option<&'a str>,
    /// The machine; the project's when absent.
    pub machine: Option<&'a str>,
    /// Whether the firmware refuses what is not signed.
    pub secure_boot: bool,
    /// What of its servers is built too.
    pub servers: Servers,
}

/// What of an image's servers runs beside the device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Servers {
    /// The registry.
    Registry,
    /// The registry, and releases to update to.
    All,
}

impl Servers {
    /// Takes what is not wanted out of an image.
    fn of(self, image: &mut Image) {
        if self != Self::All {
            image.releases.clear();
        }
    }
}

impl Bootable {
    /// Builds the image and what runs it.
    pub fn build(choice: &Choice<'_>) -> Result<Self, CommandError> {
        let ready = evaluate(choice.machine)?.ready()?;
        let (name, mut image) = built::image(&ready.project, choice.image, "boot")?;
        let machine = ready.project.machine.clone();
        let qemu = machine.qemu.clone().ok_or_else(|| {
            CommandError::user(format!(
                "machine {:?} cannot be run here: it does not say how QEMU models it",
                machine.name
            ))
        })?;
        if choice.secure_boot && qemu.firmware_secure_boot.is_none() {
            let name = &machine.name;
            return Err(CommandError::user(format!("machine {name:?} names no firmware for Secure Boot"))
                .hint("add firmware_secure_boot to its qemu(…)"));
        }
        choice.servers.of(&mut image);
        let mut targets = vec![name.clone(), qemu.container.clone()];
        targets.extend(beside::targets(&ready.project, &image)?);
        if choice.secure_boot {
            targets.push(secure_boot::tools(&ready.project)?);
        }
        let oci_images = ready.project.oci_images.clone();
        let epoch = ready.project.epoch();
        isolation()?;
        let project = ready.project.name.clone();
        let built = Built::new(ready, &targets)?;
        let disk = artifact(&built.plan.targets[0].0, built.first()?)?;
        let scratch = built.builder.session.scratch().map_err(store_error)?;
        let beside = Beside::new(&beside::Sources {
            image: &image,
            machine: &machine.name,
            oci_images: &oci_images,
            epoch,
            built: &built,
            scratch: scratch.path(),
        })?;
        let container = built.folder(&qemu.container)?.to_owned();
        let signing = choice.secure_boot.then(|| built.folder(secure_boot::CONTAINER)).transpose()?;
        let signing = signing.map(Path::to_owned);
        let tree = built.trees[0];
        let plain = disk.clone();
        let mut this = Self {
            image,
            machine,
            qemu,
            tree,
            beside,
            accel: Accel::default(),
            disk,
            plain,
            kept: false,
            secure_boot: None,
            container,
            scratch,
            started: Cell::new(0),
            _builder: built.builder,
        };
        if let Some(tools) = signing {
            this.sign(&tools, &project)?;
        }
        Ok(this)
    }

    /// Chooses what runs the device's instructions; the answer is a line for the user.
    ///
    /// # Errors
    /// When KVM is asked for and does not work.
    pub fn accelerate(&mut self, wish: Wish) -> Result<String, CommandError> {
        let chosen = accelerator::choose(wish, || self.probe())?;
        self.accel = chosen.accel;
        Ok(chosen.line)
    }

    fn probe(&self) -> Result<Probe, CommandError> {
        if let Some(reason) = accelerator::closed(Path::new(accelerator::DEVICE)) {
            return Ok(Probe::Fails { reason });
        }
        probe_kvm(self, &self.machine, &self.qemu, &Folder::new(self.directory()?, RUN))
            .map_err(|error| not_run("KVM could not be tried", error))
    }

    /// From here on the disk is a signed copy, and the firmware takes nothing else.
    fn sign(&mut self, tools: &Path, project: &str) -> Result<(), CommandError> {
        let scratch = |name: &str| self.scratch.path().join(name);
        let out = scratch("signed");
        std::fs::create_dir(&out).map_err(|error| not_run("the signed disk has no place", error))?;
        let secure_boot = SecureBoot::open(tools, project, self.scratch.path())?;
        secure_boot.sign(&self.plain, "disk", &out, &scratch("signing"))?;
        self.beside.sign(&secure_boot, &scratch("signed-releases"))?;
        self.disk = out.join("disk.img");
        self.secure_boot = Some(secure_boot);
        self.image.tests.push(secure_boot::is_on());
        Ok(())
    }

    /// From here on the disk is this file, and keeps what the machine writes. When it is not there, it is made from the
    /// image.
    pub fn keep_disk(&mut self, file: &Path) -> Result<(), CommandError> {
        let failed = |doing: &str, error: io::Error| {
            CommandError::user(format!("the disk {} cannot be {doing}", file.display())).because(error)
        };
        if !file.exists() {
            let new = file.with_extension("new");
            std::fs::copy(&self.disk, &new)
                .and_then(|_| std::fs::set_permissions(&new, std::fs::Permissions::from_mode(0o644)))
                .and_then(|()| std::fs::rename(&new, file))
                .map_err(|error| failed("made", error))?;
        }
        let writable = std::fs::OpenOptions::new().read(true).write(true).open(file);
        writable.map_err(|error| failed("written", error))?;
        self.disk = file.canonicalize().map_err(|error| failed("found", error))?;
        self.kept = true;
        Ok(())
    }

    /// The disk as it was built, which nobody signed.
    pub fn plain_disk(&self) -> Disk {
        Disk { path: PLAIN.into(), mode: DiskMode::Snapshot }
    }

    /// The run's own directory, empty as yet.
    fn directory(&self) -> Result<PathBuf, CommandError> {
        let here = self.scratch.path().join("run");
        std::fs::create_dir_all(&here).map_err(|error| not_run("the run's folder cannot be made", error))?;
        Ok(here)
    }

    /// The run's own folder, with the firmware's variables in it. Call it once.
    pub fn folder(&self) -> Result<Folder, CommandError> {
        let here = self.directory()?;
        if let Some(vars) = &self.qemu.firmware_vars {
            yoe_vm::copy_firmware_vars(&self.container, vars, &here.join("vars.fd"))
                .map_err(|error| not_run("the firmware has no variable store", error))?;
        }
        if let Some(secure_boot) = &self.secure_boot {
            secure_boot.enrol(&here, &self.scratch.path().join("enrolling"))?;
        }
        Ok(Folder::new(here, RUN))
    }

    /// The firmware's variables, as QEMU sees them.
    pub fn firmware_vars(&self) -> Option<String> {
        self.qemu.firmware_vars.is_some().then(|| format!("{RUN}/vars.fd"))
    }

    /// Whether the firmware refuses what is not signed.
    pub fn secure_boot(&self) -> bool {
        self.secure_boot.is_some()
    }

    /// The disk, whose content stays as it was built: what the machine writes goes to a layer that ends with this run.
    /// Call it once, after [`Self::folder`]. `size` is what the machine sees; by default there is room for a data partition.
    pub fn disk(&self, size: Option<Size>) -> Result<Disk, CommandError> {
        let made = yoe_tree::regular(&self.disk).and_then(|disk| disk.metadata());
        let made = made.map_err(|error| not_run("the disk is gone", error))?.len();
        let room = match self.image.layout {
            Layout::Disk { .. } => 0,
            Layout::VerifiedAb { data: DataSize::Fill, .. } => DATA_ROOM,
            Layout::VerifiedAb { data: DataSize::Fixed(data), .. } => data.0 + DATA_SLACK,
        };
        // A file that was made by an earlier run has its room already.
        let fresh = !self.kept || made == std::fs::metadata(&self.plain).map_or(0, |plain| plain.len());
        let room = if fresh { room } else { 0 };
        let size = size.map_or(made + room, |size| size.0);
        if size < made {
            let (have, need) = (Size(size), Size(made));
            return Err(CommandError::user(format!(
                "a disk of {have} is too small for image {:?}: expected at least {need}",
                self.image.name
            )));
        }
        if self.kept {
            // A file of the user's grows to the size that the machine is to see, and never shrinks.
            let file = std::fs::OpenOptions::new().write(true).open(&self.disk);
            let grown = file.and_then(|file| file.set_len(size));
            grown.map_err(|error| not_run("the disk cannot be made larger", error))?;
            return Ok(Disk { path: DISK.into(), mode: DiskMode::Writable });
        }
        let layer = self.layer();
        yoe_vm::create_overlay(&layer, DISK, size)
            .map_err(|error| not_run("the disk cannot be made larger than its image", error))?;
        Ok(Disk { path: DISK.into(), mode: DiskMode::Overlay(format!("{RUN}/{LAYER}")) })
    }

    /// The layer over the disk that [`Self::disk`] made: what a device wrote. Its backing file is the image.
    pub fn layer(&self) -> PathBuf {
        self.scratch.path().join("run").join(LAYER)
    }

    /// Runs QEMU in a sandbox for a person, to its end.
    pub fn attend(&self, program: &str, arguments: &[String]) -> Result<Exit, StartError> {
        Ok(yoe_sandbox::attend(&self.sandbox(program, arguments)?)?)
    }

    /// The sandbox of one start of QEMU.
    fn sandbox(&self, program: &str, arguments: &[String]) -> Result<Spec, StartError> {
        let bind =
            |source: PathBuf, dest: &str, writable| Mount::Bind { source, dest: dest.into(), writable };
        let mut mounts =
            vec![bind(self.disk.clone(), DISK, self.kept), bind(self.scratch.path().join("run"), RUN, true)];
        if self.secure_boot.is_some() {
            mounts.push(bind(self.plain.clone(), PLAIN, false));
        }
        if Path::new(accelerator::DEVICE).exists() {
            mounts.push(bind(accelerator::DEVICE.into(), accelerator::DEVICE, true));
        }
        let tool = Tool {
            container: self.container.clone(),
            mounts,
            // Forwarded ports are on this host's loopback; the machine itself has QEMU's user network.
            network: Network::Host,
            directory: RUN.into(),
            epoch: UNIT_EPOCH,
        };
        let command = [program.to_owned()].into_iter().chain(arguments.iter().cloned()).collect();
        // Each start has a sandbox of its own.
        let started = self.started.replace(self.started.get() + 1);
        let mut spec = tool.spec(&self.scratch.path().join(format!("sandbox-{started}")), command)?;
        spec.environment.insert("TMPDIR".into(), RUN.into());
        spec.environment.insert("TERM".into(), "xterm".into());
        Ok(spec)
    }
}

impl Start for Bootable {
    fn start(&self, program: &str, arguments: &[String]) -> Result<Started, StartError> {
        let pipe = || pipe_with(PipeFlags::CLOEXEC).map_err(io::Error::from);
        let ((stdin, to), (from, stdout), (complaints, stderr)) = (pipe()?, pipe()?, pipe()?);
        let stdio =
            Stdio { stdin: Stream::Fd(stdin), stdout: Stream::Fd(stdout), stderr: Stream::Fd(stderr) };
        let child = yoe_sandbox::spawn(&self.sandbox(program, arguments)?, stdio)?;
        Ok(Started {
            stdin: Box::new(File::from(to)),
            stdout: Box::new(File::from(from)),
            stderr: Box::new(File::from(complaints)),
            handle: Box::new(Sandboxed(child)),
        })
    }
}

struct Sandboxed(Child);

impl Handle for Sandboxed {
    fn wait(&mut self, timeout: Duration) -> io::Result<Option<ExitStatus>> {
        let exit = self.0.wait_timeout(timeout).map_err(io::Error::other)?;
        // A wait status holds the exit code in its second byte and the signal in its first (wait(2)).
        Ok(exit.map(|exit| match exit {
            Exit::Code(code) => ExitStatus::from_raw(code << 8),
            Exit::Signal(signal) => ExitStatus::from_raw(signal),
        }))
    }

    fn kill(&mut self) -> io::Result<()> {
        self.0.kill();
        Ok(())
    }
}

/// A machine that could not be run.
pub fn not_run(what: &str, why: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> CommandError {
    CommandError::config(what).because(why)
}
